import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'pipeline',
  description:
    'Runs a pipeline that trains a model: once for each run of the workflow, judged by its metrics, with the model as output for the release.',
  icon: 'git-branch',
  main: 'main.js',
  post: 'post.js',
  outputs: {
    verdict: sharedAnd(
      'verdict',
      '`pass` if the job succeeded, ran what it had to run and kept every bar. `inconclusive` if it was still running when the time was over.',
    ),
    outcome: sharedAnd('outcome', '`cancelled` if the run was cancelled, else empty.'),
    ...shared('reason', 'report'),
    job: 'Name of the job, for `pipeline_job` of a step that waits and for `champion_job` of a later run.',
    state: "State of the job in the product's own word, such as `SUCCEEDED`.",
    model: 'Name of the model in its registry. Empty if the job made a file and no entry.',
    model_version: 'Version of the model in its registry.',
    model_uri: 'Address of the files of the model, such as `gs://bucket/path`.',
    metrics: 'What the tasks measured, as JSON: a list of `task`, `name` and `value`.',
  },
};
