import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'deploy',
  description:
    'Deploys a private HTTP function from a folder, sends only the settings that you set, and proves the function private before it gets traffic.',
  icon: 'shield',
  main: 'main.js',
  outputs: {
    name: 'Full name of the function, `projects/P/locations/L/functions/F`, or of the service if it is none of the Functions API.',
    ...shared('url', 'revision', 'previous_revision', 'service'),
    tag_url: sharedAnd('tag_url', 'Empty without that input.'),
    operation: 'Full name of the Cloud Functions operation. Empty if nothing was built.',
    source_sha256: 'Digest of the sorted manifest of the source. It is the same on every machine.',
    image: 'The image by its digest, if an image was deployed.',
    ...shared('traffic', 'unchanged', 'exposure', 'verdict', 'reason', 'report'),
    outcome: sharedAnd(
      'outcome',
      '`blocked` by a window of `freeze`, `exposed` if the function is public, `superseded` if another deploy changed the function in between, `cancelled` if the run was cancelled, else empty.',
    ),
  },
};
