import { isOpen } from '../../src/domain/traffic/record.ts';
import { type FastTime, installFastTime } from '../../test/support/fast-time.ts';
import { type Ran, ReleaseWorld } from '../../test/support/release-world.ts';
import { defaultDriver, type WorldDriver } from '../../test/support/world-driver.ts';
import { type CallSeen, type Cell, type CellResult, callName, faultKinds } from './cells.ts';
import { Meeting } from './meeting.ts';
import { type Wanted, wantedOf } from './spread.ts';
import { factor } from './worker.ts';

/**
 * The sweep of releases with two regions. Each call to one of them meets each fault; the other region answers. Afterwards each
 * region has to be good or as it was.
 */
export type RegionScenario = 'good' | 'smoke fails';
export const regionScenarios: readonly RegionScenario[] = ['good', 'smoke fails'];

const well = 'europe-west1';
const sick = 'us-central1';
const both = [well, sick] as const;
const fast = { region: '', regions: both.join('; '), step_duration: '2s', duration: '2s', canary: '50%' };
const ok = { status: 200, body: { text: 'ok' }, latencyMs: 0 };

/** What serves in each region. */
type Serving = Record<string, string | undefined>;

const locationIn = (path: string) => /\/locations\/([^/?:]+)/.exec(path)?.[1];

class RegionBench {
  readonly world: ReleaseWorld;
  readonly time: FastTime;
  #name: string | undefined;
  #made = 0;

  constructor(world: ReleaseWorld, time: FastTime) {
    this.world = world;
    this.time = time;
  }

  /** The function with its first release. Cells release it one after another, as users do. */
  async #subject(): Promise<string> {
    if (this.#name) return this.#name;
    const name = `r${++this.#made}`;
    const ran = await this.#release(name, this.world.good());
    if (ran.exitCode !== 0) throw new Error(`the first release of ${name} failed: ${ran.report.reason}`);
    this.#name = name;
    return name;
  }

  #release(name: string, source: string, more: object = {}, inputs: Record<string, string> = {}) {
    return this.world.release(name, source, {
      inputs: { ...fast, smoke_suite: this.world.suite(), ...inputs },
      ...more,
    });
  }

  async #serving(name: string): Promise<Serving> {
    const all = await Promise.all(
      both.map(async (region) => {
        const serving = await this.world.serving(name, region);
        const one = serving.length === 1 && serving[0]?.percent === 100;
        return [region, one ? serving[0]?.revision : JSON.stringify(serving)] as const;
      }),
    );
    return Object.fromEntries(all);
  }

  async run(
    scenario: RegionScenario,
    call: number,
    fault: string,
  ): Promise<CellResult & { calls: CallSeen[] }> {
    const { world, time } = this;
    const name = await this.#subject();
    const before = await this.#serving(name);
    const kind = faultKinds.find((one) => one.name === fault);
    const cell: Cell = { config: 0, driver: world.driver, scenario, call, fault };
    const meeting = new Meeting(cell, kind, time);
    const book = world.sandbox.world.faults;
    const original = book.next;
    book.next = (api, method, path, _now, location = locationIn(path)) => {
      if (location === sick) return meeting.next(api, method, path);
      return meeting.killed ? { reset: 'before' as const } : undefined;
    };
    const started = time.now();
    const source =
      scenario === 'good'
        ? world.good()
        : world.source([
            { ...ok, body: { text: 'no' }, region: sick, share: 1 },
            { ...ok, region: well },
          ]);
    let main: Ran;
    try {
      main = await this.#release(name, source, { signal: meeting.abort.signal });
    } finally {
      book.next = original;
    }
    const ended = time.now();
    const violations: string[] = [];
    const proved = new Set(Object.values(before));
    for (const { evidence } of main.report.evidence?.waves?.regions ?? []) {
      const { candidate, stages } = evidence.release ?? {};
      const passed = stages?.some(({ kind, verdict }) => kind === 'smoke' && verdict === 'pass');
      if (candidate && passed) proved.add(candidate);
    }
    const settledBy = await this.#settle(name, cell, meeting, main, proved, violations);
    violations.push(...(await this.#violations(name, main, meeting, { before, proved, settledBy })));
    if (violations.length > 0) this.#name = undefined;
    return {
      ...cell,
      met: meeting.met && callName(meeting.met),
      outcome: meeting.killed ? 'killed' : (main.report.outcome ?? 'failed'),
      settledBy,
      violations,
      seconds: (ended - started) / 1000,
      settledSeconds: (time.now() - ended) / 1000,
      calls: meeting.calls,
    };
  }

  /** If a cell throws, reports a violation, so that the cells after it still run. */
  async judged(...cell: Parameters<RegionBench['run']>): Promise<CellResult & { calls: CallSeen[] }> {
    try {
      return await this.run(...cell);
    } catch (error) {
      this.#name = undefined;
      const [scenario, call, fault] = cell;
      const violations = [`the cell threw: ${(error as Error).stack ?? String(error)}`];
      return {
        ...{ config: 0, driver: this.world.driver, scenario, call, fault, outcome: 'unknown' },
        ...{ settledBy: 'itself', violations, seconds: 0, settledSeconds: 0, calls: [] },
      };
    }
  }

  /** After a kill, two janitors settle both regions at once, or the next release does. */
  async #settle(
    name: string,
    { call }: Cell,
    meeting: Meeting,
    main: Ran,
    proved: Set<string | undefined>,
    violations: string[],
  ): Promise<CellResult['settledBy']> {
    const { world } = this;
    const next = { GITHUB_RUN_ID: '1002' };
    if (!meeting.killed) {
      const post = await world.post(name, '.', main, { inputs: fast });
      if (post.exitCode !== 0) violations.push(`the post step failed: ${post.report.reason}`);
      const open = await Promise.all(both.map((region) => world.record(name, region)));
      if (!open.some((record) => record && isOpen(record)))
        return /nothing/i.test(post.report.reason) ? 'itself' : 'post step';
    } else if (call % 2 === 0) {
      const ran = await Promise.all(
        both.map((region) =>
          world.rollback(name, 'settle', {
            inputs: { region, wait_for_other: '200s' },
            env: { ...next, GITHUB_EVENT_NAME: 'schedule' },
          }),
        ),
      );
      for (const { exitCode, report } of ran)
        if (exitCode !== 0) violations.push(`a janitor did not settle it: ${report.reason}`);
      return 'janitor';
    }
    const ran = await this.#release(name, world.good(), { env: next }, { wait_for_other: '200s' });
    if (ran.report.outcome !== 'promoted' || ran.exitCode !== 0)
      violations.push(`the next release ended with ${ran.report.outcome}: ${ran.report.reason}`);
    for (const { evidence } of ran.report.evidence?.waves?.regions ?? [])
      proved.add(evidence.release?.candidate);
    return 'next release';
  }

  async #violations(
    name: string,
    main: Ran,
    { killed }: Meeting,
    {
      before,
      proved,
      settledBy,
    }: { before: Serving; proved: ReadonlySet<string | undefined>; settledBy: string },
  ): Promise<string[]> {
    const { world } = this;
    const found: string[] = [];
    const serving = await this.#serving(name);
    for (const region of both) {
      const now = serving[region];
      const service = await world.service(name, region);
      const record = await world.record(name, region);
      if (!proved.has(now)) found.push(`${region}: ${now} serves, and neither served before nor was proved`);
      if (service?.traffic.some(({ tag }) => tag?.startsWith('bs-')))
        found.push(`${region}: our tags are left`);
      if (record && isOpen(record)) found.push(`${region}: the record is open (${record.phase})`);
      const outcome = outcomeIn(main, region);
      if (!killed && settledBy !== 'next release' && outcome !== 'promoted' && now !== before[region])
        found.push(`${region}: ${outcome}, but ${now} serves instead of ${before[region]}`);
    }
    if (!killed) found.push(...halfReleased(main, { before, serving, settledBy }));
    else if (settledBy === 'janitor') {
      const moved = both.filter((region) => serving[region] !== before[region]);
      if (moved.length === 1) found.push(`${moved[0]} alone has what the killed release made`);
    }
    const seen = (await (await fetch(`${world.sandbox.control}/reachability`)).json()) as {
      everReachable: boolean;
    };
    if (seen.everReachable) found.push('a function was public');
    const { problems } = world.sandbox.world;
    if (problems.length > 0) found.push(`the sandbox had a problem: ${problems[0]?.slice(0, 200)}`);
    problems.length = 0;
    if (killed) return found;
    if ((main.report.outcome === 'promoted') !== (main.exitCode === 0) && main.report.errors.length === 0)
      found.push(`outcome ${main.report.outcome} with exit code ${main.exitCode}`);
    const bug = main.report.errors?.find(({ code }) => code === 'internal');
    if (bug) found.push(`a bug: ${bug.what.slice(0, 300)}`);
    return found;
  }
}

const outcomeIn = (main: Ran, region: string) =>
  main.report.evidence?.waves?.regions.find((one) => one.region === region)?.outcome;

/**
 * A release goes into all of its regions or into none. A region that is promoted beside one that failed leaves the users of two
 * regions with two versions, and the next release with two befores. A later release makes all of them the same again, so only
 * what the release and its post step leave is judged.
 */
export function halfReleased(
  main: Ran,
  { before, serving, settledBy }: { before: Serving; serving: Serving; settledBy: string },
): string[] {
  const promoted = both.filter((region) => outcomeIn(main, region) === 'promoted');
  const moved = both.filter((region) => serving[region] !== before[region]);
  const found: string[] = [];
  // Where the last write could not be made, the candidate serves and a person decides.
  const isHeld = both.some((region) => outcomeIn(main, region) === 'held');
  if (promoted.length === 1 && !isHeld)
    found.push(
      `${promoted[0]} was promoted beside ${both.map((region) => `${region}: ${outcomeIn(main, region)}`).join(', ')}`,
    );
  if (settledBy !== 'next release' && moved.length === 1)
    found.push(`${moved[0]} alone serves another revision than before: ${JSON.stringify(serving)}`);
  return found;
}

async function withBench<T>(driver: WorldDriver, work: (bench: RegionBench) => Promise<T>): Promise<T> {
  const time = installFastTime(factor);
  const world = await ReleaseWorld.open({ sampleReachability: true }, time.clock, driver);
  try {
    return await work(new RegionBench(world, time));
  } finally {
    await world.close();
    time.restore();
  }
}

export type RegionCell = Pick<Cell, 'call' | 'fault' | 'driver'> & { scenario: RegionScenario };

/**
 * Every call that a release without faults sends to one region, times every fault, on one driver, or those that are wanted
 * of them.
 */
export function planRegions(
  wanted: Wanted = {},
  driver: WorldDriver = defaultDriver(),
): Promise<RegionCell[]> {
  return withBench(driver, async (bench) => {
    const cells: RegionCell[] = [];
    for (const scenario of regionScenarios) {
      const { calls, violations } = await bench.run(scenario, 0, 'none');
      if (violations.length > 0) console.log(`VIOLATION  ${scenario}, no fault: ${violations.join('; ')}`);
      for (const { name, only } of faultKinds)
        for (const [i, call] of calls.entries())
          if (only?.(call) ?? true) cells.push({ driver, scenario, call: i + 1, fault: name });
    }
    return wantedOf(cells, wanted);
  });
}

/** The cells of one driver, one after another. */
export const runRegions = (cells: readonly RegionCell[], tell: (result: CellResult) => void): Promise<void> =>
  withBench(cells[0]?.driver ?? defaultDriver(), async (bench) => {
    for (const { scenario, call, fault } of cells) {
      const { calls: _, ...result } = await bench.judged(scenario, call, fault);
      tell(result);
    }
  });
