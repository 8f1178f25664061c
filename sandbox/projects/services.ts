import { invalidArgument, notFound } from '../core/errors.ts';
import { folderResource, organizationResource, projectResource, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Route } from '../core/types.ts';
import { authorize } from './authorize.ts';
import { enableRoutes } from './enable.ts';
import { projectsOf } from './state.ts';

/** The services that the sandbox has. */
const served = (
  'artifactregistry cloudbuild cloudfunctions cloudresourcemanager iam iamcredentials iap logging monitoring orgpolicy run ' +
  'secretmanager serviceusage storage sts'
)
  .split(' ')
  .map((name) => `${name}.googleapis.com`);

/** Service Usage v1: reads, and what switches services on and off (cloud.google.com/service-usage/docs/reference/rest/v1/services). */
export function serviceUsageApi(world: World): ApiDefinition {
  const show = (service: string) => ({
    name: `projects/${world.projectNumber}/services/${service}`,
    config: { name: service },
    state: world.disabledServices.has(service) ? 'DISABLED' : 'ENABLED',
    parent: `projects/${world.projectNumber}`,
  });
  return {
    name: 'serviceusage',
    routes: [
      {
        method: 'GET',
        pattern: '/v1/projects/:project/services/:service',
        handle: (call, { project, service }) => {
          authorize(world, call, project, 'serviceusage.services.get');
          return { status: 200, body: show(service as string) };
        },
      },
      ...enableRoutes(world, show, (call, project, permission) =>
        authorize(world, call, project, permission),
      ),
      {
        method: 'GET',
        pattern: '/v1/projects/:project/services',
        handle: (call, { project }) => {
          authorize(world, call, project, 'serviceusage.services.list');
          const filter = call.query.get('filter') ?? '';
          const state = /^(?:state:(ENABLED|DISABLED))?$/.exec(filter.trim());
          if (!state)
            throw invalidArgument(
              `The filter '${filter}' is not supported: use state:ENABLED or state:DISABLED.`,
            );
          const names = [...new Set([...served, ...world.disabledServices])].sort();
          const found = names.map(show).filter((each) => !state[1] || each.state === state[1]);
          const { items, nextPageToken } = page(found, call, 200);
          return {
            status: 200,
            body: {
              ...(items.length ? { services: items } : {}),
              ...(nextPageToken ? { nextPageToken } : {}),
            },
          };
        },
      },
      {
        method: 'GET',
        pattern: '/v1/projects/:project/services:batchGet',
        handle: (call, { project }) => {
          authorize(world, call, project, 'serviceusage.services.get');
          const names = call.query.getAll('names').map((name) => name.split('/').at(-1) as string);
          if (names.length === 0) throw invalidArgument('At least one service name is required.');
          return { status: 200, body: { services: names.map(show) } };
        },
      },
    ],
  };
}

/** The effective policies of Organization Policy v2 (googleapis google/cloud/orgpolicy/v2/orgpolicy.proto). */
export function orgPolicyApi(world: World): ApiDefinition {
  const levels = { projects: projectResource, folders: folderResource, organizations: organizationResource };
  return {
    name: 'orgpolicy',
    routes: [
      ...setRoutes(world),
      ...Object.entries(levels).map(
        ([kind, resource]): Route => ({
          method: 'GET',
          pattern: `/v2/${kind}/:id/policies/:constraint:getEffectivePolicy`,
          handle: (call, { id, constraint }) => {
            requirePermission(world, call.principal, 'orgpolicy.policy.get', resource(world));
            const policy = projectsOf(world).orgPolicies.get(constraint as string);
            const spec = {
              rules: policy?.rules ?? [
                constraint?.includes('.managed.') ? { enforce: false } : { allowAll: true },
              ],
            };
            return { status: 200, body: { name: `${kind}/${id}/policies/${constraint}`, spec } };
          },
        }),
      ),
    ],
  };
}

/** The policies that the project itself sets: list, get, create and patch. */
function setRoutes(world: World): Route[] {
  const { orgPolicies } = projectsOf(world);
  const base = '/v2/projects/:project/policies';
  const shown = (constraint: string) => ({
    name: `projects/${world.projectNumber}/policies/${constraint}`,
    spec: { etag: 'CIjM0qYGEAA=', rules: orgPolicies.get(constraint)?.rules ?? [] },
    etag: 'CIjM0qYGEAA=',
  });
  const write = (method: 'POST' | 'PATCH', pattern: string): Route => ({
    method,
    pattern,
    handle: (call, { project, constraint }) => {
      authorize(world, call, project, 'orgpolicy.policy.set');
      const { name = '', spec } = call.json() as { name?: string; spec?: { rules?: never[] } };
      const id = constraint ?? name.split('/').at(-1) ?? '';
      if (method === 'PATCH' && !orgPolicies.has(id)) throw notFound();
      orgPolicies.set(id, { rules: spec?.rules ?? [] });
      return { status: 200, body: shown(id) };
    },
  });
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, { project }) => {
        authorize(world, call, project, 'orgpolicy.policies.list');
        return { status: 200, body: { policies: [...orgPolicies.keys()].map(shown) } };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:constraint`,
      handle: (call, { project, constraint = '' }) => {
        authorize(world, call, project, 'orgpolicy.policy.get');
        if (!orgPolicies.has(constraint)) throw notFound();
        return { status: 200, body: shown(constraint) };
      },
    },
    write('POST', base),
    write('PATCH', `${base}/:constraint`),
  ];
}
