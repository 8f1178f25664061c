import { invalidArgument, notFound } from '../core/errors.ts';
import {
  canonical,
  folderResource,
  organizationResource,
  permissionDenied,
  projectResource,
  requirePermission,
} from '../core/iam.ts';
import { readPolicy, writePolicy } from '../core/policies.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call } from '../core/types.ts';
import { projectsOf } from './state.ts';

/** Refuses another project as Google does, which does not say whether the project exists. */
function authorize(world: World, call: Call, project: string | undefined, permission: string): void {
  if (canonical(world, `/projects/${project}`) !== `/projects/${world.project}`)
    throw permissionDenied(permission, `projects/${project}`);
  requirePermission(world, call.principal, permission, projectResource(world));
}

/** Service Usage v1: reads, and enabling one service (cloud.google.com/service-usage/docs/reference/rest/v1/services). */
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
      {
        method: 'POST',
        pattern: '/v1/projects/:project/services/:service:enable',
        handle: (call, { project, service = '' }) => {
          authorize(world, call, project, 'serviceusage.services.enable');
          world.disabledServices.delete(service);
          return {
            status: 200,
            body: {
              name: 'operations/noop.DONE_OPERATION',
              done: true,
              response: {
                '@type': 'type.googleapis.com/google.api.serviceusage.v1.EnableServiceResponse',
                service: show(service),
              },
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

/** Reads of Cloud Build v1 (googleapis google/devtools/cloudbuild/v1/cloudbuild.proto). */
export function cloudBuildApi(world: World): ApiDefinition {
  const build = (call: Call, params: Record<string, string>) => {
    authorize(world, call, params.project, 'cloudbuild.builds.get');
    const found = projectsOf(world).builds.get(params.build as string);
    if (!found) throw notFound();
    return { status: 200, body: found };
  };
  return {
    name: 'cloudbuild',
    routes: [
      {
        method: 'GET',
        pattern: '/v1/projects/:project/locations/:location/defaultServiceAccount',
        handle: (call, { project, location }) => {
          authorize(world, call, project, 'cloudbuild.builds.list');
          const email = `${world.projectNumber}-compute@developer.gserviceaccount.com`;
          return {
            status: 200,
            body: {
              name: `projects/${world.projectNumber}/locations/${location}/defaultServiceAccount`,
              serviceAccountEmail: `projects/${world.project}/serviceAccounts/${email}`,
            },
          };
        },
      },
      { method: 'GET', pattern: '/v1/projects/:project/builds/:build', handle: build },
      { method: 'GET', pattern: '/v1/projects/:project/locations/:location/builds/:build', handle: build },
    ],
  };
}

/** The effective policies of Organization Policy v2 (googleapis google/cloud/orgpolicy/v2/orgpolicy.proto). */
export function orgPolicyApi(world: World): ApiDefinition {
  const levels = { projects: projectResource, folders: folderResource, organizations: organizationResource };
  return {
    name: 'orgpolicy',
    routes: Object.entries(levels).map(([kind, resource]) => ({
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
    })),
  };
}

/** The policy of a Cloud Run service in Identity-Aware Proxy v1 (cloud.google.com/iap/docs/reference/rest/v1/v1). */
export function iapApi(world: World): ApiDefinition {
  const resource = (kind?: string, service?: string) =>
    `//iap.googleapis.com/projects/${world.project}/iap_web/${kind}/services/${service}`;
  const base = '/v1/projects/:project/iap_web/:kind/services/:service';
  return {
    name: 'iap',
    routes: [
      {
        method: 'POST',
        pattern: `${base}:getIamPolicy`,
        handle: (call, { project, kind, service }) => {
          authorize(world, call, project, 'iap.webServices.getIamPolicy');
          return { status: 200, body: readPolicy(world.policies, resource(kind, service), call) };
        },
      },
      {
        method: 'POST',
        pattern: `${base}:setIamPolicy`,
        handle: (call, { project, kind, service }) => {
          authorize(world, call, project, 'iap.webServices.setIamPolicy');
          return { status: 200, body: writePolicy(world.policies, resource(kind, service), call) };
        },
      },
    ],
  };
}
