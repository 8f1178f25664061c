import type { Verdict } from '../../findings/verdict.ts';
import { plural } from '../../text/sentence.ts';
import { chanceOf, intervalOf } from './paired-test.ts';

/** One image that both revisions have read: the character error rates, at most 1 each. */
export interface Pair {
  name: string;
  candidate: number;
  champion: number;
}

/** How the candidate reads beside the revision that serves, on the same images. */
export interface Comparison {
  verdict: Verdict;
  images: number;
  /** Means over the images. */
  candidate: number;
  champion: number;
  /** How much larger the candidate's rate is, and the interval of 90 % around it. */
  difference: number;
  low: number;
  high: number;
  /** The largest difference that is allowed. */
  allowed: number;
  worse: number;
  better: number;
  /** How many images would decide with a chance of 80 %, if they are like these. Undefined: decided, or no number would. */
  enough: number | undefined;
  /** The images that the candidate reads worse, the worst first. */
  worst: Pair[];
}

/** The chance of a wrong decision on either side. */
const alpha = 0.05;
/** Fewer images never prove a candidate: what strikes one image in five would too often be on none of them. */
const fewest = 10;
const most = 10_000;
/** Of a normal distribution, for 95 % and 80 %. */
const needed = 1.645 + 0.842;

/**
 * Decides whether the candidate reads worse by more than is allowed. `fail`: the differences are above zero, and above what is allowed, and not by
 * chance. `pass`: they are below it, and not by chance. Else the images are too few to tell.
 *
 * If both revisions read equally well, a fail by chance has at most 5 %, whatever the differences look like. For the border itself the
 * test takes the differences to lie evenly around their mean; rare and large ones are seen only with many images.
 */
export function decide(differences: readonly number[], allowed: number): Verdict {
  const above = (limit: number) => chanceOf(differences.map((value) => value - limit)) <= alpha;
  if (above(0) && above(allowed)) return 'fail';
  if (differences.length < fewest) return 'inconclusive';
  return chanceOf(differences.map((value) => allowed - value)) <= alpha ? 'pass' : 'inconclusive';
}

/** The decision with everything that a reader needs to follow it. */
export function compare(pairs: readonly Pair[], allowed: number): Comparison {
  const differences = pairs.map(({ candidate, champion }) => candidate - champion);
  const images = pairs.length;
  const mean = (values: readonly number[]) =>
    images === 0 ? 0 : values.reduce((all, value) => all + value, 0) / images;
  const difference = mean(differences);
  const verdict = decide(differences, allowed);
  const [low, high] = intervalOf(differences, alpha);
  return {
    verdict,
    images,
    candidate: mean(pairs.map(({ candidate }) => candidate)),
    champion: mean(pairs.map(({ champion }) => champion)),
    ...{ difference, low, high, allowed },
    worse: differences.filter((value) => value > 0).length,
    better: differences.filter((value) => value < 0).length,
    enough: verdict === 'inconclusive' ? enoughImages(differences, difference, allowed) : undefined,
    worst: pairs
      .filter(({ candidate, champion }) => candidate > champion)
      .sort((a, b) => b.candidate - b.champion - (a.candidate - a.champion))
      .slice(0, 5),
  };
}

/** By the normal approximation: the images at which the mean is as far from the border as the noise allows. */
function enoughImages(differences: readonly number[], mean: number, allowed: number): number | undefined {
  const count = differences.length;
  if (count < 2) return undefined;
  const variance = differences.reduce((all, value) => all + (value - mean) ** 2, 0) / (count - 1);
  const enough = Math.ceil(needed ** 2 * (variance / (mean - allowed) ** 2));
  return enough <= most ? Math.max(enough, fewest, count + 1) : undefined;
}

const percent = (rate: number) => `${(rate * 100).toFixed(2)} %`;
/** A difference of rates in percentage points, without -0.00. */
export const points = (rate: number) => (Math.round(rate * 10_000) / 100 + 0).toFixed(2);

/** One sentence for log, reason and finding. */
export function comparisonText(found: Comparison, revision: string): string {
  const { images, candidate, champion, difference, low, high, allowed, verdict, enough } = found;
  const rates = `CER ${percent(candidate)}, and ${percent(champion)} by ${revision} on the same ${plural(images, 'image')}`;
  const fewer = points(difference).startsWith('-');
  const side = (rate: number) =>
    fewer ? `${points(Math.abs(rate))} ${points(rate).startsWith('-') ? 'fewer' : 'more'}` : points(rate);
  const size = `${points(Math.abs(difference))} points ${fewer ? 'fewer' : 'more'} (90 % interval ${side(low)} to ${side(high)}), allowed ${points(allowed)}${fewer ? ' more' : ''}`;
  const more =
    verdict !== 'inconclusive'
      ? ''
      : enough === undefined
        ? ': too few images to tell'
        : `: too few images to tell, about ${enough} like these would be enough`;
  return `${rates}: ${size}${more}.`;
}
