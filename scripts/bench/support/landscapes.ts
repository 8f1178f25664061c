import { byCost } from '../../../src/domain/capacity/cost.ts';
import { combine, type Point, samePoint } from '../../../src/domain/capacity/point.ts';
import { isFinal, type Known, nextPoint, nextTest } from '../../../src/domain/capacity/search.ts';
import {
  type Answer,
  answerOf,
  count,
  fewestCalls,
  newTally,
  type Test,
} from '../../../src/domain/capacity/sequential.ts';
import { type Random, random } from '../../bench-watch/random.ts';

/**
 * Services with a known law of latency, so that the cheapest configuration is known. A call waits for a slot, uses a CPU that it shares
 * with the calls beside it, and waits for others. Its time is log-normal around that.
 */
export interface Landscape {
  seed: number;
  /** Milliseconds of CPU that a call uses, and that it waits for others. */
  cpuMs: number;
  ioMs: number;
  /** How many CPUs an instance can use at a time. */
  threads: number;
  baseMib: number;
  callMib: number;
  sigma: number;
  rate: number;
  limitMs: number;
}

export const axes = {
  cpu: [0.5, 1, 2, 4],
  memoryMib: [512, 1024, 2048, 4096],
  concurrency: [1, 2, 4, 8],
  instances: [1, 2, 4, 8],
};

export function landscapeOf(seed: number): Landscape {
  const next = random(seed);
  const between = (low: number, high: number) => low + next() * (high - low);
  const cpuMs = between(50, 800);
  const ioMs = between(0, 600);
  return {
    seed,
    cpuMs,
    ioMs,
    threads: [1, 1, 2, 4][Math.floor(next() * 4)] ?? 1,
    baseMib: between(100, 900),
    callMib: between(10, 250),
    sigma: between(0.1, 0.4),
    rate: between(0.5, 8),
    limitMs: (cpuMs + ioMs) * between(1.5, 5),
  };
}

/** The median time of a call at this configuration. Infinite if it cannot keep up, or has not enough memory. */
export function medianMs(land: Landscape, { cpu, memoryMib, concurrency, instances }: Point): number {
  if (land.baseMib + concurrency * land.callMib > memoryMib) return Number.POSITIVE_INFINITY;
  const load = ((land.rate / instances) * land.cpuMs) / 1000 / Math.min(cpu, land.threads);
  if (load >= 1) return Number.POSITIVE_INFINITY;
  const service = land.ioMs + land.cpuMs / Math.min(1, cpu) / (concurrency === 1 ? 1 : 1 - load);
  const slots = concurrency * instances;
  const used = (land.rate * service) / 1000 / slots;
  if (used >= 1) return Number.POSITIVE_INFINITY;
  // Sakasegawa's approximation of the wait for one of several servers.
  return service + (service * used ** Math.sqrt(2 * (slots + 1))) / (slots * (1 - used));
}

/** The normal distribution (Abramowitz and Stegun 26.2.17). */
function normal(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    (Math.exp(-x * x * 0.5) / Math.sqrt(2 * Math.PI)) *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))) *
    t;
  return x >= 0 ? 1 - tail : tail;
}

export function missRate(land: Landscape, point: Point): number {
  const median = medianMs(land, point);
  return Number.isFinite(median) ? 1 - normal(Math.log(land.limitMs / median) / land.sigma) : 1;
}

function call(land: Landscape, point: Point, next: Random): number | undefined {
  const median = medianMs(land, point);
  if (!Number.isFinite(median)) return undefined;
  const gauss = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return median * Math.exp(land.sigma * gauss);
}

/** Measures one configuration to the end of the test, or until the calls are used up. */
function measure(
  land: Landscape,
  point: Point,
  how: { test: Test; next: Random; most: number },
): { answer: Answer; calls: number } {
  const tally = newTally();
  while (tally.calls < how.most) {
    count(tally, { milliseconds: call(land, point, how.next), limitMs: land.limitMs }, how.test);
    const answer = answerOf(tally, how.test);
    if (answer) return { answer, calls: tally.calls };
  }
  return { answer: 'undecided', calls: tally.calls };
}

export interface Outcome {
  found: Point | undefined;
  /** The cheapest configuration that misses a fifth of what the objective allows, at most. */
  cheapest: Point | undefined;
  /** How often the found configuration misses. */
  misses: number | undefined;
  trials: number;
  calls: number;
  /** The calls that the same test takes for every configuration. */
  gridCalls: number;
  final: boolean;
}

/** Searches one landscape as the action does, and measures the whole grid beside it. */
export function search(
  land: Landscape,
  { test, trials, maxCalls }: { test: Test; trials: number; maxCalls: number },
): Outcome {
  const next = random(land.seed ^ 0x5eed);
  const { points } = combine(axes);
  const known: Known[] = [];
  let calls = 0;
  while (known.length < trials && maxCalls - calls >= fewestCalls(test)) {
    const point = nextPoint(points, known);
    if (!point) break;
    const measured = measure(land, point, { test: nextTest(test, known), next, most: maxCalls - calls });
    calls += measured.calls;
    known.push({ point, answer: measured.answer });
  }
  const found = known
    .filter(({ answer }) => answer === 'keeps')
    .map(({ point }) => point)
    .sort(byCost)[0];
  let gridCalls = 0;
  for (const point of points)
    gridCalls += measure(land, point, { test, next, most: Number.MAX_SAFE_INTEGER }).calls;
  return {
    found,
    cheapest: points.filter((point) => missRate(land, point) <= test.missRate / 5).sort(byCost)[0],
    misses: found && missRate(land, found),
    trials: known.length,
    calls,
    gridCalls,
    final: isFinal(points, known),
  };
}

/** Right: as cheap as the cheapest good configuration, or cheaper within the zone in which either answer is allowed. */
export const isRight = ({ found, cheapest, misses }: Outcome, test: Test): boolean =>
  found === undefined
    ? cheapest === undefined
    : (misses ?? 1) < test.missRate &&
      (cheapest === undefined || byCost(found, cheapest) <= 0 || samePoint(found, cheapest));
