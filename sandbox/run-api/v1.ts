import { notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { allLocations } from '../core/locations.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { deleteService } from '../run/lifecycle.ts';
import { runState, type Service } from '../run/model.ts';
import { newService } from './create.ts';
import { toV2Body } from './v1-body.ts';
import { renderRevision, renderService } from './v1-render.ts';
import { isDryRun, replaceService, serviceIn } from './v1-replace.ts';

type Params = Record<string, string>;
type Json = Record<string, unknown>;

const list = (kind: string, items: Json[]): Json => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: `${kind}List`,
  metadata: {},
  items,
});

/** `serving.knative.dev/service=ocr`, the selectors that gcloud sends. */
function selects(call: Call, service: Service): boolean {
  const terms = (call.query.get('labelSelector') ?? '')
    .split(',')
    .map((term) => term.trim().split(/\s*==?\s*/));
  return terms.every(
    ([key, value]) =>
      !key ||
      (/^serving\.knative\.dev\/(service|configuration|route)$/.test(key)
        ? service.id
        : service.labels[key]) === value,
  );
}

/** Cloud Run v1: the part of it that reads services and revisions, moves traffic and changes settings of a service. */
export function v1Routes(world: World): Route[] {
  const number = world.projectNumber;
  const project = (params: Params) => (params.project === number ? world.project : params.project);
  /** The front end of a region serves the services of that region only. The common one serves all. */
  const region = (call: Call, params: Params) => params.location ?? call.headers['x-sandbox-region'] ?? '-';
  const services = (call: Call, params: Params) =>
    [...runState(world).services.values()].filter(
      (service) =>
        service.project === project(params) && [service.location, '-'].includes(region(call, params)),
    );
  const find = (call: Call, params: Params, permission: string): Service => {
    const found = services(call, params).find(({ id }) => id === params.service);
    const resource = found
      ? `//run.googleapis.com/${found.name}`
      : projectOf({ ...params, project: project(params) ?? '' });
    requirePermission(world, call.principal, permission, resource);
    if (!found)
      throw notFound(
        `Resource '${params.service}' of kind 'SERVICE' in project '${params.project}' does not exist.`,
      );
    return found;
  };
  const mayList = (call: Call, params: Params, permission: string) =>
    requirePermission(world, call.principal, permission, projectOf({ project: project(params) ?? '' }));
  const listServices: Route['handle'] = (call, params) => {
    mayList(call, params, 'run.services.list');
    const found = services(call, params).filter((service) => selects(call, service));
    return {
      status: 200,
      body: list(
        'Service',
        found.map((service) => renderService(service, number)),
      ),
    };
  };
  const revisions = (call: Call, params: Params) =>
    services(call, params).flatMap((service) =>
      [...service.revisions.values()].reverse().map((revision) => ({ service, revision })),
    );
  const namespace = '/apis/serving.knative.dev/v1/namespaces/:project';
  const one = `${namespace}/services/:service`;
  return [
    { method: 'GET', pattern: `${namespace}/services`, handle: listServices },
    { method: 'GET', pattern: '/v1/projects/:project/locations/:location/services', handle: listServices },
    {
      method: 'GET',
      pattern: '/v1/projects/:project/locations',
      handle: (call, params) => {
        mayList(call, params, 'run.locations.list');
        const locations = allLocations.map((locationId) => ({
          name: `projects/${project(params)}/locations/${locationId}`,
          locationId,
        }));
        return { status: 200, body: { locations } };
      },
    },
    ...[one, '/v1/projects/:project/locations/:location/services/:service'].map(
      (pattern): Route => ({
        method: 'GET',
        pattern,
        handle: (call, params) => ({
          status: 200,
          body: renderService(find(call, params, 'run.services.get'), number),
        }),
      }),
    ),
    {
      method: 'PUT',
      pattern: one,
      handle: (call, params) => {
        const service = find(call, params, 'run.services.update');
        replaceService(world, call, service);
        return { status: 200, body: renderService(service, number) };
      },
    },
    {
      method: 'POST',
      pattern: `${namespace}/services`,
      handle: async (call, params) => {
        const body = serviceIn(call, undefined);
        const { name } = body.metadata as Json;
        const location = region(call, params) === '-' ? world.region : region(call, params);
        const place = { project: project(params) ?? '', location, service: String(name) };
        const how = { builds: false, dryRun: isDryRun(call) };
        const { service } = await newService(world, call, place, toV2Body(body), how);
        return { status: 200, body: renderService(service, number) };
      },
    },
    {
      method: 'DELETE',
      pattern: one,
      handle: async (call, params) => {
        await deleteService(world, find(call, params, 'run.services.delete'));
        return { status: 200, body: { status: 'Success' } };
      },
    },
    {
      method: 'GET',
      pattern: `${namespace}/revisions`,
      handle: (call, params) => {
        mayList(call, params, 'run.revisions.list');
        const found = revisions(call, params).filter(({ service }) => selects(call, service));
        return {
          status: 200,
          body: list(
            'Revision',
            found.map((each) => renderRevision(each.service, each.revision, number)),
          ),
        };
      },
    },
    {
      method: 'GET',
      pattern: `${namespace}/revisions/:revision`,
      handle: (call, params) => {
        mayList(call, params, 'run.revisions.get');
        const found = revisions(call, params).find(({ revision }) => revision.name === params.revision);
        if (!found)
          throw notFound(
            `Resource '${params.revision}' of kind 'REVISION' in project '${params.project}' does not exist.`,
          );
        return { status: 200, body: renderRevision(found.service, found.revision, number) };
      },
    },
  ];
}
