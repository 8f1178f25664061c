import { perSecond, spent } from '../../domain/capacity/cost.ts';
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
  tail: Tail;
}

/** What is billed after the last call was sent. */
export interface Tail {
  /** How long a call may take. */
  callSeconds: number;
  /** How long an instance may be billed after its last call. */
  idleSeconds: number;
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
  readonly #underWay = new Set<{ until: number }>();

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
    // Without a call no instance was busy, so none is left idle.
    const idle = this.#calls === present.calls ? 0 : present.tail.idleSeconds;
    return this.#cost(present, this.#clock.steady(), idle, 0);
  }

  /** Until every call under way has timed out, or until `until` if that is later. */
  #cost({ point, since, calls }: Present, until: number, idleSeconds: number, more: number): number {
    const end = Math.max(until, ...[...this.#underWay].map((call) => call.until));
    return spent(point, (end - since) / 1000 + idleSeconds, this.#calls + more - calls);
  }

  begin(point: Point, tail: Tail): void {
    this.end();
    this.#present = { point, since: this.#clock.steady(), calls: this.#calls, tail };
  }

  /** Could one call of this configuration be paid? If not, it is not worth a revision. */
  affords(point: Point, { callSeconds, idleSeconds }: Tail): boolean {
    return this.dollars + spent(point, callSeconds + idleSeconds, 1) <= this.#limits.maxDollars;
  }

  end(): void {
    this.#earlier += this.#dollarsOf(this.#present);
    this.#present = undefined;
  }

  /** Why no further call may be sent. `more`: for so many calls at once. */
  spent(more = 1): Stop | undefined {
    if (this.#calls + more > this.#limits.maxCalls) return 'calls';
    if (this.#clock.steady() >= this.#limits.deadline) return 'time';
    return this.#dollarsWithCall() > this.#limits.maxDollars ? 'cost' : undefined;
  }

  /** What will have been spent if one more call is sent now. */
  #dollarsWithCall(): number {
    const present = this.#present;
    if (!present) return this.#earlier;
    const { callSeconds, idleSeconds } = present.tail;
    const until = this.#clock.steady() + callSeconds * 1000;
    return this.#earlier + this.#cost(present, until, idleSeconds, 1);
  }

  /** Milliseconds that the next call may take: a first call waits for a start, and a call that hangs is billed as long as it does. */
  #longest(): number {
    const present = this.#present;
    if (!present) return Number.MAX_SAFE_INTEGER;
    const left = (this.#limits.maxDollars - this.#dollarsWithCall()) / perSecond(present.point);
    return Math.max(1, (present.tail.callSeconds + Math.max(0, left)) * 1000);
  }

  /** Every call of this client counts, repeated ones too. Throws BudgetSpent. */
  counting(http: SmokeHttp): SmokeHttp {
    return {
      send: (request) => {
        const stop = this.spent();
        if (stop) throw new BudgetSpent(stop);
        const timeoutMs = Math.min(request.timeoutMs, this.#longest());
        const call = { until: this.#clock.steady() + timeoutMs };
        this.#calls++;
        this.#underWay.add(call);
        return http.send({ ...request, timeoutMs }).finally(() => this.#underWay.delete(call));
      },
    };
  }
}
