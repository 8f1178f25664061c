import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../steps/ports/clock.ts';

/** The clock of a process. */
export interface RunnerClock extends Clock {
  /** Moves `now` to the time of a server. Only the first call has an effect, so that moments stay comparable afterwards. */
  correct(aheadMs: number): void;
  /** Moves `now` on, because the machine slept: meanwhile the monotonic clock stood still, and the server's time went on. */
  wake(behindMs: number): void;
}

/**
 * A clock that nobody can set while the action runs: it reads the machine's clock once and then goes on with the monotonic
 * one. Otherwise a step of the machine's clock would end every wait at once, or an hour late.
 */
export function createClock(): RunnerClock {
  let ahead: number | undefined;
  const origin = Date.now() - performance.now();
  // Whole milliseconds, as `Date.now` gives them, because moments and timings end up in files.
  const steady = () => Math.floor(origin + performance.now());
  return {
    now: () => steady() - (ahead ?? 0),
    steady,
    correct: (milliseconds) => {
      ahead ??= milliseconds;
    },
    wake: (milliseconds) => {
      ahead = (ahead ?? 0) - Math.max(0, milliseconds);
    },
    sleep: async (milliseconds, signal) => {
      try {
        await delay(milliseconds, undefined, signal ? { signal } : {});
      } catch (error) {
        throw signal?.aborted ? signal.reason : error;
      }
    },
  };
}
