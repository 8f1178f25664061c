import type { LoginFailure } from '../../../../src/domain/login/failure/login-error.ts';
import { parseProvider } from '../../../../src/domain/login/identity.ts';
import { cloudPlatformScope, type LoginRequest } from '../../../../src/domain/login/request.ts';

/** One refusal for each row that explains a failed login, in Google's words. */

export const provider = parseProvider(
  'projects/42/locations/global/workloadIdentityPools/github/providers/gh',
);
export const request: LoginRequest = {
  source: 'inputs',
  provider,
  serviceAccount: 'deployer@my-project.iam.gserviceaccount.com',
  delegates: [],
  scopes: [cloudPlatformScope],
  lifetimeSeconds: 3600,
  includeEmail: true,
  universe: 'googleapis.com',
  propagationSeconds: 30,
  run: {},
};
export const claims = {
  iss: 'https://token.actions.githubusercontent.com',
  aud: 'https://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/github/providers/gh',
  sub: 'repo:acme/ocr:ref:refs/heads/main',
  repository: 'acme/ocr',
  repository_id: '770001',
  repository_owner_id: '4211',
  ref: 'refs/heads/main',
};

export const sts = (statusName: string, message: string, status = 400): LoginFailure => ({
  stage: 'sts',
  status,
  statusName,
  message,
});
export const onAccount = (
  status: number,
  statusName: string,
  message: string,
  more: Partial<LoginFailure> = {},
): LoginFailure => ({
  stage: 'access-token',
  account: 'deployer@my-project.iam.gserviceaccount.com',
  status,
  statusName,
  message,
  ...more,
});

type Refusal = [
  rule: string,
  retry: 'transient' | 'propagation' | 'never',
  failure: LoginFailure,
  repair: string,
];

export const refusals: Refusal[] = [
  [
    'condition-false',
    'never',
    sts('unauthorized_client', 'The given credential is rejected by the attribute condition.'),
    "assertion.repository_id == '770001'",
  ],
  [
    'mapping-type',
    'never',
    sts('unauthorized_client', "The mapped attribute 'google.subject' must be of type STRING."),
    '--attribute-mapping=',
  ],
  [
    'mapping-type',
    'never',
    sts(
      'invalid_grant',
      'Could not obtain a value for google.subject from the given credential. Please check whether your mapping configuration assertion.x is correct.',
    ),
    '--attribute-mapping=',
  ],
  [
    'subject-too-long',
    'never',
    sts(
      'invalid_request',
      'The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes.',
    ),
    'assertion.run_id',
  ],
  [
    'provider-unusable',
    'propagation',
    sts(
      'invalid_target',
      'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
    ),
    'providers describe projects/42/locations/global/workloadIdentityPools/github/providers/gh',
  ],
  [
    'provider-unusable',
    'propagation',
    sts(
      'invalid_request',
      'Invalid value for "audience". This value should be the full resource name of the Identity Provider.',
    ),
    'providers describe projects/42/locations/global/workloadIdentityPools/github/providers/gh',
  ],
  [
    'issuer-mismatch',
    'never',
    sts(
      'invalid_grant',
      'The issuer in ID Token https://ghes.example.com does not match the expected ones: https://token.actions.githubusercontent.com/',
    ),
    '--issuer-uri=https://token.actions.githubusercontent.com',
  ],
  [
    'audience-mismatch',
    'never',
    sts(
      'invalid_grant',
      'The audience in ID Token [https://github.com/acme] does not match the expected audience.',
    ),
    '--allowed-audiences=',
  ],
  [
    'token-stale',
    'transient',
    sts('invalid_grant', 'ID Token issued at 1600000000 is stale to sign-in.'),
    'timedatectl',
  ],
  [
    'issuer-unreachable',
    'transient',
    sts('invalid_grant', "Error connecting to the given credential's issuer."),
    '--jwk-json-path',
  ],
  [
    'signature-invalid',
    'never',
    sts('invalid_grant', 'Unable to verify the ID Token signature.'),
    '--jwk-json-path',
  ],
  [
    'impersonation-denied',
    'propagation',
    onAccount(
      403,
      'PERMISSION_DENIED',
      "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
      { reason: 'IAM_PERMISSION_DENIED', permission: 'iam.serviceAccounts.getAccessToken' },
    ),
    'attribute.repository/acme/ocr',
  ],
  [
    'account-missing',
    'never',
    onAccount(
      404,
      'NOT_FOUND',
      'Not found; Gaia id not found for email deployer@my-project.iam.gserviceaccount.com',
    ),
    'gcloud iam service-accounts list --project=my-project',
  ],
  [
    'account-disabled',
    'never',
    onAccount(
      400,
      'FAILED_PRECONDITION',
      'Service account deployer@my-project.iam.gserviceaccount.com is disabled.',
    ),
    'service-accounts enable',
  ],
  [
    'api-disabled',
    'propagation',
    onAccount(
      403,
      'PERMISSION_DENIED',
      'IAM Service Account Credentials API has not been used in project 42 before or it is disabled.',
      { reason: 'SERVICE_DISABLED' },
    ),
    'gcloud services enable iamcredentials.googleapis.com --project="$(gcloud projects describe 42 --format="value(projectId)")"',
  ],
  [
    'federation-unsupported',
    'never',
    onAccount(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
    'add-iam-policy-binding',
  ],
  [
    'perimeter',
    'never',
    onAccount(
      403,
      'PERMISSION_DENIED',
      "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x",
      { reason: 'SECURITY_POLICY_VIOLATED' },
    ),
    '',
  ],
  [
    'lifetime-refused',
    'never',
    onAccount(400, 'INVALID_ARGUMENT', 'The access token lifetime cannot exceed 3600 seconds'),
    '',
  ],
  [
    'signing-denied',
    'propagation',
    onAccount(
      403,
      'PERMISSION_DENIED',
      "Permission 'iam.serviceAccounts.signJwt' denied on resource (or it may not exist).",
      { stage: 'sign-jwt', permission: 'iam.serviceAccounts.signJwt' },
    ),
    '--role=roles/iam.serviceAccountTokenCreator --member="$member"',
  ],
  [
    'delegation-refused',
    'never',
    onAccount(
      401,
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
      { stage: 'delegation' },
    ),
    '--format="value(uniqueId)"',
  ],
  ['server-trouble', 'never', onAccount(503, 'UNAVAILABLE', 'The service is currently unavailable.'), ''],
];
