import { slug } from '../../domain/product.ts';
import { setupFlags } from '../setup/flags.ts';
import { verb } from '../verb.ts';

export const init = verb({
  about: [
    'Sets up the login without a key and everything that a release needs: APIs, a workload identity pool and provider, roles with exactly the permissions of the actions, accounts, grants, the environment and variables at GitHub, the workflows and a first suite.',
    'It reads what exists and shows one table: + create, ~ change, = as it should be, ! cannot tell. Only `apply` writes. It never makes a key, never changes what someone else made without `take_over`, and can be repeated.',
    'It uses your own logins: that of gcloud or Application Default Credentials, and GH_TOKEN, GITHUB_TOKEN or that of gh.',
  ],
  login: true,
  flags: setupFlags,
  codes: {
    1: 'Something was not written, or the doctor found that a release would fail.',
    2: 'Something could not be read.',
    3: 'With `expect_no_changes`: something differs.',
  },
  examples: [
    `${slug} init --project my-project --region europe-west1 --name ocr-api`,
    `${slug} init --project my-project --region europe-west1 --name ocr-api --apply`,
    `${slug} init --project my-project --region europe-west1 --repositories repositories.txt --owner-wide --print terraform`,
  ],
  run: async (call) => (await import('../setup/init.ts')).runInit(call),
});
