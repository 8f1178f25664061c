import { shortName } from '../../domain/data/resource-name.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import { judgeServing, type ServingHealth } from '../../domain/watch/serving-health.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { type SliSource, sliObjectivesOf } from '../ports/sli.ts';

export interface CountRequest {
  /** projects/P/locations/L/services/S, or its short name. */
  service: string;
  /** Short name of the revision. */
  revision: string;
  objectives: readonly Objective[];
  /** Requests that began earlier do not count (milliseconds since the epoch). */
  since: number;
  /** Seconds to go on counting; 0 only takes what is already there. */
  seconds: number;
  /** Seconds between two looks. Default 5. */
  pollSeconds?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Longest wait, in seconds, for requests that the source has not published yet. */
const longestTail = 360;

/**
 * Counts one revision's finished requests for a while. Ends early once they show whether it works. Throws if the source
 * gave no answer at all.
 */
export async function countRevision(
  ports: { clock: Clock; log: Log; source: SliSource },
  request: CountRequest,
): Promise<ServingHealth> {
  const { clock, log, source } = ports;
  const { revision, objectives, since, seconds, signal } = request;
  const reader = source.open({
    service: shortName(request.service),
    revisions: [revision],
    objectives: sliObjectivesOf(objectives),
    since,
  });
  const pollMs = 1000 * (request.pollSeconds ?? 5);
  const counts = objectives.map(() => ({ total: 0, bad: 0 }));
  const began = clock.now();
  let end = began + seconds * 1000;
  let horizon = Number.NEGATIVE_INFINITY;
  let trouble: unknown;
  for (;;) {
    try {
      const reading = await reader.poll([since], signal);
      trouble = undefined;
      ({ horizon } = reading);
      if (seconds > 0)
        end = began + 1000 * (seconds + Math.min(longestTail, Math.max(0, reading.lagMs / 1000)));
      for (const count of reading.counts) {
        const sum = counts[objectives.findIndex(({ id }) => id === count.objective)];
        if (sum === undefined || count.revision !== revision) continue;
        // A bucket of metrics may have begun before `since`; its requests are left out.
        if (count.span < 0 || count.mixed) continue;
        sum.total += count.total;
        sum.bad += count.bad;
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      log.debug(`Counting ${revision}: ${messageOf(error)}`);
      // The source refused twice in a row, so it would refuse a third try as well.
      if (trouble !== undefined && isDenied(error)) throw error;
      trouble = error;
    }
    const now = clock.now();
    const unseen = horizon <= since && counts.every(({ total }) => total === 0);
    const window = { seconds: (now - since) / 1000, after: seconds > 0, unseen };
    const judged = judgeServing(objectives, counts, window);
    if (judged.health !== 'unknown') return judged;
    if (now >= end) {
      if (trouble !== undefined && unseen) throw trouble;
      return judged;
    }
    await clock.sleep(Math.min(pollMs, end - now), signal);
  }
}

const isDenied = (error: unknown) => error instanceof ReleaseError && error.code === 'permission-denied';
