import { spent } from '../../domain/capacity/cost.ts';
import type { Point } from '../../domain/capacity/point.ts';
import type { Clock } from '../ports/clock.ts';
import type { SmokeHttp } from '../ports/smoke.ts';

export interface Limits {
  maxCalls: number;
  maxDollars: number;
  /** Milliseconds of the steady clock. */
  deadline: number;
}

export type Stop = 'calls' | 'cost' | 'time';

interface Present {
  point: Point;
  since: number;
  calls: number;
  tailSeconds: number;
}

/** The next call would be one too many. */
export class BudgetSpent extends Error {
  readonly stop: Stop;
  constructor(stop: Stop) {
    super(`the ${stop} of the measurement are used up`);
    this.stop = stop;
  }
}

/**
 * Counts every call before it is sent, so that one that hangs counts too, and the money that the present configuration may cost from its
 * start until its last call has timed out.
 */
export class Budget {
  readonly #limits: Limits;
  readonly #clock: Pick<Clock, 'steady'>;
  #calls = 0;
  #earlier = 0;
  #present: Present | undefined;

  constructor(limits: Limits, clock: Pick<Clock, 'steady'>) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get calls(): number {
    return this.#calls;
  }

  get dollars(): number {
    return this.#earlier + this.#dollarsOf(this.#present);
  }

  #dollarsOf(present: Present | undefined): number {
    if (!present) return 0;
    const seconds = (this.#clock.steady() - present.since) / 1000 + present.tailSeconds;
    return spent(present.point, seconds, this.#calls - present.calls);
  }

  /** @param tailSeconds how long the instances may be billed after the last call was sent */
  begin(point: Point, tailSeconds: number): void {
    this.end();
    this.#present = { point, since: this.#clock.steady(), calls: this.#calls, tailSeconds };
  }

  end(): void {
    this.#earlier += this.#dollarsOf(this.#present);
    this.#present = undefined;
  }

  /** Why no further call may be sent. `more`: for so many calls at once. */
  spent(more = 1): Stop | undefined {
    if (this.#calls + more > this.#limits.maxCalls) return 'calls';
    if (this.#clock.steady() >= this.#limits.deadline) return 'time';
    return this.dollars >= this.#limits.maxDollars ? 'cost' : undefined;
  }

  /** Every call of this client counts, repeated ones too. Throws BudgetSpent. */
  counting(http: SmokeHttp): SmokeHttp {
    return {
      send: (request) => {
        const stop = this.spent();
        if (stop) throw new BudgetSpent(stop);
        this.#calls++;
        return http.send(request);
      },
    };
  }
}
