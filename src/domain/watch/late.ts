import { countText, elapsedText } from '../text/numbers.ts';

/** Counts that are less late than this are nearly as good as the request log. */
const noticeableSeconds = 60;
/** What a decision takes beyond the delay of its counts: the minute that a request is counted in. */
const minuteSeconds = 60;
/** The example: requests a second of the candidate, and the fraction of them that fail. */
export const example = { rps: 10, rate: 0.5 } as const;

/** When a release that fails every second request is taken back, and how many bad answers there are until then. */
export function lateCost(lagSeconds: number): { seconds: number; bad: number } {
  const seconds = lagSeconds + minuteSeconds;
  return { seconds, bad: seconds * example.rps * example.rate };
}

/** What it costs that the counts come so late, in a sentence. test/domain/watch/late.test.ts compares it with the simulation. */
export function lateText(lagSeconds: number): string | undefined {
  // A report that was read from a file may hold anything.
  if (!Number.isFinite(lagSeconds) || lagSeconds < noticeableSeconds) return undefined;
  const { seconds, bad } = lateCost(lagSeconds);
  return `At ${example.rps} requests a second, counts this late take back a release that fails every second request after about ${elapsedText(seconds)}, and ${countText(bad)} bad answers. The request log takes 20s and 100.`;
}
