import type { Manifest } from '../../inputs/manifest.ts';
import { shared, sharedAnd } from '../../inputs/outputs.ts';

export const manifest: Manifest = {
  action: 'auth',
  description:
    'Logs in to Google Cloud without a key, proves that the login works, and says what to repair if it fails.',
  icon: 'shield',
  main: 'main.js',
  post: 'post.js',
  outputs: {
    project_id: 'Project id, as exported.',
    credentials_file_path: 'Path of the credentials file, if one was written.',
    auth_token: 'The federated token, which lives about five minutes. Masked.',
    access_token: 'Access token, with `token_format: access_token`. Masked.',
    id_token: 'ID token, with `token_format: id_token`. Masked.',
    expires_at: 'Time at which the access token of this login expires (RFC 3339).',
    principal:
      'IAM member that later calls are made as, such as `serviceAccount:deployer@my-project.iam.gserviceaccount.com`.',
    subject: "Subject (`sub`) of GitHub's token.",
    ...shared('verdict', 'reason', 'report'),
    outcome: sharedAnd('outcome', '`cancelled` if the run was cancelled, else empty.'),
  },
};
