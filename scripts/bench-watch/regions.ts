import { decide } from '../../src/domain/evidence/decide.ts';
import { advance, type EvidencePlan, type Poll, startEvidence } from '../../src/domain/evidence/state.ts';
import { bookLook, startWaves } from '../../src/domain/waves/wave-evidence.ts';
import { poisson, type Random, random } from './random.ts';
import { limit, pollSeconds, watchSeconds } from './scenes.ts';
import { chanceOfFewer } from './tables.ts';

/**
 * The decision over several regions that get all traffic at the same time, and what splitting alpha would do instead. An independent
 * simulation of the same mixture let this one test use all of the 0.1 %. A release keeps half of that for the time of the split. So
 * both bounds are simulated on the same counts: one has to agree with that simulation, and the other must not be much later.
 */

export interface RegionScene {
  name: string;
  /** The rate of bad answers in each region. */
  rates: readonly number[];
  /** Requests a second of each region. */
  rps: number;
  seconds: number;
  kind: 'healthy' | 'bad';
  /** The medians of 400 runs of the independent simulation: seconds until the fault is found, and the bad answers until then. */
  expected?: { seconds: number; bad: number };
}

const at = (count: number, bad: number, rate: number, other = 0.001) =>
  Array.from({ length: count }, (_, i) => (i < bad ? rate : other));
const bad = (name: string, rates: number[], rps: number, seconds: number, served: number): RegionScene => ({
  ...{ name, rates, rps, kind: 'bad', seconds: watchSeconds },
  expected: { seconds, bad: served },
});

export const regionScenes: readonly RegionScene[] = [
  bad('one of 3 fails 5 %', at(3, 1, 0.05), 5, 30, 10),
  bad('one of 5 fails 5 %', at(5, 1, 0.05), 5, 40, 10),
  bad('one of 5 fails 2 %', at(5, 1, 0.02), 5, 180, 22),
  bad('all 5 fail 2 %', at(5, 5, 0.02), 1, 140, 16),
  bad('all 5 fail 1 %', at(5, 5, 0.01), 5, 200, 51),
  ...[3, 5].map(
    (count): RegionScene => ({
      name: `all ${count} exactly at the objective`,
      ...{ rates: at(count, count, limit), rps: 5, seconds: 600, kind: 'healthy' },
    }),
  ),
];

/** `mixed` is what ships, and `all of alpha` is the same mixture without a half for the time of the split. */
type Rule = 'mixed' | 'all of alpha' | 'split alpha' | 'pooled';
const rules: readonly Rule[] = ['mixed', 'all of alpha', 'split alpha', 'pooled'];
/** Runs of the independent simulation. */
const expectedRuns = 400;

export interface RegionResult {
  scene: RegionScene;
  trials: number;
  /** By rule: when the release was taken back, and the bad answers until then. */
  outcomes: Record<Rule, { seconds: number[]; bad: number[] }>;
  /** Releases of which at least one healthy region was named, and those of which the bad one was. */
  wronglyNamed: number;
  rightlyNamed: number;
}

/** `perTest`: the chance of the one test that decides at 100 %. A release gives half of its chance to it. */
const planOf = (scene: RegionScene, perTest: number): EvidencePlan => ({
  tests: [{ objective: 'availability', limit, stream: 'users' }],
  ...{ alpha: 2 * perTest, splitSeconds: scene.seconds, fullSeconds: scene.seconds },
});

function release(scene: RegionScene, perTest: number, next: Random, result: RegionResult): void {
  const names = scene.rates.map((_, i) => `r${i}`);
  const plan = planOf(scene, perTest);
  const alone = planOf(scene, perTest / names.length);
  const own = names.map(() => startEvidence(plan));
  const waves = startWaves([names], plan);
  const open = new Set(rules);
  let served = 0;
  for (let t = pollSeconds; t <= scene.seconds && open.size > 0; t += pollSeconds) {
    let failed: readonly string[] | undefined;
    let split = false;
    let against = Number.NEGATIVE_INFINITY;
    scene.rates.forEach((rate, i) => {
      const mean = scene.rps * pollSeconds;
      const badOnes = poisson(next, mean * rate);
      served += badOnes;
      const candidate = { total: badOnes + poisson(next, mean * (1 - rate)), bad: badOnes };
      const poll: Poll = { seconds: t, phase: 'full', cells: [{ test: 0, phase: 'full', candidate }] };
      const state = own[i] as (typeof own)[number];
      advance(plan, state, poll);
      split ||= decide(alone, state, { phase: 'full', dwell: t, lag: 0 }).kind === 'fail';
      const standing = bookLook(waves, names[i] as string, { poll, own: state });
      failed = standing.failed?.named ?? failed;
      against = Math.max(against, standing.against);
    });
    const pool = waves.pools[0] as (typeof waves.pools)[number];
    const pooled = decide(plan, pool, { phase: 'full', dwell: t, lag: 0 }).kind === 'fail';
    for (const [rule, fires] of [
      ['mixed', failed !== undefined],
      ['all of alpha', against >= -Math.log(plan.alpha)],
      ['split alpha', split],
      ['pooled', pooled],
    ] as const) {
      if (!fires || !open.delete(rule)) continue;
      result.outcomes[rule].seconds.push(t);
      result.outcomes[rule].bad.push(served);
      if (rule !== 'mixed') continue;
      const isBad = (name: string) => (scene.rates[names.indexOf(name)] ?? 0) > limit;
      if (failed?.some((name) => !isBad(name))) result.wronglyNamed++;
      if (failed?.some(isBad)) result.rightlyNamed++;
    }
  }
}

export function simulateRegions(
  trials: { healthy: number; bad: number },
  seed: number,
  options: { only?: RegExp | undefined; perTest?: number } = {},
): RegionResult[] {
  return regionScenes.flatMap((scene, index) => {
    if (options.only && !options.only.test(`regions ${scene.name}`)) return [];
    const next = random(seed * 1000 + 900 + index * 7);
    const count = scene.kind === 'healthy' ? trials.healthy : trials.bad;
    const outcomes = Object.fromEntries(
      rules.map((rule) => [rule, { seconds: [], bad: [] }]),
    ) as unknown as RegionResult['outcomes'];
    const result: RegionResult = { scene, trials: count, outcomes, wronglyNamed: 0, rightlyNamed: 0 };
    for (let trial = 0; trial < count; trial++) release(scene, options.perTest ?? 0.0005, next, result);
    return [result];
  });
}

export const median = (values: readonly number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** The value below which a part of all trials lies, on a straight line between two looks. Infinite if so many found nothing. */
export function quantile(seconds: readonly number[], part: number, trials = seconds.length): number {
  const wanted = part * trials;
  const until = (t: number) => seconds.filter((value) => value <= t).length;
  if (seconds.length < wanted) return Number.POSITIVE_INFINITY;
  const look = [...seconds].sort((a, b) => a - b)[Math.max(0, Math.ceil(wanted) - 1)] ?? 0;
  const before = until(look - pollSeconds);
  return look - pollSeconds + (pollSeconds * (wanted - before)) / Math.max(1, until(look) - before);
}

const percent = (part: number, all: number) => `${Number(((100 * part) / all).toPrecision(2))} %`;

export function regionTable(results: readonly RegionResult[]): string[] {
  if (results.length === 0) return [];
  const cell = ({ outcomes, trials, scene }: RegionResult, rule: Rule) => {
    const { seconds, bad: served } = outcomes[rule];
    if (scene.kind === 'healthy') return percent(seconds.length, trials);
    return seconds.length === 0
      ? 'never'
      : `${percent(seconds.length, trials)} · ${median(seconds)} s · ${median(served)}`;
  };
  return [
    '### Several regions at 100 %: % taken back · median seconds · median bad answers of all regions until then',
    '',
    `| scene | rps of each | ${rules.join(' | ')} | bad region named | healthy region named |`,
    `|:--|--:|${rules.map(() => '--:').join('|')}|--:|--:|`,
    ...results.map(
      (result) =>
        `| ${result.scene.name} | ${result.scene.rps} | ${rules.map((rule) => cell(result, rule)).join(' | ')} | ${percent(result.rightlyNamed, result.trials)} | ${percent(result.wronglyNamed, result.trials)} |`,
    ),
    '',
  ];
}

/**
 * At most 0.1 % of the healthy releases are taken back. With all of alpha, the medians are those of the independent simulation, as
 * exactly as so few runs can tell (95 %); with a release's half, a fault is found at most 10 % later, apart from chance.
 */
export function regionChecks(results: readonly RegionResult[]): { good: boolean; text: string }[] {
  return results.map(({ scene, trials, outcomes, wronglyNamed }) => {
    const { seconds } = outcomes.mixed;
    if (scene.expected === undefined)
      return {
        good: 1 - chanceOfFewer(seconds.length, 0.001 * trials) >= 0.005,
        text: `regions, ${scene.name}: ${seconds.length} of ${trials} taken back (at most 0.1 %)`,
      };
    const at = (rule: Rule, part = 0.5) => quantile(outcomes[rule].seconds, part, trials);
    // What 95 % of the pairs of medians of so many runs differ by, as a part of all runs.
    const spread = 0.98 * Math.sqrt(1 / expectedRuns + 1 / trials);
    // A median of that simulation is the time of a look.
    const lookAt = (part: number) => Math.ceil(at('all of alpha', part) / pollSeconds) * pollSeconds;
    const [least, most] = [lookAt(0.5 - spread), lookAt(0.5 + spread)];
    const { seconds: expected } = scene.expected;
    const later = at('mixed') / at('all of alpha') - 1;
    const isAsExpected = least <= expected && expected <= most;
    // Two medians of the same runs differ by about this by chance.
    const isSoon = later <= 0.1 + 1 / Math.sqrt(trials);
    return {
      good: isAsExpected && isSoon && wronglyNamed <= 0.05 * trials,
      text: `regions, ${scene.name}: with all of alpha ${least} to ${most} s (${expected} s), with half of it ${(100 * later).toFixed(1)} % later (10 %), a healthy region named in ${percent(wronglyNamed, trials)} (5 %)`,
    };
  });
}
