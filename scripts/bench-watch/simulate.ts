import { poisson, type Random, random } from './random.ts';
import type { Bin, Rule } from './rules.ts';
import { pollSeconds, type Scene, watchSeconds } from './scenes.ts';

export interface Outcome {
  rule: string;
  trials: number;
  /** How often the release was taken back. */
  taken: number;
  /** Seconds from the onset to the rollback, over the watches that took the release back: median and 95th percentile. */
  seconds: number | undefined;
  slow: number | undefined;
  /** Median of the bad requests that were served from the onset to the rollback, or to the end if there was none. */
  bad: number;
}

/** The result of every rule for one scene; `scene` is its index in `scenes()`. */
export interface Cell {
  scene: number;
  outcomes: Outcome[];
}

const quantile = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

function draw(scene: Scene, next: Random): Bin[] {
  const beside = scene.share < 1 ? (scene.rps * (1 - scene.share)) / scene.share : 0;
  return Array.from({ length: watchSeconds / pollSeconds }, (_, i) => {
    const at = (i + 0.5) * pollSeconds;
    const [p, q] = [scene.candidate(at), scene.baseline(at)];
    const bad = poisson(next, scene.rps * pollSeconds * p);
    const baselineBad = poisson(next, beside * pollSeconds * q);
    return {
      bad,
      total: bad + poisson(next, scene.rps * pollSeconds * (1 - p)),
      baselineBad,
      baselineTotal: baselineBad + poisson(next, beside * pollSeconds * (1 - q)),
    };
  });
}

/** Runs all rules on the same traffic. Each rule goes on looking until the last request of the watch is counted. */
export function simulate(scene: Scene, rules: readonly Rule[], trials: number, seed: number): Outcome[] {
  const next = random(seed);
  const results = rules.map(() => ({ seconds: [] as number[], bad: [] as number[] }));
  for (let trial = 0; trial < trials; trial++) {
    const bins = draw(scene, next);
    const badUntil = [0];
    for (const { bad } of bins) badUntil.push((badUntil.at(-1) ?? 0) + bad);
    const served = (t: number) =>
      (badUntil[Math.min(bins.length, Math.floor(t / pollSeconds))] ?? 0) -
      (badUntil[scene.onset / pollSeconds] ?? 0);
    rules.forEach((rule, r) => {
      const run = rule.start(scene.share);
      const result = results[r] as (typeof results)[number];
      const end = watchSeconds + rule.lag;
      let t = pollSeconds;
      while (t <= end && !run.look(t, bins, Math.min(watchSeconds, t - rule.lag))) t += pollSeconds;
      if (t <= end) result.seconds.push(t - scene.onset);
      result.bad.push(served(Math.min(t, watchSeconds)));
    });
  }
  return results.map(({ seconds, bad }, r) => {
    seconds.sort((a, b) => a - b);
    bad.sort((a, b) => a - b);
    return {
      rule: (rules[r] as Rule).name,
      trials,
      taken: seconds.length,
      seconds: quantile(seconds, 0.5),
      slow: quantile(seconds, 0.95),
      bad: quantile(bad, 0.5) ?? 0,
    };
  });
}
