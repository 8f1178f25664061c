import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { list, text } from '../../domain/inputs/kinds.ts';
import { parseProvider } from '../../domain/login/identity.ts';
import { accountEmail } from './shapes.ts';

const everywhere = {
  release: {},
  auth: {},
  deploy: {},
  guard: {},
  posture: {},
  gateway: {},
  'smoke-test': {},
  watch: {},
  rollback: {},
  doctor: {},
  slo: {},
  pipeline: {},
  logs: {},
  capacity: {},
  drill: {},
  model: {},
} as const;

/** After a login step, deploy-cloud-functions@v4 reads `service_account` as the account of the function. */
const loginOrRuntime = {
  sentence:
    'With `workload_identity_provider`, e-mail of the service account to log in as. Without it, after a login step, e-mail of the account that the function runs as, as in deploy-cloud-functions@v4.',
} as const;

export const login = group('Login', {
  workload_identity_provider: {
    kind: custom(
      'projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER',
      parseProvider,
    ),
    sentence: 'Full name of the workload identity provider to log in through.',
    example: 'projects/123456789012/locations/global/workloadIdentityPools/github/providers/my-repo',
    otherwise: 'the login of an earlier step',
    essential: true,
    usedBy: {
      ...everywhere,
      auth: {
        sentence: 'Full name of the workload identity provider to log in through. Required.',
        otherwise: 'none',
      },
    },
  },
  service_account: {
    kind: accountEmail,
    sentence: 'E-mail of the service account to log in as. An account that may only read is enough.',
    example: 'deployer@my-project.iam.gserviceaccount.com',
    otherwise: 'none, which uses the federated identity itself',
    essential: true,
    usedBy: {
      release: loginOrRuntime,
      deploy: loginOrRuntime,
      gateway: {
        sentence:
          'E-mail of the service account to log in as. An account that may only read is enough, except for `mode: apply`.',
      },
      posture: {
        sentence: 'E-mail of the service account to log in as. It only reads.',
      },
      guard: {
        sentence:
          'E-mail of the service account to log in as. An account that may only read is enough for `mode: verify`.',
      },
      'smoke-test': {
        sentence: 'E-mail of the service account to log in as. It reads the function and its service.',
      },
      watch: {},
      logs: {},
      capacity: {
        sentence:
          'E-mail of the service account to log in as. It needs `run.services.update` and `run.revisions.delete`.',
      },
      rollback: {
        sentence: 'E-mail of the service account to log in as. It needs `run.services.update`.',
      },
      doctor: {
        sentence:
          'E-mail of the service account to log in as. Use the one that releases, because its permissions are examined.',
      },
      slo: {
        sentence: 'E-mail of the service account to log in as. `plan` and `verify` only read.',
      },
      pipeline: {
        sentence:
          'E-mail of the service account to log in as. It needs `aiplatform.pipelineJobs.create`, `.get` and `.cancel`, and `iam.serviceAccounts.actAs` on `pipeline_service_account`.',
      },
      drill: {
        sentence:
          'E-mail of the service account to log in as. `roles/storage.bucketViewer` is enough for `mode: check`, and `restore` needs `roles/storage.objectUser` on the buckets too.',
      },
      model: {
        sentence:
          'E-mail of the service account to log in as. It reads the service, its revisions and the model. Only `mode: settle` writes, and only to the registry.',
      },
      auth: { sentence: 'E-mail of the service account to log in as.' },
    },
  },
  invoker_service_account: {
    kind: accountEmail,
    sentence:
      'E-mail of the service account that calls the function. It needs `roles/run.invoker` on this function and nothing else.',
    example: 'invoker@my-project.iam.gserviceaccount.com',
    otherwise: '`service_account`',
    essential: true,
    usedBy: {
      release: {},
      doctor: {},
      'smoke-test': {},
      capacity: {},
      watch: {
        sentence: 'E-mail of the service account that calls the function if `probes_per_minute` is set.',
      },
      rollback: {
        sentence: 'E-mail of the service account that calls the function once after the rollback.',
      },
      auth: {
        sentence:
          'E-mail of the service account that mints ID tokens. Give it `roles/run.invoker` and nothing else. Required for ID tokens if `service_account` is not set.',
      },
      deploy: {
        sentence:
          'This action does not use it. It is accepted so that the actions of a job can share their inputs.',
      },
      logs: {
        sentence:
          'This action does not use it. It is accepted so that the actions of a job can share their inputs.',
      },
      gateway: {
        sentence:
          'E-mail of the service account whose ID token the proof sends to an operation that takes a token. It needs no role in Google Cloud.',
      },
      posture: {
        sentence:
          'This action does not use it. It is accepted so that the actions of a job can share their inputs.',
      },
      guard: {
        sentence:
          'This action does not use it. It is accepted so that the actions of a job can share their inputs.',
      },
      pipeline: {
        sentence:
          'This action does not use it. It is accepted so that the actions of a job can share their inputs.',
      },
      model: {
        sentence:
          'This action does not use it. It is accepted so that the actions of a job can share their inputs.',
      },
      drill: {
        sentence:
          'This action does not use it. It is accepted so that the actions of a job can share their inputs.',
      },
      slo: {
        sentence:
          'This action does not use it. It is accepted so that the actions of a job can share their inputs.',
      },
    },
  },
  audience: {
    kind: text({ maxLength: 400, pattern: /^[\x21-\x7e]+$/, expected: 'text without spaces' }),
    shown: 'plain',
    sentence: "Audience (`aud`) of GitHub's token.",
    example: 'https://github.com/acme',
    otherwise: '`https://iam.googleapis.com/` and the name of the provider',
    usedBy: everywhere,
  },
  delegates: {
    kind: list(accountEmail),
    sentence:
      'Service accounts between the federated identity and `service_account`, in order, by commas or newlines.',
    example: 'hop@my-project.iam.gserviceaccount.com',
    otherwise: 'none',
    usedBy: everywhere,
  },
  universe: {
    kind: text({ pattern: /^[a-z0-9-]+(\.[a-z0-9-]+)+$/, expected: 'a domain such as googleapis.com' }),
    sentence: 'Domain of the Google Cloud universe.',
    example: 'googleapis.com',
    otherwise: 'the universe of an earlier login step, else `googleapis.com`',
    usedBy: everywhere,
  },
  trusted_endpoints: {
    kind: list(text({ pattern: /^[a-z0-9.-]+$/, expected: 'a host name such as sts.example.com' })),
    sentence:
      "Hosts, other than Google's, to which `GHA_ENDPOINT_OVERRIDE_sts`, `_iamcredentials` and `_oauth2` may send the login.",
    example: 'sts.example.com',
    otherwise: 'none',
    usedBy: everywhere,
  },
  request_reason: {
    kind: text({ pattern: /^[\x20-\x7e]+$/, expected: 'one line of ASCII text' }),
    shown: 'plain',
    sentence: 'Reason that Google writes into its audit logs.',
    example: 'release 42',
    otherwise: 'none',
    usedBy: everywhere,
  },
});
