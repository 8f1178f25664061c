import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { deleteService } from '../run/lifecycle.ts';
import { runState } from '../run/model.ts';
import { checkEtag, patchService } from './change.ts';
import { createRoute } from './create.ts';
import { findService } from './find.ts';
import { showOperation, startOperation, validated } from './operations.ts';
import { renderService } from './render.ts';

function remove(world: World, call: Call, params: Record<string, string>): Reply {
  const service = findService(world, call, params, 'run.services.delete');
  checkEtag(service, call.query.get('etag'));
  if (call.query.get('validateOnly') === 'true') return { status: 200, body: validated(service) };
  const operation = startOperation(world, service, deleteService(world, service));
  return { status: 200, body: showOperation(operation) };
}

/** Services of google.cloud.run.v2. */
export function serviceRoutes(world: World): Route[] {
  const base = '/v2/projects/:project/locations/:location/services';
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'run.services.list', projectOf(params));
        const all = [...runState(world).services.values()].filter(
          ({ location }) => location === params.location || params.location === '-',
        );
        const { items, nextPageToken } = page(all, call, 1000);
        return {
          status: 200,
          body: {
            ...(items.length ? { services: items.map(renderService) } : {}),
            ...(nextPageToken ? { nextPageToken } : {}),
          },
        };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:service`,
      handle: (call, params) => ({
        status: 200,
        body: renderService(findService(world, call, params, 'run.services.get')),
      }),
    },
    createRoute(world, base),
    {
      method: 'PATCH',
      pattern: `${base}/:service`,
      handle: (call, params) => patchService(world, call, params),
    },
    { method: 'DELETE', pattern: `${base}/:service`, handle: (call, params) => remove(world, call, params) },
  ];
}
