import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';
import { stopWithWorld } from './lifecycle.ts';
import { runState } from './model.ts';
import { operationRoutes } from './operations.ts';
import { policyRoutes } from './policies.ts';
import { renderRevision, renderService } from './render.ts';
import { revisionRoutes } from './revisions.ts';
import { serviceRoutes } from './services.ts';

/** Cloud Run: v2, and of v1 the IAM calls that gcloud makes. */
export function runApis(world: World): ApiDefinition[] {
  stopWithWorld(world);
  world.views.set('services', () =>
    [...runState(world).services.values()].map((service) => ({
      ...renderService(service),
      revisions: [...service.revisions.values()].map((revision) => renderRevision(service, revision)),
    })),
  );
  return [
    {
      name: 'run',
      routes: [
        ...serviceRoutes(world),
        ...revisionRoutes(world),
        ...policyRoutes(world),
        ...operationRoutes(world),
      ],
    },
  ];
}
