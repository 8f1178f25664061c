import { failedPrecondition, notFound } from '../core/errors.ts';
import { requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { type Revision, runState, type Service } from '../run/model.ts';
import { findService } from './find.ts';
import { showOperation, startOperation } from './operations.ts';
import { renderRevision } from './render.ts';

function findRevision(
  world: World,
  call: Call,
  params: Record<string, string>,
  permission: string,
): { service: Service; revision: Revision } {
  const service = serviceOf(world, call, params, permission);
  const revision = service.revisions.get(params.revision ?? '');
  if (!revision)
    throw notFound(
      `Resource '${params.revision}' of kind 'REVISION' in region '${params.location}' in project '${params.project}' does not exist.`,
    );
  return { service, revision };
}

function serviceOf(world: World, call: Call, params: Record<string, string>, permission: string): Service {
  const service = findService(world, call, params, 'run.services.get');
  requirePermission(world, call.principal, permission, `//run.googleapis.com/${service.name}`);
  return service;
}

export function revisionRoutes(world: World): Route[] {
  const base = '/v2/projects/:project/locations/:location/services/:service/revisions';
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        const services =
          params.service === '-'
            ? [...runState(world).services.values()]
            : [serviceOf(world, call, params, 'run.revisions.list')];
        // Newest first, as Google lists them.
        const all = services.flatMap((service) =>
          [...service.revisions.values()].reverse().map((revision) => renderRevision(service, revision)),
        );
        const { items, nextPageToken } = page(all, call, 1000);
        return {
          status: 200,
          body: {
            ...(items.length ? { revisions: items } : {}),
            ...(nextPageToken ? { nextPageToken } : {}),
          },
        };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:revision`,
      handle: (call, params) => {
        const { service, revision } = findRevision(world, call, params, 'run.revisions.get');
        return { status: 200, body: renderRevision(service, revision) };
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/:revision`,
      handle: (call, params) => {
        const { service, revision } = findRevision(world, call, params, 'run.revisions.delete');
        const used = [...service.live, ...service.traffic].some(
          (target) =>
            target.revision === revision.name || ('serves' in target && target.serves === revision.name),
        );
        if (used || service.latestCreated === revision.name)
          throw failedPrecondition(
            `Revision '${revision.name}' cannot be deleted: it is the newest, or traffic or a tag leads to it.`,
          );
        service.revisions.delete(revision.name);
        return {
          status: 200,
          body: showOperation(startOperation(world, service, revision.instance.retire())),
        };
      },
    },
  ];
}
