import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'release',
  description:
    'Releases an HTTP function to Google Cloud without a key, proves it private, tests it, watches it, and takes a bad release back.',
  icon: 'shield',
  main: 'actions/release/main.js',
  post: 'actions/release/post.js',
  outputs: {
    outcome: sharedAnd(
      'outcome',
      '`promoted`, `rolled_back`, `rejected` (a first release, with nothing to go back to), `held`, `blocked`, `exposed`, `smoke_failed`, `cancelled`, `superseded` or `yielded`. Empty if the release failed before anything was built, and after a dry run.',
    ),
    url: sharedAnd('url', 'For `environment.url` of the job.'),
    ...shared('verdict', 'reason', 'revision', 'previous_revision', 'traffic', 'report'),
    exposure: sharedAnd('exposure', 'With several regions, that of the least private one.'),
    regions:
      'With several regions, the result of each as JSON: an object by region of `outcome`, `verdict`, `url`, `revision`, `previous_revision`, `exposure` and `traffic`.',
    summary_file: 'Path of the job summary (Markdown).',
  },
};
