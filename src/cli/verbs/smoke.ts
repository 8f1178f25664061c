import { slug } from '../../domain/product.ts';
import { runTwin } from '../twin.ts';
import { verb } from '../verb.ts';

export const smoke = verb({
  about: [
    'Runs a smoke suite, as actions/smoke-test does. Give `url`, `command` (a program to start here), or the `name` of a deployed service.',
  ],
  login: true,
  action: 'smoke-test',
  without: ['propagation_timeout'],
  flags: {},
  examples: [
    `${slug} smoke --url http://127.0.0.1:8080`,
    `${slug} smoke --command 'node server.js' --suite smoke.yaml`,
    `${slug} smoke --project my-project --region asia-northeast3 --name ocr-api`,
  ],
  run: async (call) => {
    const { smokeTest } = await import('../../actions/smoke-test/smoke-test.ts');
    return (await runTwin(call, 'smoke-test', smokeTest)).ended;
  },
});
