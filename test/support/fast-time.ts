import type { Clock } from '../../src/steps/ports/clock.ts';

/**
 * Makes time run faster for everything in this process, the sandbox included: `Date`, and timers of a second and more. The
 * network keeps its speed. A release that plans in minutes then takes a second, and its deadlines still have a meaning.
 *
 * The time moves in small ticks and stops while the process gets no processor time. So a busy machine makes a test slower but does not
 * use up a deadline. Otherwise, at twenty times the speed, a pause of half a second would cost ten seconds.
 */
export interface FastTime {
  clock: Clock;
  /** Milliseconds since the epoch, in fast time. */
  now(): number;
  restore(): void;
}

/** Real milliseconds from one tick to the next. */
const tickMs = 2;
/** The most real milliseconds that count from one tick to the next. */
const mostMs = 6;

/** A timer of the fast time. Node's own timer objects have these methods too. */
class FastTimer {
  readonly at: number;
  readonly fire: () => void;
  constructor(at: number, fire: () => void) {
    this.at = at;
    this.fire = fire;
  }
  ref = () => this;
  unref = () => this;
  hasRef = () => true;
}

export function installFastTime(factor: number): FastTime {
  const RealDate = globalThis.Date;
  const realSetTimeout = globalThis.setTimeout;
  const realClearTimeout = globalThis.clearTimeout;
  const timers = new Set<FastTimer>();
  let time = RealDate.now();
  let last = performance.now();
  const exact = () => time + Math.min(performance.now() - last, mostMs) * factor;
  const now = () => Math.floor(exact());
  const tick = () => {
    time = exact();
    last = performance.now();
    const due = [...timers].filter(({ at }) => at <= time).sort((a, b) => a.at - b.at);
    // A timer that fires may clear another one that is due.
    for (const timer of due) if (timers.delete(timer)) timer.fire();
  };
  const ticking = setInterval(tick, tickMs);
  const start = (milliseconds: number, fire: () => void) => {
    const timer = new FastTimer(exact() + milliseconds, fire);
    timers.add(timer);
    return timer;
  };

  class FastDate extends RealDate {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [now()] : given) as [number]));
    }
    static override now(): number {
      return now();
    }
  }
  // Timers below a second belong to the sandbox and keep their length; longer ones are deadlines and waits.
  const fastSetTimeout = (callback: (...rest: unknown[]) => void, milliseconds = 0, ...rest: unknown[]) =>
    milliseconds >= 1000
      ? start(milliseconds, () => callback(...rest))
      : realSetTimeout(callback, milliseconds, ...rest);
  const fastClearTimeout = (timer: FastTimer | NodeJS.Timeout | undefined) => {
    if (timer instanceof FastTimer) timers.delete(timer);
    else realClearTimeout(timer);
  };
  globalThis.Date = FastDate as DateConstructor;
  globalThis.setTimeout = Object.assign(fastSetTimeout, realSetTimeout) as unknown as typeof setTimeout;
  globalThis.clearTimeout = fastClearTimeout as typeof clearTimeout;

  const sleep = (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        timers.delete(timer);
        reject(signal?.reason);
      };
      const timer = start(Math.max(0, milliseconds), () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  return {
    clock: { now, steady: now, sleep },
    now,
    restore: () => {
      clearInterval(ticking);
      globalThis.Date = RealDate;
      globalThis.setTimeout = realSetTimeout;
      globalThis.clearTimeout = realClearTimeout;
      // Timers that still wait continue in real time, like plain timers.
      for (const timer of timers) realSetTimeout(timer.fire, (timer.at - time) / factor).unref();
      timers.clear();
    },
  };
}
