import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';
import { seriesSelectors } from '../logs/monitoring.ts';
import { dashboardRoutes } from './dashboards.ts';
import { policyRoutes } from './policies.ts';
import { sloSeries } from './series.ts';
import { serviceRoutes } from './services.ts';
import { snoozeRoutes } from './snoozes.ts';

/**
 * The part of Cloud Monitoring that is made from objectives. Bodies are checked against the messages of Google's discovery
 * documents (schemas.json), and against the bounds that its reference names.
 */
export function alertingApis(world: World): ApiDefinition[] {
  seriesSelectors(world).push(sloSeries(world));
  return [
    {
      name: 'monitoring',
      routes: [
        ...serviceRoutes(world),
        ...policyRoutes(world),
        ...dashboardRoutes(world),
        ...snoozeRoutes(world),
      ],
    },
  ];
}
