import { type FastTime, installFastTime } from '../../test/support/fast-time.ts';
import { ReleaseWorld } from '../../test/support/release-world.ts';
import type { WorldDriver } from '../../test/support/world-driver.ts';
import { runCell } from './cell.ts';
import {
  type CallSeen,
  type Cell,
  type CellResult,
  type Config,
  callName,
  configs,
  drivers,
  faultKinds,
  type Scenario,
} from './cells.ts';
import { modelInputs } from './model.ts';
import { type Wanted, wantedOf } from './spread.ts';
import { openSubject, type Subject } from './subject.ts';

/** How many times faster than real time the cells run. */
export const factor = 10;

/** The rows that a run takes: a config and a scenario, on a driver. */
export interface Row {
  config: number;
  scenario: Scenario;
  driver: WorldDriver;
}

export interface Measured {
  config: number;
  driver: WorldDriver;
  scenario: Scenario;
  /** The calls of a release without faults. */
  calls: CallSeen[];
}

class Bench {
  readonly time: FastTime;
  readonly world: ReleaseWorld;
  readonly config: number;
  #subjects = new Map<string, Subject>();
  #made = 0;

  constructor(world: ReleaseWorld, time: FastTime, config: number) {
    this.world = world;
    this.time = time;
    this.config = config;
  }

  static async open(config: number, driver: WorldDriver, time: FastTime): Promise<Bench> {
    const quirks = configs[config]?.quirks ?? {};
    const world = await ReleaseWorld.open({ quirks, sampleReachability: true }, time.clock, driver);
    return new Bench(world, time, config);
  }

  /** Returns the scenario's function. A first release gets a new one each time. */
  async subject(scenario: Scenario): Promise<Subject> {
    const name = `f${++this.#made}-${this.config}`;
    if (scenario === 'first') return { name, proved: new Set(), before: undefined };
    const known = this.#subjects.get(scenario);
    if (known) return known;
    const made = await openSubject(this.world, name, modelInputs(this.world, name, this.config));
    this.#subjects.set(scenario, made);
    if (scenario === 'regresses') await this.#load(name);
    return made;
  }

  async #load(name: string): Promise<void> {
    await fetch(`${this.world.sandbox.control}/load`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ function: name, rps: 20, seconds: 3600 }),
    });
  }

  /** Drops the function after a violation, because its state could spoil the next cell. */
  forget(scenario: Scenario): void {
    this.#subjects.delete(scenario);
  }

  async run(cell: Cell): Promise<CellResult & { calls: CallSeen[] }> {
    const kind = faultKinds.find(({ name }) => name === cell.fault);
    const result = await runCell(this.world, this.time, await this.subject(cell.scenario), cell, kind);
    if (result.violations.length > 0) this.forget(cell.scenario);
    return result;
  }
}

/** Records the calls of every wanted scenario under every config. */
export async function measure(wanted: (row: Row) => boolean = () => true): Promise<Measured[]> {
  const time = installFastTime(factor);
  const found: Measured[] = [];
  const groups = drivers.flatMap((driver) => [...configs.entries()].map((entry) => ({ driver, entry })));
  for (const { driver, entry } of groups) {
    const [config, { scenarios: all, name, drivers: concerned }] = entry;
    const scenarios = all.filter(
      (scenario) => concerned.includes(driver) && wanted({ config, scenario, driver }),
    );
    if (scenarios.length === 0) continue;
    const bench = await Bench.open(config, driver, time);
    for (const scenario of scenarios) {
      const result = await bench.run({ config, scenario, driver, call: 0, fault: 'none' });
      if (result.violations.length > 0)
        console.log(
          `VIOLATION  ${driver}: ${name} / ${scenario} / no fault: ${result.violations.join('; ')}`,
        );
      found.push({ config, scenario, driver, calls: result.calls });
    }
    await bench.world.close();
  }
  time.restore();
  return found;
}

/** True if the config, the scenario or the fault contains the text. */
const isAskedFor = (text: string | undefined, { config, scenario, fault }: Omit<Cell, 'driver' | 'call'>) =>
  !text || `${configs[config]?.name} ${scenario} ${fault}`.includes(text);

/** True if a row has a cell that is asked for. Others need no measuring. */
export const hasAskedFor = (text: string | undefined, row: Pick<Row, 'config' | 'scenario'>): boolean =>
  configs[row.config]?.faults.some(({ name }) => isAskedFor(text, { ...row, fault: name })) ?? false;

export function planCells(
  measured: readonly Measured[],
  { only, ...wanted }: Wanted & { only?: string | undefined },
): Cell[] {
  const cells = measured.flatMap(({ config, scenario, driver, calls }) => {
    const { faults, concerns } = configs[config] as Config;
    const names = calls.map(callName);
    const met = calls.flatMap((call, i) => {
      if (!concerns) return [{ at: i + 1, call }];
      if (!concerns(call, calls.slice(i + 1))) return [];
      const name = names[i] as string;
      return [
        { at: i + 1, call, named: { name, nth: names.slice(0, i + 1).filter((n) => n === name).length } },
      ];
    });
    return faults.flatMap(({ name, only }) =>
      met.flatMap(({ at, call, ...named }) =>
        (only?.(call) ?? true) ? [{ config, scenario, driver, call: at, fault: name, ...named }] : [],
      ),
    );
  });
  return wantedOf(
    cells.filter((cell) => isAskedFor(only, cell)),
    wanted,
  );
}

/** Runs one cell. If it throws, reports a violation, so that the cells after it still run. */
async function judged(bench: Bench, cell: Cell): Promise<CellResult> {
  try {
    const { calls: _, ...result } = await bench.run(cell);
    return result;
  } catch (error) {
    bench.forget(cell.scenario);
    const violations = [`the cell threw: ${(error as Error).stack ?? String(error)}`];
    return { ...cell, outcome: 'unknown', settledBy: 'itself', violations, seconds: 0, settledSeconds: 0 };
  }
}

/** Runs cells one after another, with one sandbox per config. */
export async function runCells(cells: readonly Cell[], tell: (result: CellResult) => void): Promise<void> {
  const time = installFastTime(factor);
  let bench: Bench | undefined;
  // Node would end the process for an unhandled rejection. Here it counts as a violation of the current cell.
  const unhandled: string[] = [];
  process.on('unhandledRejection', (reason) => unhandled.push(`unhandled rejection: ${String(reason)}`));
  const place = ({ driver, config }: Cell) => drivers.indexOf(driver) * configs.length + config;
  for (const cell of [...cells].sort((a, b) => place(a) - place(b))) {
    if (bench?.config !== cell.config || bench.world.driver !== cell.driver) {
      await bench?.world.close();
      bench = await Bench.open(cell.config, cell.driver, time);
    }
    const result = await judged(bench, cell);
    tell({ ...result, violations: [...result.violations, ...unhandled.splice(0)] });
  }
  await bench?.world.close();
  time.restore();
}
