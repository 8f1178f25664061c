import { ReleaseError } from '../../src/domain/errors/errors.ts';
import type { FastTime } from '../../test/support/fast-time.ts';
import { type CallSeen, type Cell, callName, type FaultKind, isOwn, type Scenario } from './cells.ts';

/** Receives the calls of one release in the order of their arrival, and lets one of them meet the fault. */
export class Meeting {
  readonly calls: CallSeen[] = [];
  met: CallSeen | undefined;
  killed = false;
  signalledAt: number | undefined;
  #since = 0;
  #seen = 0;
  readonly #call: number;
  readonly #named: Cell['named'];
  readonly #scenario: Scenario;
  readonly #kind: FaultKind | undefined;
  readonly #time: FastTime;
  readonly abort = new AbortController();

  constructor({ call, named, scenario }: Cell, kind: FaultKind | undefined, time: FastTime) {
    this.#call = call;
    this.#named = named;
    this.#scenario = scenario;
    this.#kind = kind;
    this.#time = time;
  }

  /** Replaces `next` of the sandbox's own book of faults. */
  next(api: string, method: string, path: string) {
    const seen = { api, method, path };
    if (!isOwn(this.#scenario, seen)) return undefined;
    this.calls.push(seen);
    const kind = this.#kind;
    if (!kind) return undefined;
    // A dead process sends nothing, so no later call may have an effect.
    if (this.killed) return { reset: 'before' as const };
    if (!this.met && this.#isTurn(seen) && (kind.only?.(seen) ?? true)) {
      this.met = seen;
      this.#since = this.#time.now();
      if (kind.signal) this.#signal(kind.signal);
      return kind.at;
    }
    const { after } = kind;
    const again = after && this.met && api === this.met.api && (kind.only?.(seen) ?? true);
    return again && this.#time.now() - this.#since < after.forMs ? after.fault : undefined;
  }

  /** Parallel calls may arrive in another order, so a fault for one kind of call takes the next call of that kind. */
  #isTurn(seen: CallSeen): boolean {
    const named = this.#named;
    if (!named) return this.calls.length >= Math.max(1, this.#call);
    return callName(seen) === named.name && ++this.#seen >= named.nth;
  }

  #signal(signal: NonNullable<FaultKind['signal']>): void {
    this.signalledAt = this.#time.now();
    if (signal === 'SIGKILL') this.killed = true;
    this.abort.abort(new ReleaseError('cancelled', { what: `The run was cancelled (${signal}).` }));
  }
}
