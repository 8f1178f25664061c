/**
 * How long answers took, counted in steps of an eighth, so that a quantile is right within 6 %. It decides nothing: a picture
 * shows it. Objectives of latency count the slow answers themselves.
 */

const perDoubling = 6;
/** Answers of less than a millisecond share the first step; those of over an hour the last. */
const lastStep = 22 * perDoubling;

/** Finished requests of one revision by how long they took: step and count. */
export interface LatencyCount {
  /** Empty if the source cannot tell. */
  revision: string;
  /** Index of the last mark that is not after the request. -1 if the request came before all marks. */
  span: number;
  steps: readonly (readonly [step: number, count: number])[];
}

export const stepOf = (milliseconds: number): number =>
  Math.max(0, Math.min(lastStep, Math.ceil(perDoubling * Math.log2(Math.max(1, milliseconds)))));

/** The middle of a step in milliseconds, on a logarithmic scale. */
const middleOf = (step: number): number => 2 ** ((step - 0.5) / perDoubling);

/** Half of the answers, and nineteen of twenty, took at most so many milliseconds. */
export interface Quantiles {
  half: number;
  most: number;
  count: number;
}

type Steps = Map<number, number>;

function quantilesOf(steps: Steps): Quantiles | undefined {
  const sorted = [...steps].sort(([a], [b]) => a - b);
  const count = sorted.reduce((sum, [, n]) => sum + n, 0);
  const at = (part: number): number => {
    let left = part * count;
    for (const [step, n] of sorted) {
      left -= n;
      if (left <= 1e-9) return middleOf(step);
    }
    return middleOf(sorted.at(-1)?.[0] ?? 0);
  };
  return count === 0 ? undefined : { half: at(0.5), most: at(0.95), count };
}

type Arm = 'candidate' | 'baseline';

/** The latencies of both revisions of one step of a release: of the last minute, and of all. */
export class LatencyBook {
  readonly #all: Record<Arm, Steps> = { candidate: new Map(), baseline: new Map() };
  #recent: { seconds: number; arm: Arm; steps: LatencyCount['steps'] }[] = [];
  static readonly windowSeconds = 60;
  /** A quantile of fewer answers says nothing. */
  static readonly fewest = 20;

  add(
    seconds: number,
    counts: readonly LatencyCount[],
    names: { candidate: string; baseline?: string | undefined },
  ): void {
    for (const { revision, span, steps } of counts) {
      if (span < 0 || revision === '') continue;
      const arm =
        revision === names.candidate ? 'candidate' : revision === names.baseline ? 'baseline' : undefined;
      if (arm === undefined) continue;
      addSteps(this.#all[arm], steps);
      this.#recent.push({ seconds, arm, steps });
    }
    this.#recent = this.#recent.filter((one) => one.seconds > seconds - LatencyBook.windowSeconds);
  }

  /** Of the last minute. An arm with too few answers is left out. */
  get recent(): Partial<Record<Arm, Quantiles>> {
    const sums: Record<Arm, Steps> = { candidate: new Map(), baseline: new Map() };
    for (const { arm, steps } of this.#recent) addSteps(sums[arm], steps);
    return told(sums);
  }

  get all(): Partial<Record<Arm, Quantiles>> {
    return told(this.#all);
  }
}

function addSteps(to: Steps, steps: LatencyCount['steps']): void {
  for (const [step, count] of steps) to.set(step, (to.get(step) ?? 0) + count);
}

function told(sums: Record<Arm, Steps>): Partial<Record<Arm, Quantiles>> {
  const found: Partial<Record<Arm, Quantiles>> = {};
  for (const arm of ['candidate', 'baseline'] as const) {
    const quantiles = quantilesOf(sums[arm]);
    if (quantiles && quantiles.count >= LatencyBook.fewest) found[arm] = quantiles;
  }
  return found;
}
