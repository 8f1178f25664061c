/**
 * The fault sweep. In each cell, one call of a release meets one fault; then the post step, the janitor or the next release
 * settles it. The same conditions must hold in every cell. `--sample N` runs N cells spread over the grid, `--part 3/20` the third of
 * twenty parts that together are the whole grid, `--workers N` sets the number of processes, `--only TEXT` keeps the cells whose config,
 * scenario or fault contains the text, and `--driver NAME` those of one driver. `--regions` runs the grid of releases with two regions, on
 * the driver of functions or on the one that `--driver` names, and `--ends` kills releases in two and three regions at every call between
 * the last watch and the end. `--stories` plays the stories of releases and of exposures on the drivers instead.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { defaultDriver } from '../test/support/world-driver.ts';
import { type Cell, type CellResult, configs, drivers } from './sweep/cells.ts';
import { printGrid } from './sweep/grid.ts';
import { type EndCell, type EndResult, planEnds, runEnds } from './sweep/region-ends.ts';
import { planRegions, type RegionCell, runRegions } from './sweep/regions.ts';
import { playStories } from './sweep/stories.ts';
import { hasAskedFor, measure, planCells, runCells } from './sweep/worker.ts';

const option = (name: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : undefined;
};
const wanted = {
  sample: option('sample') === undefined ? undefined : Number(option('sample')),
  part: option('part'),
};

if (process.argv.includes('--ends')) await sweepEnds();
else if (process.argv.includes('--regions')) await sweepRegions();
else if (process.argv.includes('--worker')) await runCells(givenCells() ?? [], tell);
else if (process.argv.includes('--stories')) {
  for (const driver of chosen()) process.exitCode = (await playStories(driver)) || process.exitCode;
} else {
  const taken = chosen();
  const calls = await measure((row) => taken.includes(row.driver) && hasAskedFor(option('only'), row));
  for (const { config, scenario, driver, calls: n } of calls)
    console.log(`${driver}: ${configs[config]?.name}, ${scenario}: ${n.length} calls`);
  const cells = planCells(calls, { ...wanted, only: option('only') });
  // A cell mostly waits for deadlines, polls and the sandbox's own delays, so there are more processes than cores.
  const workers = workersOr(4 * availableParallelism());
  console.log(`${cells.length} cells, ${workers} processes`);
  const results = await inProcesses<Cell, CellResult>('--worker', cells, {
    workers,
    most: 60,
    placeOf: ({ driver, config, scenario, call, met, fault }) =>
      `${driver}: ${configs[config]?.name} / ${scenario} / call ${call} ${met ?? ''} / ${fault}`,
  });
  const violations = printGrid(results, seconds(), cells.length);
  process.exitCode = violations > 0 || results.length !== cells.length ? 1 : 0;
}

/** Every call to one of two regions times every fault. */
async function sweepRegions(): Promise<void> {
  const given = givenCells<RegionCell>();
  if (given) return runRegions(given, tell);
  const taken = option('driver') === undefined ? [defaultDriver()] : chosen();
  const cells: RegionCell[] = [];
  for (const driver of taken) cells.push(...(await planRegions(wanted, driver)));
  const workers = workersOr(2 * availableParallelism());
  console.log(
    `${cells.length} cells of releases with two regions on ${taken.join(', ')}, ${workers} processes`,
  );
  const results = await inProcesses<RegionCell, CellResult>('--regions', cells, {
    workers,
    most: 60,
    placeOf: ({ driver, scenario, call, met, fault }) =>
      `${driver}: ${scenario} / call ${call} ${met ?? ''} / ${fault}`,
  });
  const bad = results.filter(({ violations }) => violations.length > 0).length;
  const met = results.filter((result) => result.met).length;
  console.log(
    `${results.length} of ${cells.length} cells ran, ${met} met their fault, in ${Math.round(seconds())} s: ${bad} with violations`,
  );
  process.exitCode = bad > 0 || results.length !== cells.length ? 1 : 0;
}

/** Every call between the last watch of several regions and the end, and every way to settle what is left. */
async function sweepEnds(): Promise<void> {
  const given = givenCells<EndCell>();
  if (given) return runEnds(given, tell);
  const [driver = defaultDriver()] = option('driver') === undefined ? [] : chosen();
  const cells = await planEnds(wanted, driver);
  const workers = workersOr(2 * availableParallelism());
  console.log(
    `${cells.length} ends of releases with two and three regions on ${driver}, ${workers} processes`,
  );
  const results = await inProcesses<EndCell, EndResult>('--ends', cells, {
    workers,
    most: 40,
    placeOf: ({ size, call, met, effect, settling }) =>
      `${size} regions / call ${call} ${met ?? ''} / ${effect} / ${settling}`,
  });
  const bad = results.filter(({ violations }) => violations.length > 0).length;
  const met = results.filter((result) => result.met).length;
  const ended = (end: EndResult['end']) => results.filter((one) => one.end === end).length;
  console.log(
    `${results.length} of ${cells.length} ends ran, ${met} met their call, in ${Math.round(seconds())} s: ${ended('all')} in all regions, ${ended('none')} in none, ${bad} with violations`,
  );
  process.exitCode = bad > 0 || results.length !== cells.length ? 1 : 0;
}

function chosen(): readonly (typeof drivers)[number][] {
  const name = option('driver');
  const found = drivers.filter((driver) => name === undefined || driver === name);
  if (found.length === 0) throw new Error(`--driver ${name} is unknown. Choose from ${drivers.join(', ')}.`);
  return found;
}

// Declarations, because the sweeps above run before a constant down here would be set.

/** Seconds since this process began. */
function seconds(): number {
  return performance.now() / 1000;
}

function workersOr(usual: number): number {
  return Number(option('workers') ?? usual);
}

/** The cells that this process is to run for another one. Undefined if it plans them itself. */
function givenCells<C = Cell>(): C[] | undefined {
  const given = option('cells');
  return given === undefined ? undefined : (JSON.parse(given) as C[]);
}

function tell(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/**
 * Runs the cells in processes of this script, at most `most` in one, because a sandbox keeps every revision that it has made. Prints each
 * violation with its place, and how far it is.
 */
async function inProcesses<C, R extends { violations: readonly string[] }>(
  flag: '--worker' | '--regions' | '--ends',
  cells: readonly C[],
  { workers, most, placeOf }: { workers: number; most: number; placeOf: (result: R) => string },
): Promise<R[]> {
  const results: R[] = [];
  let printed = seconds();
  const runOwn = async (own: readonly C[]) => {
    for (let at = 0; at < own.length; at += most)
      for await (const result of lines<R>([flag, '--cells', JSON.stringify(own.slice(at, at + most))])) {
        results.push(result);
        for (const violation of result.violations) console.log(`VIOLATION  ${placeOf(result)}: ${violation}`);
        if (seconds() - printed <= 30) continue;
        printed = seconds();
        console.log(`  ${results.length} of ${cells.length}, ${Math.round(seconds())} s`);
      }
  };
  const shares = Array.from({ length: workers }, (_, i) => cells.filter((_, index) => index % workers === i));
  await Promise.all(shares.map(runOwn));
  return results;
}

/** The results that another process of this script writes, one a line. */
async function* lines<R>(more: readonly string[]): AsyncGenerator<R> {
  const argv = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', import.meta.filename, ...more];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as R;
}
