import { decide } from '../../src/domain/evidence/decide.ts';
import { advance, type EvidencePlan, type Poll, startEvidence } from '../../src/domain/evidence/state.ts';
import { bookLook, startWaves } from '../../src/domain/waves/wave-evidence.ts';
import { poisson, type Random, random } from './random.ts';
import { limit, pollSeconds, watchSeconds } from './scenes.ts';
import { chanceOfFewer } from './tables.ts';

/** The decision over several regions that get all traffic at the same time, and what splitting alpha would do instead. */

export interface RegionScene {
  name: string;
  /** The rate of bad answers in each region. */
  rates: readonly number[];
  /** Requests a second of each region. */
  rps: number;
  seconds: number;
  kind: 'healthy' | 'bad';
  /** Seconds until the fault is found and the bad answers until then, of an independent simulation of the same mixture. */
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

type Rule = 'mixed' | 'split alpha' | 'pooled';
const rules: readonly Rule[] = ['mixed', 'split alpha', 'pooled'];

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
    });
    const pool = waves.pools[0] as (typeof waves.pools)[number];
    const pooled = decide(plan, pool, { phase: 'full', dwell: t, lag: 0 }).kind === 'fail';
    for (const [rule, fires] of [
      ['mixed', failed !== undefined],
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

/** At most 0.1 % of the healthy releases are taken back, and no fault is found later than expected by more than 10 % and one look. */
export function regionChecks(results: readonly RegionResult[]): { good: boolean; text: string }[] {
  return results.map(({ scene, trials, outcomes, wronglyNamed }) => {
    const { seconds } = outcomes.mixed;
    if (scene.expected === undefined)
      return {
        good: 1 - chanceOfFewer(seconds.length, 0.001 * trials) >= 0.005,
        text: `regions, ${scene.name}: ${seconds.length} of ${trials} taken back (at most 0.1 %)`,
      };
    const found = median(seconds) ?? Number.POSITIVE_INFINITY;
    return {
      good: found <= scene.expected.seconds * 1.1 + pollSeconds && wronglyNamed <= 0.05 * trials,
      text: `regions, ${scene.name}: ${found} s (${scene.expected.seconds} s), a healthy region named in ${percent(wronglyNamed, trials)} (5 %)`,
    };
  });
}
