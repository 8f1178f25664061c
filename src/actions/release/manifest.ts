import type { Manifest } from '../../inputs/manifest.ts';

export const manifest: Manifest = {
  action: 'release',
  description:
    'Releases an HTTP function to Google Cloud without a key, proves it private, tests it, watches it, and takes a bad release back.',
  icon: 'shield',
  main: 'actions/release/main.js',
  post: 'actions/release/post.js',
  outputs: {
    verdict: '`pass`, `fail` or `inconclusive`.',
    outcome:
      '`promoted`, `rolled_back`, `rejected` (a first release, with nothing to go back to), `held`, `blocked`, `exposed`, `smoke_failed`, `cancelled`, `superseded` or `yielded`. Empty if the release failed before anything was built, and after a dry run.',
    reason: 'One sentence that says what happened.',
    url: 'URL of the function, for `environment.url` of the job.',
    revision: 'Short name of the new revision, or of the serving one if nothing changed.',
    previous_revision: 'Short name of the revision that had all traffic before.',
    traffic: 'Traffic at the end, as JSON: a list of revision and percent.',
    exposure: '`private`, `public` or `unknown`.',
    report: 'Path of the report (JSON).',
    summary_file: 'Path of the job summary (Markdown).',
  },
};
