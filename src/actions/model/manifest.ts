import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'model',
  description:
    'Says which version of a model serves, which one served when, and whether alias, record and traffic agree. Resolves an alias to an exact version.',
  icon: 'box',
  main: 'main.js',
  outputs: {
    verdict: sharedAnd('verdict', '`fail` if something does not agree.'),
    outcome: sharedAnd('outcome', 'Always empty.'),
    ...shared('reason', 'report'),
    model_reference:
      'With `mode: resolve`: the model by its exact version, as `model` of a release takes it.',
    model_version:
      'Version of the model in its registry. Set with `mode: resolve`; the generation, for an object.',
    model_uri: 'Address of the files of the model, such as `gs://bucket/path`. Set with `mode: resolve`.',
    model_digest: 'With `mode: resolve`: what tells its bytes from others. Empty if they cannot be seen.',
    serving_revision: 'Short name of the revision that serves now. Empty if several do.',
    serving_version: 'The version of the model that it carries. Empty if it carries another model, or none.',
    alias_version: 'The version that the alias names at the end.',
    history: 'With `mode: history`: which model served when, as JSON, newest first.',
  },
};
