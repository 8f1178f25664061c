import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quoted } from '../../../../src/domain/data/shell.ts';
import { conditionFor, grantImpersonation } from '../../../../src/domain/login/commands.ts';
import { diagnose, knownFailures } from '../../../../src/domain/login/failure/diagnose.ts';
import type { LoginFailure } from '../../../../src/domain/login/failure/login-error.ts';
import { parseProvider } from '../../../../src/domain/login/identity.ts';
import { cloudPlatformScope, type LoginRequest } from '../../../../src/domain/login/request.ts';

const provider = parseProvider('projects/42/locations/global/workloadIdentityPools/github/providers/gh');
const request: LoginRequest = {
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
const claims = {
  iss: 'https://token.actions.githubusercontent.com',
  aud: 'https://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/github/providers/gh',
  sub: 'repo:acme/ocr:ref:refs/heads/main',
  repository: 'acme/ocr',
  repository_id: '770001',
  repository_owner_id: '4211',
  ref: 'refs/heads/main',
};

const sts = (statusName: string, message: string, status = 400): LoginFailure => ({
  stage: 'sts',
  status,
  statusName,
  message,
});
const onAccount = (
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

type Case = [
  rule: string,
  retry: 'transient' | 'propagation' | 'never',
  failure: LoginFailure,
  repair: string,
];

const cases: Case[] = [
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
    '--role=roles/iam.serviceAccountTokenCreator --member=principalSet://',
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

describe('each refusal has a cause and a repair', () => {
  test.each(cases)('%s (%s)', (rule, retry, failure, repair) => {
    const found = diagnose(failure, request, claims);
    expect([found.rule, found.retry]).toEqual([rule, retry]);
    expect([found.fix, ...found.commands].join('\n')).toContain(repair);
    for (const text of [found.what, found.why, found.fix]) expect(text.length).toBeGreaterThan(10);
  });

  test('the table above covers every row', () => {
    expect([...new Set(cases.map(([rule]) => rule))].sort()).toEqual([...knownFailures].sort());
  });

  test('an unknown refusal quotes Google and shows how to look at the provider', () => {
    const found = diagnose(sts('something_new', 'A sentence that no row knows.'), request, claims);
    expect(found).toMatchObject({ rule: 'unknown', code: 'login-sts-refused', retry: 'never' });
    expect(found.what).toContain('A sentence that no row knows.');
    expect(found.commands[0]).toContain(
      'providers describe projects/42/locations/global/workloadIdentityPools/github/providers/gh',
    );
  });

  test('a chain of delegates gets a grant for every link', () => {
    const found = diagnose(
      onAccount(403, 'PERMISSION_DENIED', 'denied'),
      { ...request, delegates: ['hop@my-project.iam.gserviceaccount.com'] },
      claims,
    );
    expect(found.commands[0]).toContain(
      'add-iam-policy-binding hop@my-project.iam.gserviceaccount.com --role=roles/iam.serviceAccountTokenCreator --member=principalSet://',
    );
    expect(found.commands[1]).toBe(
      'gcloud iam service-accounts add-iam-policy-binding deployer@my-project.iam.gserviceaccount.com --role=roles/iam.serviceAccountTokenCreator --member=serviceAccount:hop@my-project.iam.gserviceaccount.com',
    );
  });

  test('the grant uses the numeric id if the provider maps it', () => {
    expect(grantImpersonation(provider, 'a@b.iam.gserviceaccount.com', claims, ['repository_id'])).toContain(
      'attribute.repository_id/770001',
    );
  });
});

describe('claims in commands are only data', () => {
  test('a shell reads back exactly the value, even for hostile branch names', () => {
    const nasty = fc.string({
      unit: fc.constantFrom(
        'a',
        "'",
        '"',
        '$',
        '`',
        '\\',
        '!',
        ';',
        '&',
        '|',
        '(',
        ')',
        ' ',
        '*',
        '한',
        '-',
        '~',
        '#',
      ),
    });
    fc.assert(
      fc.property(nasty, (value) => {
        const read = execFileSync('/bin/sh', ['-c', `printf '%s' ${quoted(value)}`], { encoding: 'utf8' });
        expect(read).toBe(value);
      }),
      { numRuns: 60 },
    );
  });

  test('a control character cannot start a new line', () => {
    expect(quoted('a\nrm -rf b')).toBe('"arm -rf b"');
  });

  test('an id cannot end its CEL literal', () => {
    expect(conditionFor({ repository_owner_id: "1' || true || '", repository_id: '2' })).toBe(
      "assertion.repository_owner_id == '1\\' || true || \\'' && assertion.repository_id == '2'",
    );
  });
});
