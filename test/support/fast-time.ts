import type { Clock } from '../../src/steps/ports/clock.ts';

/**
 * Time that runs faster for everything in this process, sandbox included: `Date` and timers of a second and more. The
 * network stays as it is, so a release that plans in minutes takes a second, and its deadlines still mean something.
 */
export interface FastTime {
  clock: Clock;
  /** Milliseconds of the fast time. */
  now(): number;
  restore(): void;
}

export function installFastTime(factor: number): FastTime {
  const RealDate = globalThis.Date;
  const realSetTimeout = globalThis.setTimeout;
  const begun = RealDate.now();
  const now = () => begun + (RealDate.now() - begun) * factor;
  class FastDate extends RealDate {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [now()] : given) as [number]));
    }
    static override now(): number {
      return now();
    }
  }
  // Short timers are the sandbox's own pace; long ones are deadlines and waits.
  const fastSetTimeout = (callback: (...rest: unknown[]) => void, milliseconds = 0, ...rest: unknown[]) =>
    realSetTimeout(callback, milliseconds >= 1000 ? milliseconds / factor : milliseconds, ...rest);
  globalThis.Date = FastDate as DateConstructor;
  globalThis.setTimeout = Object.assign(fastSetTimeout, realSetTimeout) as unknown as typeof setTimeout;
  const sleep = (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = realSetTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, Math.max(0, milliseconds) / factor);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  return {
    clock: { now, sleep },
    now,
    restore: () => {
      globalThis.Date = RealDate;
      globalThis.setTimeout = realSetTimeout;
    },
  };
}
