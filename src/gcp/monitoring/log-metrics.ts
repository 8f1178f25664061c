import { kinds } from '../../domain/alerting/google/resources.ts';
import type { Change, Managed } from '../../domain/alerting/managed.ts';
import { type JsonObject, textOrEmpty } from '../../domain/data/json.ts';
import { metricMark } from '../../domain/slo/field-metrics.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest } from '../../http/rest.ts';
import { everyPage } from './pages.ts';

export interface LogMetric {
  name: string;
  at: JsonObject;
  ours: boolean;
}

/** Fields that Google sets. */
const outputOnly = new Set(['createTime', 'updateTime', 'resourceName', 'version']);

/** The metrics of Cloud Logging that count what the code logs (https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics). */
export function createLogMetrics({ rest, project, slo }: { rest: Rest; project: string; slo: string }) {
  const parent = `v2/projects/${project}/metrics`;
  const pathOf = (name: string) => `${parent}/${encodeURIComponent(name)}`;
  return {
    /** Ours, and those of others that have a wanted name. */
    async found(wanted: readonly Managed[], signal: AbortSignal): Promise<LogMetric[]> {
      const names = new Set(wanted.filter(({ kind }) => kind === kinds.metric).map(({ name }) => name));
      const all = await everyPage(rest, { path: parent, field: 'metrics', api: 'logging' }, signal).catch(
        (error: unknown) => {
          // An SLO that needs no such metric does not need the permission to look for old ones either.
          if (names.size === 0 && error instanceof RemoteError && error.status === 403) return [];
          throw error;
        },
      );
      return all
        .map((at) => ({
          ...{ name: textOrEmpty(at.name), at },
          ours: textOrEmpty(at.description).startsWith(metricMark(slo)),
        }))
        .filter(({ name, ours }) => ours || names.has(name));
    },

    async write(
      { does, name }: Pick<Change, 'does' | 'name'>,
      body: JsonObject | undefined,
      there: JsonObject,
      signal: AbortSignal,
    ): Promise<void> {
      const call = { api: 'logging', signal } as const;
      if (does === 'create') await rest.call({ ...call, method: 'POST', path: parent, body: body ?? {} });
      else if (does === 'delete')
        await rest.call({
          ...{ ...call, method: 'DELETE', path: pathOf(name), accept: [404] },
          retry: 'repeatable-write',
        });
      else {
        const kept = Object.entries(there).filter(([field]) => !outputOnly.has(field));
        await rest.call({
          ...{ ...call, method: 'PUT', path: pathOf(name), retry: 'repeatable-write' },
          body: { ...Object.fromEntries(kept), ...body },
        });
      }
    },
  };
}
