import { type AlertTarget, openAlerts } from '../../domain/alerts/alert.ts';
import type { AlertLook } from '../../domain/alerts/judge.ts';
import { encodeName } from '../../domain/data/resource-name.ts';
import type { Rest } from '../../http/rest.ts';
import { readingList } from '../exposure/reading.ts';
import { objectsIn } from '../exposure/shape.ts';

/** The most that Google returns at once. */
const pageSize = 1000;

/**
 * Reads which alerts are open and may be about the service. It asks for all alerts, and picks the open ones itself: Google
 * documents no grammar for `filter`, and a filter that it reads differently would return nothing, which looks like peace.
 * https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alerts/list
 */
export async function readOpenAlerts(
  rest: Rest,
  target: AlertTarget,
  signal?: AbortSignal,
): Promise<AlertLook> {
  const path = `v3/${encodeName(`projects/${target.project}`)}/alerts`;
  const call = {
    ...{ api: 'monitoring' as const, method: 'GET' as const, path, query: { pageSize } },
    ...{ deadlineMs: 15_000, attemptMs: 8000, signal },
  };
  const reading = await readingList(rest, call, 'monitoring.alerts.list', (page) =>
    openAlerts(objectsIn(page, 'alerts'), target),
  );
  if (reading.ok) return { read: true, alerts: reading.value };
  const { cause, permission, detail } = reading;
  if (cause === 'denied') return { read: false, cause: `this identity lacks ${permission}.`, permission };
  if (cause === 'api-off')
    return { read: false, cause: 'the project does not use the API monitoring.googleapis.com.' };
  return { read: false, cause: detail };
}
