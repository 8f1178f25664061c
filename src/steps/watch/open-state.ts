import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { TestSpec } from '../../domain/evidence/state.ts';
import { resumeWatch } from '../../domain/watch/resume.ts';
import { startWatch, type WatchState } from '../../domain/watch/state.ts';
import type { SliObjective } from '../ports/sli.ts';
import type { WatchPorts, WatchRequest } from './request.ts';

/** The state of an earlier step or runner, or a new one. Throws if the earlier one does not fit this request. */
export function openState(
  request: WatchRequest,
  tests: TestSpec[],
  startedAt: number,
  source: string,
): WatchState {
  if (request.state) {
    const resumed = resumeWatch(request.state, tests);
    if (resumed === undefined)
      throw new ReleaseError('watch-state-invalid', {
        what: 'The saved state of the watch does not belong to these objectives.',
      });
    // Another source would start from the beginning and count every request a second time.
    if (resumed.source !== undefined && resumed.source !== source)
      throw new ReleaseError('watch-state-invalid', {
        what: `The saved state of the watch was counted by ${resumed.source}, not by ${source}.`,
      });
    return resumed;
  }
  const { durationSeconds, alpha = 0.001 } = request;
  const plan = {
    tests,
    alpha,
    splitSeconds: request.splitSeconds ?? durationSeconds,
    fullSeconds: request.fullSeconds ?? durationSeconds,
    ...(request.clientErrors === 'compare' ? { clients: true as const } : {}),
  };
  return startWatch(plan, startedAt);
}

/** The requests of all revisions before the first shift. */
export interface TrafficBefore {
  perSecond: number;
  /** All answers, and how many of them were 4xx. Undefined if the source does not tell them apart. */
  answers: { total: number; client: number; seconds: number } | undefined;
}

/**
 * The requests from ten to five minutes before the shift, a time that every source has already seen. Undefined if the
 * source cannot tell.
 */
export async function trafficBefore(
  ports: WatchPorts,
  service: string,
  objectives: SliObjective[],
  shiftedAt: number,
  signal: AbortSignal | undefined,
): Promise<TrafficBefore | undefined> {
  const seconds = 300;
  try {
    const totals = await ports.source.total(
      { service, objectives },
      shiftedAt - 2 * seconds * 1000,
      shiftedAt - seconds * 1000,
      signal,
    );
    const seen = Object.values(totals).flatMap((total) => total ?? []);
    const first = seen.find(({ client }) => client !== undefined);
    if (seen.length === 0 || seen.length < Object.keys(totals).length) return undefined;
    return {
      perSecond: Math.max(...seen.map(({ total }) => total)) / seconds,
      answers: first && { total: first.total, client: Math.min(first.total, first.client ?? 0), seconds },
    };
  } catch (error) {
    if (signal?.aborted) throw error;
    ports.log.debug(`The traffic before the shift is unknown: ${messageOf(error)}`);
    return undefined;
  }
}
