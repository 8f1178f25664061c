import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'logs',
  description:
    'Shows the entries of the log of an HTTP function on Google Cloud that explain a failure, crash reason first, and nothing personal.',
  icon: 'file-text',
  main: 'main.js',
  outputs: {
    verdict: sharedAnd(
      'verdict',
      '`fail` if an entry says that something failed, `inconclusive` if the log could not be read. Only the latter fails the step.',
    ),
    outcome: sharedAnd('outcome', 'Always empty, because this action changes nothing.'),
    kind: 'What the entry says that tells most, in one word, such as `memory`, `module`, `crash` or `timeout`. Empty if no entry explains a failure.',
    count: 'Number of different entries that are shown.',
    link: 'Address of the same entries in the Logs Explorer.',
    ...shared('reason', 'report'),
  },
};
