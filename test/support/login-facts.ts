import { mapClaims } from '../../src/domain/login/doctor/cel.ts';
import type { examine } from '../../src/domain/login/doctor/examine.ts';
import type { IdentityFacts, ProviderResource } from '../../src/domain/login/doctor/facts.ts';
import { parseProvider } from '../../src/domain/login/identity.ts';
import { cloudPlatformScope, type LoginRequest } from '../../src/domain/login/request.ts';

/** A keyless login whose set-up has no fault. Each test changes one part of it. */

export const name = 'projects/42/locations/global/workloadIdentityPools/github/providers/gh';
export const account = 'deployer@my-project.iam.gserviceaccount.com';
export const issuer = 'https://token.actions.githubusercontent.com';
export const pool = 'iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/github';

export const claims = {
  iss: issuer,
  aud: `https://iam.googleapis.com/${name}`,
  sub: 'repo:acme/ocr:ref:refs/heads/main',
  repository: 'acme/ocr',
  repository_id: '770001',
  repository_owner: 'acme',
  repository_owner_id: '4211',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  event_name: 'push',
  runner_environment: 'github-hosted',
  workflow_ref: 'acme/ocr/.github/workflows/release.yml@refs/heads/main',
  job_workflow_ref: 'acme/ocr/.github/workflows/release.yml@refs/heads/main',
  actor: 'mina',
  run_id: '1001',
};

export const mapping = {
  'google.subject': 'assertion.sub',
  'attribute.repository': 'assertion.repository',
  'attribute.repository_id': 'assertion.repository_id',
};

export const strict =
  "assertion.repository_owner_id == '4211' && assertion.repository_id == '770001' && assertion.ref == 'refs/heads/main' && assertion.event_name == 'push' && assertion.runner_environment == 'github-hosted'";

export const request: LoginRequest = {
  source: 'inputs',
  provider: parseProvider(name),
  serviceAccount: account,
  delegates: [],
  scopes: [cloudPlatformScope],
  lifetimeSeconds: 3600,
  includeEmail: true,
  universe: 'googleapis.com',
  propagationSeconds: 0,
  projectId: 'my-project',
  run: {},
};

export const member = `principalSet://${pool}/attribute.repository_id/770001`;

export function facts(change: {
  condition?: string | undefined;
  provider?: Partial<ProviderResource>;
  members?: string[];
  claims?: Record<string, unknown>;
  more?: Partial<IdentityFacts>;
}): IdentityFacts {
  return {
    request,
    claims: { ...claims, ...change.claims },
    pool: { name: 'pool', state: 'ACTIVE' },
    provider: {
      name,
      state: 'ACTIVE',
      attributeMapping: mapping,
      attributeCondition: 'condition' in change ? change.condition : strict,
      oidc: { issuerUri: issuer },
      ...change.provider,
    },
    siblings: [],
    accounts: [
      {
        email: account,
        policy: [{ role: 'roles/iam.workloadIdentityUser', members: change.members ?? [member] }],
        keys: [],
      },
    ],
    projectPolicy: [],
    unread: [],
    ...change.more,
  };
}

export const rules = (found: ReturnType<typeof examine>) =>
  found.map(({ rule, severity }) => `${severity} ${rule}`);
export const own = mapClaims(mapping, claims);
