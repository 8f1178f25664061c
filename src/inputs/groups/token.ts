import { group } from '../../domain/inputs/definition.ts';
import { boolean, choice, duration, list, path, text } from '../../domain/inputs/kinds.ts';

const auth = { auth: {} } as const;

/** What `auth` leaves for the steps that follow, and how it examines the set-up. */
export const token = group('Credentials and tokens', {
  credentials_json: {
    kind: text({ expected: 'nothing', maxLength: 100_000 }),
    sentence:
      'Refused, because a service-account key is a password that does not expire. The error shows how to migrate.',
    example: '',
    otherwise: 'none',
    secret: true,
    usedBy: auth,
  },
  create_credentials_file: {
    kind: boolean,
    sentence: "Write a credentials file for gcloud, Terraform, the SDKs and Google's other actions.",
    example: 'false',
    default: 'true',
    usedBy: auth,
  },
  credentials_file_path: {
    kind: path('the path of a file that does not exist yet'),
    shown: 'plain',
    sentence:
      'Path of the credentials file, absolute or relative to the workspace, for Docker actions that cannot see RUNNER_TEMP. The file must not exist.',
    example: 'gha-creds-docker.json',
    otherwise: 'a new folder below RUNNER_TEMP',
    usedBy: auth,
  },
  export_environment_variables: {
    kind: boolean,
    sentence:
      'Export GOOGLE_APPLICATION_CREDENTIALS, the other credentials variables and the project for the steps that follow.',
    example: 'false',
    default: 'true',
    usedBy: auth,
  },
  cleanup_credentials: {
    kind: boolean,
    sentence: 'Remove the credentials file when the job ends.',
    example: 'false',
    default: 'true',
    usedBy: auth,
  },
  token_format: {
    kind: choice(['access_token', 'id_token']),
    sentence: 'Token to put into an output.',
    example: 'id_token',
    otherwise: 'none',
    usedBy: auth,
  },
  access_token_lifetime: {
    kind: duration('1s', '12h'),
    sentence:
      'How long an access token of `service_account` is valid. More than 1h needs the organisation policy that allows it.',
    example: '600s',
    default: '3600s',
    usedBy: auth,
  },
  access_token_scopes: {
    kind: list(text({ expected: 'an OAuth scope' })),
    shown: 'plain',
    sentence: 'OAuth scopes of the access token, by commas or newlines.',
    example: 'https://www.googleapis.com/auth/devstorage.read_only',
    otherwise: '`https://www.googleapis.com/auth/cloud-platform`',
    usedBy: auth,
  },
  access_token_subject: {
    kind: text({ expected: 'the e-mail of a user' }),
    shown: 'plain',
    sentence: 'Workspace user to act for by domain-wide delegation, with `token_format: access_token`.',
    example: 'jane@example.com',
    otherwise: 'none',
    usedBy: auth,
  },
  id_token_audience: {
    kind: text({ expected: 'the URL of the service to call' }),
    shown: 'plain',
    sentence:
      'Audience of the ID token, with `token_format: id_token`. It is the URL of the service to call.',
    example: 'https://ocr-api-xyz-uc.a.run.app',
    otherwise: 'none',
    usedBy: auth,
  },
  id_token_include_email: {
    kind: boolean,
    sentence: "Put the account's e-mail into the ID token of the output.",
    example: 'true',
    otherwise: '`false`',
    usedBy: auth,
  },
  expected_project_number: {
    kind: text({ pattern: /^\d+$/, expected: 'a project number' }),
    sentence:
      'Number of the project that must hold the provider. With any other number the step stops before its first request.',
    example: '123456789012',
    otherwise: 'not checked',
    usedBy: auth,
  },
  expected_principal: {
    kind: text({ expected: 'an e-mail or a principal://', maxLength: 600 }),
    shown: 'plain',
    sentence:
      'Identity that the login must lead to: an e-mail, or `principal://...` without a service account.',
    example: 'deployer@my-project.iam.gserviceaccount.com',
    otherwise: 'not checked',
    usedBy: auth,
  },
  doctor: {
    kind: choice(['auto', 'true', 'enforce', 'false']),
    sentence:
      'When to examine the set-up: `auto` after a failed login, `true` always, `enforce` always, and the step fails if others could log in too, `false` never.',
    example: 'enforce',
    default: 'auto',
    usedBy: auth,
  },
  provider_file: {
    kind: path('the path of a JSON file'),
    shown: 'plain',
    sentence:
      'File with the provider as JSON (`gcloud iam workload-identity-pools providers describe ... --format=json`). The doctor reads it if this identity may not read the provider.',
    example: 'infra/provider.json',
    otherwise: 'none',
    usedBy: auth,
  },
});
