import type { Manifest } from '../../inputs/manifest.ts';

export const manifest: Manifest = {
  action: 'deploy',
  description:
    'Deploys a private HTTP function from a folder, sends only the settings that you set, and proves the function private before it gets traffic.',
  icon: 'shield',
  main: 'main.js',
  outputs: {
    name: 'Full name of the function, `projects/P/locations/L/functions/F`.',
    url: 'URL of the function.',
    tag_url: 'URL of the revision under its `tag`. Empty without that input.',
    revision: 'Short name of the new revision, or of the serving one if nothing changed.',
    previous_revision: 'Short name of the revision that had all traffic before.',
    service: 'Full name of the Cloud Run service behind the function.',
    operation: 'Full name of the Cloud Functions operation. Empty if nothing was built.',
    source_sha256: 'Digest of the sorted manifest of the source. It is the same on every machine.',
    image: 'The image by its digest, if an image was deployed.',
    traffic: 'Traffic at the end, as JSON: a list of revision, percent, tag and uri.',
    unchanged: '`true` if the serving revision already has this source and configuration.',
    exposure: '`private`, `public` or `unknown`.',
    verdict: '`pass`, `fail` or `inconclusive`.',
    outcome:
      '`exposed` if the function is public, `superseded` if another deploy changed the function in between, `cancelled` if the run was cancelled, else empty.',
    reason: 'One sentence that says what happened.',
    report: 'Path of the report (JSON).',
  },
};
