import type { State } from '../../domain/release/machine.ts';
import type { Waves } from '../../domain/waves/regions.ts';
import { agreed, mayGo, passedAll, preparing, type RegionStanding } from '../../domain/waves/standing.ts';
import type { Clock } from '../ports/clock.ts';
import type { WavePlace } from '../release/ports.ts';
import type { WatchTogether } from './together.ts';
import { isUnreachable } from './unreachable.ts';

/** Others go back at the latest after this time, even if the region that failed is not back yet. */
const headStartMs = 15_000;

interface Region extends RegionStanding {
  readonly name: string;
  readonly stopping: AbortController;
  candidate: string | undefined;
  /** It has begun a step, so users may reach its candidate. */
  carries: boolean;
  skipped: boolean;
  stop: WavePlace['stop'];
}

type Moved = Parameters<WavePlace['moved']>[0];

/** Lets the regions of a release wait for each other, and stops all of them when one fails. */
export class Coordinator {
  readonly #waves: Waves;
  readonly #regions: ReadonlyMap<string, Region>;
  readonly #clock: Clock;
  readonly #mayMiss: ReadonlySet<string>;
  readonly #dryRun: boolean;
  readonly #together: WatchTogether;
  #wake = new Set<() => void>();
  /** The region that stopped the release. */
  #stoppedBy: string | undefined;

  /** @param mayMiss regions that the release leaves out if they cannot be reached before its first change there */
  constructor(
    waves: Waves,
    {
      clock,
      together,
      mayMiss,
      dryRun,
    }: { clock: Clock; together: WatchTogether; mayMiss: readonly string[]; dryRun: boolean },
  ) {
    this.#dryRun = dryRun;
    this.#waves = waves;
    this.#clock = clock;
    this.#together = together;
    this.#mayMiss = new Set(mayMiss);
    this.#regions = new Map(
      waves.flat().map((name) => [
        name,
        {
          ...{ name, step: preparing, candidate: undefined, carries: false, skipped: false, stop: undefined },
          stopping: new AbortController(),
        },
      ]),
    );
  }

  get stoppedBy(): string | undefined {
    return this.#stoppedBy;
  }

  isSkipped = (region: string): boolean => this.#of(region).skipped;

  place(name: string): WavePlace {
    const region = this.#of(name);
    return {
      turn: ({ phase, step, candidate }, signal) => {
        region.candidate = candidate;
        return this.#turn(region, phase === 'finishing' ? passedAll : step, signal);
      },
      others: () =>
        Object.fromEntries(
          [...this.#regions.values()].flatMap(({ name: other, candidate, ended }) =>
            other === name || ended || candidate === undefined ? [] : [[other, candidate]],
          ),
        ),
      agree: (signal) => this.#turn(region, agreed, signal),
      stopped: region.stopping.signal,
      get stop() {
        return region.stop;
      },
      moved: (now) => this.#moved(region, now),
    };
  }

  #of(name: string): Region {
    const region = this.#regions.get(name);
    if (region === undefined) throw new Error(`${name} is in no wave`);
    return region;
  }

  async #turn(region: Region, step: number, signal: AbortSignal): Promise<void> {
    region.step = step;
    this.#changed();
    const standings = Object.fromEntries(this.#regions);
    while (!mayGo(this.#waves, standings, region.name)) await this.#change(signal);
    if (step >= passedAll) return;
    region.carries = true;
    this.#together.begins(region.name);
  }

  /** Resolves at the next change of any region. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const wake = () => {
        signal.removeEventListener('abort', abort);
        this.#wake.delete(wake);
        resolve();
      };
      const abort = () => {
        this.#wake.delete(wake);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#wake.add(wake);
    });
  }

  #changed(): void {
    for (const wake of [...this.#wake]) wake();
  }

  #moved(region: Region, now: Moved): void {
    const { state, reason } = now;
    if (state.phase === 'reverting') this.#failing(region, state, reason);
    if (state.phase !== 'ended' || region.ended) return;
    region.skipped = this.#mayMiss.has(region.name) && isUntouched(now) && isUnreachable(now.lastError);
    // A dry run ends without an outcome. Elsewhere that is a failure.
    const good = region.skipped || state.outcome === 'promoted' || this.#dryRun;
    region.ended = good ? 'done' : 'stopped';
    if (good) this.#together.leaves(region.name);
    else this.#stop(region, state, reason);
    this.#changed();
  }

  /** The region that failed goes back first, unless the fault may be anywhere. */
  #failing(region: Region, state: State, reason: string): void {
    const { cause } = state;
    if (cause === 'unchanged' || cause === 'called_back' || this.#stoppedBy !== undefined) return;
    if (cause === 'regressed' && this.#together.named?.length === 0) {
      this.#stop(region, state, reason);
      return;
    }
    this.#clock
      .sleep(headStartMs, region.stopping.signal)
      .then(() => this.#stop(region, state, reason))
      .catch(() => undefined);
  }

  #stop(by: Region, { outcome, cause }: State, reason: string): void {
    // Ends the head start.
    by.stopping.abort();
    // A plan changes nothing, so the other regions are planned to their ends.
    if (this.#stoppedBy !== undefined || this.#dryRun) return;
    this.#stoppedBy = by.name;
    // A region that is held because its way back failed says that the others must go back.
    const holds = outcome === 'held' && cause === undefined;
    for (const region of this.#regions.values()) {
      if (region === by || region.ended) continue;
      const isHeld = holds && region.carries;
      region.stop = {
        event: isHeld ? 'undecided' : 'called_back',
        reason: `${by.name} ${isHeld ? 'is held' : 'stopped this release'}: ${reason}`,
      };
      region.stopping.abort();
    }
    this.#changed();
  }
}

/**
 * Nothing of this region was changed, and no rule forbade the release. A region that went while it was being closed may be public, so it is
 * never left out.
 */
const isUntouched = ({ state: { outcome, touched }, from, changed }: Moved): boolean =>
  outcome === undefined &&
  (touched === undefined || touched === 'nothing') &&
  from !== 'guarding' &&
  !changed;
