import { writeFileSync } from 'node:fs';
import { grant } from '../../../sandbox/core/policies.ts';
import type { Binding } from '../../../sandbox/core/types.ts';
import { functionState } from '../../../sandbox/functions/model.ts';
import { addAccount, identityOf } from '../../../sandbox/identity/state.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { projectsOf } from '../../../sandbox/projects/state.ts';
import { runState } from '../../../sandbox/run/model.ts';
import { secretsOf } from '../../../sandbox/secrets/state.ts';
import { addBucket, storageState } from '../../../sandbox/storage/state.ts';
import { Client, inline } from '../../sandbox/support/client.ts';
import { here } from './printed/here.ts';

/** A sandbox that has what the printed commands are about, and an administrator's token. */

const service = `projects/${here.project}/locations/${here.region}/services/ocr`;
const accounts = ['run', 'ocr-run', 'builder', 'hop'];
const off = { softDeletePolicy: { retentionDurationSeconds: '0', effectiveTime: '2026-01-01T00:00:00Z' } };
const week = {
  softDeletePolicy: { retentionDurationSeconds: '604800', effectiveTime: '2026-01-01T00:00:00Z' },
};
/** Buckets that a drill finds something in, and one with models. */
const buckets = [
  ['acme-models', 'US-CENTRAL1', week],
  ['drill-bare', 'EUR4', { ...off, rpo: 'DEFAULT' }],
  ['drill-short', 'EUR4', { ...week, rpo: 'DEFAULT' }],
  ['drill-versions', 'EUR4', { ...off, rpo: 'DEFAULT', versioning: { enabled: true } }],
  ['drill-slow', 'EUR4', { ...week, rpo: 'DEFAULT' }],
  ['drill-one', 'US-CENTRAL1', week],
] as const;
const extra = (
  'secretmanager.secrets.setIamPolicy secretmanager.secrets.getIamPolicy secretmanager.versions.list secretmanager.versions.enable ' +
  'artifactregistry.repositories.getIamPolicy artifactregistry.repositories.setIamPolicy artifactregistry.repositories.get ' +
  'cloudkms.cryptoKeys.getIamPolicy cloudkms.cryptoKeys.setIamPolicy billing.resourceAssociations.list storage.buckets.getIamPolicy storage.buckets.setIamPolicy cloudfunctions.functions.update ' +
  'orgpolicy.policy.set orgpolicy.policy.get orgpolicy.policies.list cloudquotas.quotas.get vpcaccess.connectors.list ' +
  'cloudbuild.workerpools.list iam.roles.create iam.roles.update iam.roles.get iam.serviceAccountKeys.delete ' +
  'iam.denypolicies.list resourcemanager.projects.get iap.webServices.getIamPolicy iap.webServices.setIamPolicy ' +
  'resourcemanager.folders.getIamPolicy resourcemanager.folders.setIamPolicy resourcemanager.organizations.getIamPolicy ' +
  'resourcemanager.organizations.setIamPolicy iam.googleapis.com/workloadIdentityPools.update ' +
  'iam.googleapis.com/workloadIdentityPools.undelete iam.googleapis.com/workloadIdentityPoolProviders.undelete'
).split(' ');

export async function openCloud(home: string): Promise<{ sandbox: Sandbox; client: Client; token: string }> {
  const sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 0, logLagMs: 0 });
  const { world } = sandbox;
  const client = new Client(sandbox);
  for (const name of accounts) addAccount(world, `${name}@${here.project}.iam.gserviceaccount.com`, name);
  for (const name of ['api-key', 'db', 'a', 'b'])
    secretsOf(world).set(
      name,
      new Map([
        ['1', 'ENABLED'],
        ['3', 'DISABLED'],
      ]),
    );
  const { pool, provider } = identity(sandbox);
  identityOf(world).providers.set(`${pool}/providers/old`, {
    ...structuredClone(identityOf(world).providers.get(provider)),
    name: `${pool}/providers/old`,
  } as never);
  world.roles.define({
    name: `projects/${here.project}/roles/admin`,
    ...{ title: 'admin', stage: 'GA', etag: 'BwYAAAAAAAE=' },
    includedPermissions: [...world.roles.permissionsOf('roles/owner'), ...extra],
  });
  const admin = 'user:admin@example.com';
  for (const resource of [
    `projects/${here.project}`,
    `folders/${here.folder}`,
    `organizations/${here.organization}`,
  ])
    grant(
      world.policies,
      `//cloudresourcemanager.googleapis.com/${resource}`,
      `projects/${here.project}/roles/admin`,
      admin,
    );
  // Who owns the images of another project follows the repair that names its repository.
  for (const location of ['europe', here.region])
    grant(
      world.policies,
      `//artifactregistry.googleapis.com/projects/acme-images/locations/${location}/repositories/containers`,
      'roles/artifactregistry.admin',
      admin,
    );
  for (const [name, location, settings] of buckets) addBucket(world, name, location, settings);
  await client.deploy('ocr', inline(200));
  await client.deploy('ocr', inline(200, 'second'));
  const [first = ''] = [...(runState(world).services.get(service)?.revisions.keys() ?? [])];
  // Another tool's tag, which no repair may take away.
  await client.traffic('ocr', [
    { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 },
    { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: first, tag: 'theirs' },
  ]);
  functionState(world).gen1.set(service.replace('/services/ocr', '/functions/first'), {
    httpsTrigger: { securityLevel: 'SECURE_OPTIONAL' },
    versionId: '1',
  });
  const answer = await fetch(`${sandbox.control}/tokens`, {
    method: 'POST',
    body: JSON.stringify({ member: admin }),
  });
  const token = `${home}/admin-token`;
  writeFileSync(token, ((await answer.json()) as { accessToken: string }).accessToken);
  return { sandbox, client, token };
}

export function identity({ env }: Sandbox): { pool: string; provider: string } {
  const provider = env.WORKLOAD_IDENTITY_PROVIDER as string;
  return { provider, pool: provider.replace(/\/providers\/.*/, '') };
}

const lines = (resource: string, bindings: readonly Binding[]): string[] =>
  bindings.flatMap(({ role, members, condition }) =>
    members.map((member) =>
      [resource, role, member, condition && `if ${condition.expression}`].filter(Boolean).join(' '),
    ),
  );

/** Everything that a repair could change, as lines. */
export function stateOf({ world }: Sandbox): string[] {
  const { accounts: all, pools, providers } = identityOf(world);
  const flat = (what: string, value: unknown): string[] =>
    value !== null && typeof value === 'object'
      ? Object.entries(value).flatMap(([name, inner]) => flat(`${what}.${name}`, inner))
      : value === undefined || value === ''
        ? []
        : [`${what}=${String(value)}`];
  return [
    ...world.policies.resources().flatMap((name) => lines(name, world.policies.get(name).bindings)),
    ...[...all.values()].flatMap(({ email, ...account }) => flat(`account ${email}`, account)),
    ...[...pools.values()].flatMap((pool) => flat(`pool ${pool.name}`, pool)),
    ...[...providers.values()].flatMap((provider) => flat(`provider ${provider.name}`, provider)),
    ...[...projectsOf(world).orgPolicies].flatMap(([name, policy]) => flat(`policy ${name}`, policy)),
    ...[...functionState(world).gen1].flatMap(([name, fn]) => flat(`gen1 ${name}`, fn.httpsTrigger)),
    ...[...storageState(world).buckets].flatMap(([name, { settings }]) => flat(`bucket ${name}`, settings)),
    ...[...world.disabledServices].map((name) => `off ${name}`),
    ...[...secretsOf(world)].flatMap(([name, versions]) =>
      [...versions].map(([id, state]) => `secret ${name}/${id}=${state}`),
    ),
    ...world.roles
      .list()
      .filter(({ name }) => !name.startsWith('roles/'))
      .flatMap((role) => role.includedPermissions.map((one) => `role ${role.name} ${one}`)),
    ...[...runState(world).services.values()].flatMap((service) => [
      ...flat(`service ${service.id}`, {
        ingress: service.ingress,
        invokerIamDisabled: service.invokerIamDisabled,
        iapEnabled: service.iapEnabled,
        defaultUriDisabled: service.defaultUriDisabled,
        scaling: service.scaling,
        customAudiences: service.customAudiences,
        labels: service.labels,
        description: service.description,
        traffic: service.traffic,
      }),
      ...[...service.revisions.keys()].map((name) => `revision ${name}`),
    ]),
  ];
}
