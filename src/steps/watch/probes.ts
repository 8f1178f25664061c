import { messageOf } from '../../domain/errors/errors.ts';
import type { Cell, TestSpec } from '../../domain/evidence/state.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { WatchProbes } from '../ports/watch-probes.ts';
import type { WatchRequest } from './request.ts';

interface Sent {
  target: 'candidate' | 'baseline';
  bad: boolean;
  milliseconds: number;
}

export interface Prober {
  /** The answers since the last call, as cells of the probe tests. */
  take(tests: readonly TestSpec[]): Cell[];
  stop(): void;
  readonly sent: number;
}

const isBad = (sent: Sent, objective: Objective | undefined) =>
  objective?.kind === 'latency'
    ? sent.milliseconds > (objective.slowerThanMs ?? Number.POSITIVE_INFINITY)
    : sent.bad;

/**
 * Sends probes at an even pace during the watch. While traffic is split, they go to both revisions in turn, so that
 * the comparison with the baseline has a known share of one half.
 */
export function startProber(
  { clock, log }: { clock: Clock; log: Log },
  probes: WatchProbes,
  request: WatchRequest,
): Prober {
  const stopped = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, stopped.signal]) : stopped.signal;
  const both = request.phase === 'split' && request.baseline !== undefined;
  let fresh: Sent[] = [];
  let sent = 0;
  let trouble = false;

  async function run(): Promise<void> {
    const pause = 60_000 / (request.probesPerMinute ?? 30);
    while (!signal.aborted) {
      const target = both && sent % 2 === 1 ? 'baseline' : 'candidate';
      try {
        const answer = await probes.probe(target, signal);
        fresh.push({ target, ...answer });
        sent++;
        trouble = false;
      } catch (error) {
        if (!trouble && !signal.aborted)
          log.warning(`Probes cannot be sent at the moment: ${messageOf(error)}`);
        trouble = true;
      }
      if (!signal.aborted) await clock.sleep(pause, signal);
    }
  }
  // The probes end with the watch, and their errors are already in the log.
  run().catch(() => undefined);

  return {
    stop: () => stopped.abort(new Error('The watch has ended.')),
    get sent() {
      return sent;
    },
    take(tests) {
      const batch = fresh;
      fresh = [];
      if (batch.length === 0) return [];
      return tests.flatMap((test, i) => {
        if (test.stream !== 'probes') return [];
        const objective = request.objectives.find(({ id }) => id === test.objective);
        const countsOf = (target: Sent['target']) => {
          const mine = batch.filter((one) => one.target === target);
          return { total: mine.length, bad: mine.filter((one) => isBad(one, objective)).length };
        };
        const cell: Cell = { test: i, phase: request.phase, candidate: countsOf('candidate') };
        if (both) Object.assign(cell, { share: 0.5, baseline: countsOf('baseline') });
        return [cell];
      });
    },
  };
}
