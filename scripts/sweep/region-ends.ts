import { installFastTime } from '../../test/support/fast-time.ts';
import { type Ran, ReleaseWorld } from '../../test/support/release-world.ts';
import { defaultDriver, type WorldDriver } from '../../test/support/world-driver.ts';
import { type CallSeen, callName } from './cells.ts';
import { type Wanted, wantedOf } from './spread.ts';
import { factor } from './worker.ts';

/**
 * The end of a release in two and in three regions: its process dies at any call between the last watch and the end. Then the janitors of
 * the regions settle, one after the other in one order or the reverse one, or all at once. All regions have to have the release, or none.
 */
const regions = ['europe-west1', 'us-central1', 'asia-northeast3'] as const;
export const settlings = ['in order', 'in reverse', 'at once', 'next release', 'post step'] as const;

export interface EndCell {
  driver: WorldDriver;
  /** How many regions. */
  size: 2 | 3;
  /** The number of the call after the last region has all the traffic, from 1. 0: nothing dies. */
  call: number;
  /** Whether the call that kills the process takes effect. */
  effect: 'before' | 'after';
  settling: (typeof settlings)[number];
}

export interface EndResult extends EndCell {
  met?: string | undefined;
  /** What the regions have at the end. */
  end: 'all' | 'none' | 'part';
  violations: string[];
}

/** Pin, tag, 50 % and 100 %. */
const writesBefore = 4;

class EndBench {
  readonly world: ReleaseWorld;
  readonly #names = new Map<number, string>();
  #made = 0;

  constructor(world: ReleaseWorld) {
    this.world = world;
  }

  #inputs = (all: readonly string[]) => ({
    ...{ region: '', regions: all.join('; '), step_duration: '2s', duration: '2s', canary: '50%' },
    ...{ smoke_suite: 'none', wait_for_other: '200s' },
  });

  async #subject(size: number, all: readonly string[]): Promise<string> {
    const known = this.#names.get(size);
    if (known) return known;
    const name = `e${++this.#made}`;
    const ran = await this.world.release(name, this.world.good(), { inputs: this.#inputs(all) });
    if (ran.exitCode !== 0) throw new Error(`the first release of ${name} failed: ${ran.report.reason}`);
    this.#names.set(size, name);
    return name;
  }

  #serving = async (name: string, all: readonly string[]) =>
    Promise.all(
      all.map(async (region) => {
        const serving = await this.world.serving(name, region);
        return serving.length === 1 ? serving[0]?.revision : JSON.stringify(serving);
      }),
    );

  async run(cell: EndCell): Promise<EndResult & { calls: CallSeen[] }> {
    const { world } = this;
    const { size, call, effect } = cell;
    const all = regions.slice(0, size);
    const name = await this.#subject(size, all);
    const before = await this.#serving(name, all);
    world.setRun('1001', 'in_progress');
    const abort = new AbortController();
    const calls: CallSeen[] = [];
    let writes = 0;
    let met: CallSeen | undefined;
    const restore = world.onCalls(({ api, method, path, write }) => {
      if (met) return { reset: 'before' };
      if (write !== undefined) writes = write;
      // Of the last write of 100 % itself, only what follows counts.
      if (writes < writesBefore * size || write === writesBefore * size) return undefined;
      const seen = { api, method, path };
      calls.push(seen);
      if (calls.length !== call) return undefined;
      met = seen;
      abort.abort(new Error('dead'));
      return { reset: effect };
    });
    const inputs = this.#inputs(all);
    const main = await world.release(name, world.good(), { inputs, signal: abort.signal });
    restore();
    world.setRun('1001', 'completed');
    const violations: string[] = [];
    if (met) await this.#settle(name, all, cell, main, violations);
    else if (main.report.outcome !== 'promoted')
      violations.push(`nothing died, and it ended with ${main.report.outcome}: ${main.report.reason}`);
    const now = await this.#serving(name, all);
    const moved = now.filter((revision, i) => revision !== before[i]).length;
    const end = moved === 0 ? 'none' : moved === size ? 'all' : 'part';
    if (end === 'part') violations.push(`${moved} of ${size} regions have it: ${now}`);
    for (const region of all) {
      const record = await world.record(name, region);
      if (record?.phase !== 'closed') violations.push(`${region}: the record is ${record?.phase}`);
      if (end === 'all' && record?.stable !== record?.candidate)
        violations.push(`${region}: ${record?.stable} counts as stable`);
      const service = await world.service(name, region);
      if (service?.traffic.some(({ tag }) => tag?.startsWith('bs-')))
        violations.push(`${region}: our tags are left`);
    }
    if (violations.length > 0) this.#names.delete(size);
    return { ...cell, met: met && callName(met), end, violations, calls };
  }

  async #settle(
    name: string,
    all: readonly string[],
    { settling }: EndCell,
    main: Ran,
    violations: string[],
  ): Promise<void> {
    const { world } = this;
    if (settling === 'post step') {
      const post = await world.post(name, '.', main, { inputs: this.#inputs(all) });
      if (post.exitCode !== 0) violations.push(`the post step failed: ${post.report.reason}`);
      return;
    }
    if (settling === 'next release') {
      const env = { GITHUB_RUN_ID: '1002' };
      const next = await world.release(name, world.good(), { inputs: this.#inputs(all), env });
      const did = new Set(
        next.report.evidence?.waves?.regions.map(({ evidence }) => {
          const settled = evidence.settled as { did?: string; reason?: string } | undefined;
          return settled?.did === 'hands_off' ? 'promoted' : settled?.did;
        }),
      );
      did.delete(undefined);
      // A region that was promoted before the process died has nothing to settle.
      if (did.size > 1) violations.push(`the next release settled with ${[...did]}`);
      if (next.report.outcome !== 'promoted')
        violations.push(`the next release ended with ${next.report.outcome}: ${next.report.reason}`);
      return;
    }
    const janitor = async (region: string) => {
      const env = { GITHUB_RUN_ID: '1002', GITHUB_EVENT_NAME: 'schedule' };
      const ran = await world.rollback(name, 'settle', { inputs: { region, wait_for_other: '200s' }, env });
      if (ran.exitCode !== 0) violations.push(`the janitor of ${region} failed: ${ran.report.reason}`);
    };
    if (settling === 'at once') await Promise.all(all.map(janitor));
    else for (const region of settling === 'in order' ? all : [...all].reverse()) await janitor(region);
  }
}

async function withBench<T>(driver: WorldDriver, work: (bench: EndBench) => Promise<T>): Promise<T> {
  const time = installFastTime(factor);
  const world = await ReleaseWorld.open({}, time.clock, driver);
  try {
    return await work(new EndBench(world));
  } finally {
    await world.close();
    time.restore();
  }
}

/** Every call between the last watch and the end, before and after its effect, in every way to settle; or those that are wanted of them. */
export function planEnds(wanted: Wanted = {}, driver: WorldDriver = defaultDriver()): Promise<EndCell[]> {
  return withBench(driver, async (bench) => {
    const cells: EndCell[] = [];
    for (const size of [2, 3] as const) {
      const whole = { driver, size, call: 0, effect: 'before', settling: 'in order' } as const;
      const { calls, violations } = await bench.run(whole);
      if (violations.length > 0) throw new Error(violations.join('; '));
      for (const settling of settlings)
        for (const [i, { method }] of calls.entries())
          for (const effect of method === 'GET' ? (['before'] as const) : (['before', 'after'] as const))
            cells.push({ ...whole, call: i + 1, effect, settling });
    }
    return wantedOf(cells, wanted);
  });
}

/** The cells of one driver, one after another. One that throws is a violation, so that those after it still run. */
export const runEnds = (cells: readonly EndCell[], tell: (result: EndResult) => void): Promise<void> =>
  withBench(cells[0]?.driver ?? defaultDriver(), async (bench) => {
    for (const cell of cells) {
      try {
        const { calls: _, ...result } = await bench.run(cell);
        tell(result);
      } catch (error) {
        tell({ ...cell, end: 'part', violations: [`the cell threw: ${(error as Error).stack ?? error}`] });
      }
    }
  });
