import { invalidArgument } from '../core/errors.ts';
import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';
import { listEntries } from './entries.ts';
import { monitoringApi } from './monitoring.ts';
import { logStore } from './store.ts';

/** The calls that read from Cloud Logging and Cloud Monitoring. */
export function logsApis(world: World): ApiDefinition[] {
  addSetting(world, 'enforceLoggingQuota', (value) => {
    if (typeof value !== 'boolean')
      throw invalidArgument('setting "enforceLoggingQuota" must be true or false.');
    logStore(world).enforceQuota = value;
  });
  return [
    {
      name: 'logging',
      routes: [{ method: 'POST', pattern: '/v2/entries:list', handle: (call) => listEntries(world, call) }],
    },
    monitoringApi(world),
  ];
}
