import type { Reply } from './fake-rest.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A refusal by a quota, as Google words it. */
export const quotaRefusal = (title: string, service: string): Reply => ({
  status: 429,
  body: {
    error: {
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      message: `Quota exceeded for quota metric '${title}' and limit '${title} per minute' of service '${service}'`,
      details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED' }],
    },
  },
});

/** Counts reads on a simulated clock. A refused read counts as well. */
export class SharedQuota {
  readonly #clock: VirtualClock;
  readonly #perMinute: number;
  #calls: number[] = [];
  refused = 0;

  constructor(clock: VirtualClock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** True if the quota leaves this read something. */
  take(): boolean {
    const now = this.#clock.now();
    this.#calls = this.#calls.filter((at) => at > now - 60_000);
    this.#calls.push(now);
    if (this.#calls.length <= this.#perMinute) return true;
    this.refused++;
    return false;
  }
}
