import { notFound } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Route } from '../core/types.ts';
import { stopWithWorld } from '../run/lifecycle.ts';
import { runState } from '../run/model.ts';
import { obstacleSettings } from '../run/obstacles.ts';
import { reachabilityRoutes } from '../run/reachability.ts';
import { dockerImagesApi } from '../run-deploy/docker-images.ts';
import { buildRoutes } from './builds.ts';
import { operationRoutes } from './operations.ts';
import { policyRoutes } from './policies.ts';
import { renderRevision, renderService } from './render.ts';
import { revisionRoutes } from './revisions.ts';
import { serviceRoutes } from './services.ts';
import { v1Routes } from './v1.ts';

/** `POST /break {service, revision}` removes the image of a revision, so that it cannot start and takes no more traffic. */
function breakRoute(world: World): Route {
  return {
    method: 'POST',
    pattern: '/break',
    authenticated: false,
    handle: async (call) => {
      const asked = call.json();
      const service = [...runState(world).services.values()].find(({ id }) => id === asked.service);
      const revision = service?.revisions.get(String(asked.revision));
      if (!service || !revision) throw notFound(`break: there is no revision ${String(asked.revision)}.`);
      revision.state = 'failed';
      revision.message = `Image '${revision.settings.image}' not found.`;
      await revision.instance.stop();
      return { status: 200, body: renderRevision(service, revision) };
    },
  };
}

/** Cloud Run v2, and the part of v1 that `gcloud run` speaks. */
export function runApis(world: World): ApiDefinition[] {
  stopWithWorld(world);
  obstacleSettings(world);
  world.views.set('services', () =>
    [...runState(world).services.values()].map((service) => ({
      ...renderService(service),
      revisions: [...service.revisions.values()].map((revision) => renderRevision(service, revision)),
    })),
  );
  return [
    dockerImagesApi(world),
    { name: 'control', routes: [breakRoute(world), ...reachabilityRoutes(world)] },
    {
      name: 'run',
      routes: [
        ...serviceRoutes(world),
        ...revisionRoutes(world),
        ...policyRoutes(world),
        ...operationRoutes(world),
        ...buildRoutes(world),
        ...v1Routes(world),
      ],
    },
  ];
}
