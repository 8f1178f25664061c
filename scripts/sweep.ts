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
import { type CellResult, configs, drivers } from './sweep/cells.ts';
import { printGrid } from './sweep/grid.ts';
import { type EndCell, type EndResult, planEnds, runEnds } from './sweep/region-ends.ts';
import { planRegions, type RegionCell, runRegions } from './sweep/regions.ts';
import { playStories } from './sweep/stories.ts';
import { measure, planCells, runCells } from './sweep/worker.ts';

const option = (name: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : undefined;
};

if (process.argv.includes('--ends')) await sweepEnds();
else if (process.argv.includes('--regions')) await sweepRegions();
else if (process.argv.includes('--worker')) {
  const { cells } = JSON.parse(option('cells') ?? '') as { cells: Parameters<typeof runCells>[0] };
  await runCells(cells, (result) => process.stdout.write(`${JSON.stringify(result)}\n`));
} else if (process.argv.includes('--stories')) {
  for (const driver of chosen()) process.exitCode = (await playStories(driver)) || process.exitCode;
} else {
  const started = Date.now();
  const taken = chosen();
  const calls = await measure(({ driver }) => taken.includes(driver));
  for (const { config, scenario, driver, calls: n } of calls)
    console.log(`${driver}: ${configs[config]?.name}, ${scenario}: ${n.length} calls`);
  const sample = option('sample');
  const only = option('only');
  const cells = planCells(calls, {
    sample: sample === undefined ? undefined : Number(sample),
    only,
    part: option('part'),
  });
  // A cell mostly waits for deadlines, polls and the sandbox's own delays, so there are more processes than cores.
  const workers = Number(option('workers') ?? 4 * availableParallelism());
  console.log(`${cells.length} cells, ${workers} processes`);
  const results: CellResult[] = [];
  let printed = Date.now();
  await Promise.all(
    Array.from({ length: workers }, async (_, i) => {
      const own = cells.filter((_, index) => index % workers === i);
      // Few cells per process, because a sandbox keeps every revision that it has made.
      for (let at = 0; at < own.length; at += 60)
        for await (const result of work(own.slice(at, at + 60))) {
          results.push(result);
          for (const violation of result.violations)
            console.log(
              `VIOLATION  ${result.driver}: ${configs[result.config]?.name} / ${result.scenario} / call ${result.call} ${result.met ?? ''} / ${result.fault}: ${violation}`,
            );
          if (Date.now() - printed > 30_000) {
            printed = Date.now();
            console.log(
              `  ${results.length} of ${cells.length}, ${Math.round((printed - started) / 1000)} s`,
            );
          }
        }
    }),
  );
  const violations = printGrid(results, (Date.now() - started) / 1000, cells.length);
  process.exitCode = violations > 0 || results.length !== cells.length ? 1 : 0;
}

/** Every call to one of two regions times every fault. */
async function sweepRegions(): Promise<void> {
  const given = option('cells');
  if (given !== undefined) {
    const cells = JSON.parse(given) as RegionCell[];
    await runRegions(cells, (result) => process.stdout.write(`${JSON.stringify(result)}\n`));
    return;
  }
  const started = Date.now();
  const sample = option('sample');
  const taken = option('driver') === undefined ? [defaultDriver()] : chosen();
  const cells: RegionCell[] = [];
  for (const driver of taken)
    cells.push(...(await planRegions(sample === undefined ? undefined : Number(sample), driver)));
  const workers = Number(option('workers') ?? 2 * availableParallelism());
  console.log(
    `${cells.length} cells of releases with two regions on ${taken.join(', ')}, ${workers} processes`,
  );
  const results: CellResult[] = [];
  const runOwn = async (own: readonly RegionCell[]) => {
    // Few cells per process, because a sandbox keeps every revision that it has made.
    for (let at = 0; at < own.length; at += 60)
      for await (const result of lines(['--regions', '--cells', JSON.stringify(own.slice(at, at + 60))])) {
        results.push(result);
        if (results.length % 100 === 0)
          console.log(
            `  ${results.length} of ${cells.length}, ${Math.round((Date.now() - started) / 1000)} s`,
          );
        for (const violation of result.violations)
          console.log(
            `VIOLATION  ${result.driver}: ${result.scenario} / call ${result.call} ${result.met ?? ''} / ${result.fault}: ${violation}`,
          );
      }
  };
  const shares = Array.from({ length: workers }, (_, i) => cells.filter((_, index) => index % workers === i));
  await Promise.all(shares.map(runOwn));
  const bad = results.filter(({ violations }) => violations.length > 0).length;
  const met = results.filter((result) => result.met).length;
  console.log(
    `${results.length} of ${cells.length} cells ran, ${met} met their fault, in ${Math.round((Date.now() - started) / 1000)} s: ${bad} with violations`,
  );
  process.exitCode = bad > 0 || results.length !== cells.length ? 1 : 0;
}

/** Every call between the last watch of several regions and the end, and every way to settle what is left. */
async function sweepEnds(): Promise<void> {
  const given = option('cells');
  if (given !== undefined) {
    await runEnds(JSON.parse(given) as EndCell[], (result) =>
      process.stdout.write(`${JSON.stringify(result)}\n`),
    );
    return;
  }
  const started = Date.now();
  const sample = option('sample');
  const [driver = defaultDriver()] = option('driver') === undefined ? [] : chosen();
  const cells = await planEnds(sample === undefined ? undefined : Number(sample), driver);
  const workers = Number(option('workers') ?? 2 * availableParallelism());
  console.log(
    `${cells.length} ends of releases with two and three regions on ${driver}, ${workers} processes`,
  );
  const results: EndResult[] = [];
  const runOwn = async (own: readonly EndCell[]) => {
    for (let at = 0; at < own.length; at += 40)
      for await (const line of lines(['--ends', '--cells', JSON.stringify(own.slice(at, at + 40))])) {
        const result = line as unknown as EndResult;
        results.push(result);
        for (const violation of result.violations)
          console.log(
            `VIOLATION  ${result.size} regions / call ${result.call} ${result.met ?? ''} / ${result.effect} / ${result.settling}: ${violation}`,
          );
      }
  };
  const shares = Array.from({ length: workers }, (_, i) => cells.filter((_, index) => index % workers === i));
  await Promise.all(shares.map(runOwn));
  const bad = results.filter(({ violations }) => violations.length > 0).length;
  const ended = (end: EndResult['end']) => results.filter((one) => one.end === end).length;
  console.log(
    `${results.length} of ${cells.length} ends ran, ${results.filter(({ met }) => met).length} met their call, in ${Math.round((Date.now() - started) / 1000)} s: ${ended('all')} in all regions, ${ended('none')} in none, ${bad} with violations`,
  );
  process.exitCode = bad > 0 || results.length !== cells.length ? 1 : 0;
}

function chosen(): readonly (typeof drivers)[number][] {
  const name = option('driver');
  const found = drivers.filter((driver) => name === undefined || driver === name);
  if (found.length === 0) throw new Error(`--driver ${name} is unknown. Choose from ${drivers.join(', ')}.`);
  return found;
}

/** A declaration, because the sweep above runs before a constant down here would be set. */
function work(cells: Parameters<typeof runCells>[0]): AsyncGenerator<CellResult> {
  return lines(['--worker', '--cells', JSON.stringify({ cells })]);
}

/** The results that another process of this script writes, one a line. */
async function* lines(more: readonly string[]): AsyncGenerator<CellResult> {
  const argv = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', import.meta.filename, ...more];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as CellResult;
}
