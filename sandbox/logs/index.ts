import { invalidArgument } from '../core/errors.ts';
import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';
import { alertSetting } from './alerts.ts';
import { listEntries } from './entries.ts';
import { logMetricRoutes } from './log-metrics.ts';
import { monitoringApi } from './monitoring.ts';
import { logReads, metricReads } from './read-quota.ts';
import { sinkChanges, writeRoutes } from './writes.ts';

/** Cloud Logging and Cloud Monitoring. */
export function logsApis(world: World): ApiDefinition[] {
  addSetting(world, 'enforceLoggingQuota', (value) => {
    if (typeof value !== 'boolean')
      throw invalidArgument('setting "enforceLoggingQuota" must be true or false.');
    logReads(world).enforced = value;
  });
  for (const [name, quota] of [
    ['logReadsPerMinute', logReads(world)],
    ['metricReadsPerMinute', metricReads(world)],
  ] as const)
    addSetting(world, name, (value) => {
      if (!Number.isInteger(value) || (value as number) < 0)
        throw invalidArgument(`setting "${name}" must be a whole number.`);
      quota.perMinute = value as number;
    });
  alertSetting(world);
  addSetting(world, 'sinks', (value) => {
    for (const [name, change] of Object.entries((value ?? {}) as Record<string, object>))
      sinkChanges(world).set(name, { ...change });
  });
  return [
    {
      name: 'logging',
      routes: [
        { method: 'POST', pattern: '/v2/entries:list', handle: (call) => listEntries(world, call) },
        ...writeRoutes(world),
        ...logMetricRoutes(world),
      ],
    },
    monitoringApi(world),
  ];
}
