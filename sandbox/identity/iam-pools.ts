import { invalidArgument, notFound } from '../core/errors.ts';
import { canonical, permissionDenied, projectResource, requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { poolWrites } from './pool-writes.ts';
import { identityOf, type Provider } from './state.ts';

/** Reads of workload identity pools and providers, and changes of a provider (cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools). */
export function poolRoutes(world: World): Route[] {
  const state = identityOf(world);

  /** Refuses a path of another project as if that project did not exist. */
  function authorize(call: Call, project: string | undefined, permission: string): void {
    if (canonical(world, `/projects/${project}`) !== `/projects/${world.project}`)
      throw permissionDenied(permission, call.path);
    requirePermission(world, call.principal, permission, projectResource(world));
  }
  const poolName = (pool: string) =>
    `projects/${world.projectNumber}/locations/global/workloadIdentityPools/${pool}`;

  function list<T extends { name: string; state: string }>(
    all: Iterable<T>,
    parent: string,
    call: Call,
  ): T[] {
    const deleted = call.query.get('showDeleted') === 'true';
    return [...all].filter(
      ({ name, state: now }) =>
        name.slice(0, name.lastIndexOf('/')) === parent && (deleted || now === 'ACTIVE'),
    );
  }
  const found = <T>(item: T | undefined): Reply => {
    if (!item) throw notFound();
    return { status: 200, body: item };
  };

  const base = '/v1/projects/:project/locations/global/workloadIdentityPools';
  return [
    ...poolWrites(world, authorize),
    {
      method: 'GET',
      pattern: base,
      handle: (call, { project }) => {
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPools.list');
        return {
          status: 200,
          body: { workloadIdentityPools: list(state.pools.values(), poolName('').slice(0, -1), call) },
        };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:pool`,
      handle: (call, { project, pool }) => {
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPools.get');
        return found(state.pools.get(poolName(pool as string)));
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:pool/providers`,
      handle: (call, { project, pool }) => {
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPoolProviders.list');
        const parent = `${poolName(pool as string)}/providers`;
        return {
          status: 200,
          body: { workloadIdentityPoolProviders: list(state.providers.values(), parent, call) },
        };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:pool/providers/:provider`,
      handle: (call, { project, pool, provider }) => {
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPoolProviders.get');
        return found(state.providers.get(`${poolName(pool as string)}/providers/${provider}`));
      },
    },
    {
      method: 'PATCH',
      pattern: `${base}/:pool/providers/:provider`,
      handle: (call, { project, pool, provider }) => {
        authorize(call, project, 'iam.googleapis.com/workloadIdentityPoolProviders.update');
        const stored = state.providers.get(`${poolName(pool as string)}/providers/${provider}`);
        if (!stored) throw notFound();
        change(stored, call);
        const done = { name: `${stored.name}/operations/${world.now()}`, done: true, response: stored };
        return { status: 200, body: done };
      },
    },
  ];
}

/** The fields that a mask can name. */
const changeable = [
  'displayName',
  'description',
  'disabled',
  'attributeMapping',
  'attributeCondition',
  'oidc.issuerUri',
  'oidc.allowedAudiences',
  'oidc.jwksJson',
];

/** Replaces exactly the fields of the mask. An attribute mapping is replaced as a whole. */
function change(provider: Provider, call: Call): void {
  const body = call.json() as Partial<Provider>;
  const mask = (call.query.get('updateMask') ?? '').split(',').filter(Boolean);
  if (mask.length === 0) throw invalidArgument('The update mask is missing.');
  const paths = mask.map((path) => path.replace(/_(\w)/g, (_whole, letter: string) => letter.toUpperCase()));
  for (const path of paths)
    if (!changeable.includes(path)) throw invalidArgument(`Invalid field mask path: ${path}.`);
  if (paths.includes('attributeMapping') && !body.attributeMapping?.['google.subject'])
    throw invalidArgument('The attribute mapping must map google.subject.');
  if (paths.includes('attributeCondition') && /^\s*\(\s*\)/.test(body.attributeCondition ?? ''))
    throw invalidArgument('Error in the attribute condition: syntax error.');
  for (const path of paths) {
    const [, inner] = path.split('.');
    if (inner) Object.assign(provider.oidc, { [inner]: (body.oidc as Record<string, unknown>)?.[inner] });
    else Object.assign(provider, { [path]: (body as Record<string, unknown>)[path] });
  }
}
