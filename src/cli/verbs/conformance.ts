import { slug } from '../../domain/product.ts';
import { conformanceFlags } from '../conformance/flags.ts';
import { verb } from '../verb.ts';

export const conformance = verb({
  about: [
    'Makes a throw-away function, a service and four service accounts in a project of yours, looks at what Google Cloud does with them, and compares it with what we believe. It says what it will do and what it costs before it begins: about 15 minutes, well below one dollar.',
    'It writes a report as Markdown and JSON, ready to be attached to an issue. It removes everything that it has made, also after Ctrl-C. If it was killed, the next run removes what is left, or `clean_up` does. It never touches anything without its label.',
    'The function answers a fixed text and is never open to the internet without a token.',
  ],
  login: true,
  flags: conformanceFlags,
  codes: {
    0: 'Everything that was looked at is as we believe.',
    1: 'Something is otherwise. The report says what, and what changes for users.',
    2: 'It could not run, a part of it failed, or something is left behind.',
  },
  examples: [
    `${slug} conformance --project my-project --region us-central1`,
    `${slug} conformance --clean-up --project my-project --region us-central1 --yes`,
    `${slug} conformance --against sandbox --quirk functionPatchKeepsPin=false`,
  ],
  run: async (call) => (await import('../conformance/run-conformance.ts')).runConformance(call),
});
