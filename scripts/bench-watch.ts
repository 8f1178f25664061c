/**
 * Simulates the decision that ships and six classical rules on the same traffic, and checks the bounds of the decision.
 * `npm run bench:watch -- --sources` compares the sources of counts instead.
 * `npm run bench:watch -- [--full] [--healthy N] [--bad N] [--only REGEX] [--seed N] [--jobs N] [--lag S] [--json FILE]`
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { decide } from '../src/domain/evidence/decide.ts';
import { advance, type EvidencePlan, startEvidence } from '../src/domain/evidence/state.ts';
import { clientChecks, clientTable, simulateClients } from './bench-watch/clients.ts';
import { passTable } from './bench-watch/passes.ts';
import { regionChecks, regionTable, simulateRegions } from './bench-watch/regions.ts';
import { classicalRules, evidence } from './bench-watch/rules.ts';
import { limit, scenes } from './bench-watch/scenes.ts';
import { type Cell, simulate } from './bench-watch/simulate.ts';
import { sourceChecks, sourceRules } from './bench-watch/sources.ts';
import { checks, table } from './bench-watch/tables.ts';

interface Job {
  scene: number;
  trials: number;
  seed: number;
  lag: number;
  full: boolean;
  sources: boolean;
}

/** A healthy scene needs many trials to check its bound. The classical rules have no bound, so they run fewer. */
function run({ scene: index, trials, seed, lag, full, sources }: Job): Cell {
  const scene = scenes()[index];
  if (!scene) throw new Error(`There is no scene ${index}.`);
  if (sources) return { scene: index, outcomes: simulate(scene, sourceRules(), trials, seed) };
  const ours = simulate(scene, [evidence(10)], trials, seed);
  const few = Math.min(trials, full ? 2000 : 500);
  const rivals = classicalRules(lag).filter(({ compares }) => !compares || scene.share < 1);
  const others = simulate(scene, [evidence(lag), ...rivals], few, seed + 1);
  return { scene: index, outcomes: [...ours, ...others] };
}

async function runAll(jobs: Job[], workers: number): Promise<Cell[]> {
  const queue = [...jobs];
  const cells: Cell[] = [];
  await Promise.all(
    Array.from({ length: Math.min(workers, jobs.length) }, async () => {
      for (let job = queue.shift(); job; job = queue.shift()) {
        const cell = await new Promise<Cell>((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), {
            workerData: job,
            execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
          });
          worker.once('message', resolve);
          worker.once('error', reject);
        });
        cells.push(cell);
        process.stderr.write(`${cells.length} of ${jobs.length} cells\n`);
      }
    }),
  );
  return cells.sort((a, b) => a.scene - b.scene);
}

/** Microseconds that one look takes, booking included: median and 99th percentile of the last thousand of 10 000 polls. */
function decisionCost(): { median: number; most: number } {
  const plan: EvidencePlan = {
    tests: [{ objective: 'availability', limit, stream: 'users' }],
    alpha: 0.001,
    splitSeconds: 100_000,
    fullSeconds: 100_000,
  };
  const state = startEvidence(plan);
  const times: number[] = [];
  for (let poll = 1; poll <= 10_000; poll++) {
    const cells = [
      {
        test: 0,
        phase: 'split' as const,
        share: 0.1,
        candidate: { total: 100, bad: poll % 7 === 0 ? 1 : 0 },
        baseline: { total: 900, bad: 1 },
      },
    ];
    const from = performance.now();
    advance(plan, state, { seconds: poll * 10, phase: 'split', cells });
    decide(plan, state, { phase: 'split', dwell: poll * 10, lag: 10 });
    if (poll > 9000) times.push((performance.now() - from) * 1000);
  }
  times.sort((a, b) => a - b);
  return { median: times[500] ?? Number.NaN, most: times[989] ?? Number.NaN };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      healthy: { type: 'string' },
      bad: { type: 'string' },
      only: { type: 'string' },
      seed: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '2' },
      lag: { type: 'string', default: '180' },
      json: { type: 'string' },
      sources: { type: 'boolean', default: false },
    },
  });
  const healthy = Number(values.healthy ?? (values.full ? 20_000 : 1500));
  const bad = Number(values.bad ?? (values.full ? 2000 : 300));
  const only = values.only === undefined ? undefined : new RegExp(values.only);
  const jobs = scenes().flatMap((scene, index): Job[] => {
    if (only && !only.test(`${scene.name} ${scene.rps} rps share ${scene.share}`)) return [];
    const trials = scene.kind === 'bad' ? bad : healthy;
    return [
      {
        scene: index,
        trials,
        seed: Number(values.seed) * 1000 + index * 7,
        lag: Number(values.lag),
        full: values.full,
        sources: values.sources,
      },
    ];
  });
  const started = performance.now();
  const cells = await runAll(jobs, Number(values.jobs));
  for (const line of table(cells)) console.log(line);
  if (values.sources) {
    const bounds = sourceChecks(cells);
    for (const { good, text } of bounds) console.log(`- ${good ? '✓' : '✗'} ${text}`);
    process.exitCode = bounds.every(({ good }) => good) ? 0 : 1;
    return;
  }
  const cost = decisionCost();
  if (!only) for (const line of passTable(bad, Number(values.seed))) console.log(line);
  const clients = simulateClients({ healthy, bad }, Number(values.seed), only);
  for (const line of clientTable(clients)) console.log(line);
  const regions = simulateRegions({ healthy, bad }, Number(values.seed), { only });
  for (const line of regionTable(regions)) console.log(line);
  const { lines, missed } = checks(cells, cost, [...clientChecks(clients), ...regionChecks(regions)]);
  for (const line of lines) console.log(line);
  console.log(
    `${jobs.length + clients.length + regions.length} cells in ${Math.round((performance.now() - started) / 1000)} s, seed ${values.seed}.`,
  );
  if (values.json)
    writeFileSync(values.json, `${JSON.stringify({ cells, clients, regions, cost }, null, 1)}\n`);
  process.exitCode = missed > 0 ? 1 : 0;
}

if (isMainThread) await main();
else parentPort?.postMessage(run(workerData as Job));
