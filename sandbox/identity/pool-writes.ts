import { alreadyExists, invalidArgument, notFound } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { identityOf, type Pool, type Provider } from './state.ts';

const ID = /^[a-z0-9-]{4,32}$/;
const poolFields = ['displayName', 'description', 'disabled', 'mode'];
const providerFields = [
  'displayName',
  'description',
  'disabled',
  'attributeMapping',
  'attributeCondition',
  'oidc',
];

function checked(call: Call, fields: readonly string[]): Record<string, unknown> {
  const body = call.json();
  const strange = Object.keys(body).find(
    (name) => !fields.includes(name) && !['name', 'state'].includes(name),
  );
  if (strange)
    throw invalidArgument(`Invalid JSON payload received. Unknown name "${strange}": Cannot find field.`);
  const { name: _, state: __, ...rest } = body;
  return rest;
}

function idOf(call: Call, parameter: string): string {
  const id = call.query.get(parameter) ?? '';
  if (!ID.test(id) || id.startsWith('gcp-'))
    throw invalidArgument(`${parameter} must have 4 to 32 characters of a-z, 0-9 and -, and no prefix gcp-.`);
  return id;
}

const GITHUB = 'https://token.actions.githubusercontent.com';

/**
 * What Google refuses in a new provider before it creates anything. In the sandbox, its own issuer is GitHub: a provider
 * that is to trust GitHub trusts the sandbox's issuer, so that a documented set-up works as it is written.
 */
function checkProvider(world: World, body: Record<string, unknown>): void {
  const { attributeMapping, attributeCondition, oidc } = body as Partial<Provider>;
  if (!oidc) throw invalidArgument('This sandbox makes OIDC providers only.');
  const own = world.urls.get('oidc') as string;
  if (oidc.issuerUri === GITHUB) oidc.issuerUri = own;
  const ours = oidc.issuerUri === own;
  if (!ours && !/^https:\/\/\S+$/.test(oidc.issuerUri ?? ''))
    throw invalidArgument('OIDC issuer URI must use https.');
  if (!attributeMapping?.['google.subject'])
    throw invalidArgument('The attribute mapping must map google.subject.');
  // Google refuses a provider of GitHub's shared issuer whose condition names no claim of it.
  if (ours && !/\bassertion\b|\battribute\b|\bgoogle\b/.test(attributeCondition ?? ''))
    throw invalidArgument(
      "The attribute condition must reference one of the provider's claims. For more information, see " +
        'https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines#conditions',
    );
}

/**
 * Creates and deletes workload identity pools and their providers (IAM v1, projects.locations.workloadIdentityPools). A
 * deleted one keeps its name for 30 days, so it cannot be created again under this name.
 */
export function poolWrites(
  world: World,
  authorize: (call: Call, project: string | undefined, permission: string) => void,
): Route[] {
  const state = identityOf(world);
  const base = '/v1/projects/:project/locations/global/workloadIdentityPools';
  const poolName = (pool = '') =>
    `projects/${world.projectNumber}/locations/global/workloadIdentityPools/${pool}`;
  const done = (item: { name: string }): Reply => ({
    status: 200,
    body: { name: `${item.name}/operations/${world.now()}`, done: true, response: item },
  });
  const remove = <T extends { name: string; state: string }>(item: T | undefined): Reply => {
    if (item?.state !== 'ACTIVE') throw notFound();
    item.state = 'DELETED';
    return done(item);
  };
  const restore = <T extends { name: string; state: string }>(item: T | undefined): Reply => {
    if (item?.state !== 'DELETED') throw notFound();
    item.state = 'ACTIVE';
    return done(item);
  };
  /** Every operation of the sandbox on pools is done with its first answer, so a poll always finds a done one. */
  const operation = (pattern: string): Route => ({
    method: 'GET',
    pattern,
    handle: (call) => ({ status: 200, body: { name: call.path.replace(/^\/v1\//, ''), done: true } }),
  });
  return [
    {
      method: 'POST',
      pattern: base,
      handle: (call, { project }) => {
        const body = checked(call, poolFields);
        const name = poolName(idOf(call, 'workloadIdentityPoolId'));
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPools.create');
        if (state.pools.has(name)) throw alreadyExists('Requested entity already exists');
        const pool = { displayName: '', ...body, name, state: 'ACTIVE' } as Pool;
        state.pools.set(name, pool);
        return done(pool);
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/:pool`,
      handle: (call, { project, pool }) => {
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPools.delete');
        return remove(state.pools.get(poolName(pool)));
      },
    },
    {
      method: 'POST',
      pattern: `${base}/:pool/providers`,
      handle: (call, { project, pool }) => {
        const body = checked(call, providerFields);
        const name = `${poolName(pool)}/providers/${idOf(call, 'workloadIdentityPoolProviderId')}`;
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPoolProviders.create');
        if (state.pools.get(poolName(pool))?.state !== 'ACTIVE') throw notFound();
        checkProvider(world, body);
        if (state.providers.has(name)) throw alreadyExists('Requested entity already exists');
        const provider = { displayName: '', ...body, name, state: 'ACTIVE' } as unknown as Provider;
        state.providers.set(name, provider);
        return done(provider);
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/:pool/providers/:provider`,
      handle: (call, { project, pool, provider }) => {
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPoolProviders.delete');
        return remove(state.providers.get(`${poolName(pool)}/providers/${provider}`));
      },
    },
    {
      method: 'POST',
      pattern: `${base}/:pool:undelete`,
      handle: (call, { project, pool }) => {
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPools.undelete');
        return restore(state.pools.get(poolName(pool)));
      },
    },
    {
      method: 'PATCH',
      pattern: `${base}/:pool`,
      handle: (call, { project, pool }) => {
        const body = checked(call, poolFields);
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPools.update');
        const stored = state.pools.get(poolName(pool));
        if (stored?.state !== 'ACTIVE') throw notFound();
        const fields = (call.query.get('updateMask') ?? '').split(',');
        for (const field of poolFields.filter((one) => fields.includes(one)))
          Object.assign(stored, { [field]: body[field] });
        return done(stored);
      },
    },
    {
      method: 'POST',
      pattern: `${base}/:pool/providers/:provider:undelete`,
      handle: (call, { project, pool, provider }) => {
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPoolProviders.undelete');
        return restore(state.providers.get(`${poolName(pool)}/providers/${provider}`));
      },
    },
    operation(`${base}/:pool/operations/:operation`),
    operation(`${base}/:pool/providers/:provider/operations/:operation`),
  ];
}
