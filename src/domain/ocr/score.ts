import { distance, intern } from '../data/edit-distance.ts';
import { align, type Counts, countRuns, type Run } from './alignment.ts';
import { charactersOf, comparable, jamoOf, settlePolicy, type TextPolicy, wordsOf } from './units.ts';

export interface Confusion {
  /** Empty where something was added. */
  expected: string;
  /** Empty where something is missing. */
  recognised: string;
  count: number;
}

/**
 * How far a recognised text is from the expected one. Rates are edits divided by the units of the **expected** text
 * (so they may exceed 1), as jiwer, dinglehopper and the literature have it. An empty expected text gives 0 where
 * nothing was recognised and 1 otherwise; `counts.insertions` then says how much.
 */
export interface Score extends Counts {
  /** Characters that differ, by the policy; this is what gates. */
  distance: number;
  /** Characters of the expected text: the denominator of `cer`. */
  length: number;
  cer: number;
  /** distance / (distance + correct), from 0 to 1, as OCR-D reports it. */
  normalisedCer: number;
  /** As `cer` with white space collapsed instead of ignored; equal to `cer` unless the policy ignores it. */
  spacedCer: number;
  /** Edits of Hangul letters instead of syllables; information only. */
  jamoCer: number;
  wer: number;
  words: number;
  /** Words whose counts differ / words of both sides: blind to reading order. */
  bagOfWords: number;
  whitespace: 'ignore' | 'collapse' | 'keep';
  confusions: Confusion[];
}

/** More characters than this are cut on both sides: what a hostile server sends must not cost minutes. */
export const maxScored = 100_000;

/** Edits per expected unit; never NaN or infinite. */
export function rate(edits: number, length: number): number {
  return length > 0 ? edits / length : edits > 0 ? 1 : 0;
}

export function bagOfWords(expected: readonly string[], recognised: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const word of expected) counts.set(word, (counts.get(word) ?? 0) + 1);
  for (const word of recognised) counts.set(word, (counts.get(word) ?? 0) - 1);
  let differing = 0;
  for (const count of counts.values()) differing += Math.abs(count);
  return rate(differing, expected.length + recognised.length);
}

/** Which units were read as which, the commonest first. */
export function confusionsOf(
  runs: readonly Run[],
  a: readonly string[],
  b: readonly string[],
  most = 5,
): Confusion[] {
  const found = new Map<string, Confusion>();
  const add = (expected: string, recognised: string) => {
    const key = `${expected}\u0000${recognised}`;
    const known = found.get(key);
    if (known) known.count += 1;
    else found.set(key, { expected, recognised, count: 1 });
  };
  for (const run of runs) {
    if (run.kind === 'equal') continue;
    for (let i = 0; i < Math.max(run.aLength, run.bLength); i++)
      add(i < run.aLength ? (a[run.a + i] as string) : '', i < run.bLength ? (b[run.b + i] as string) : '');
  }
  return [...found.values()].sort((x, y) => y.count - x.count).slice(0, most);
}

function distanceOf(a: readonly string[], b: readonly string[]): number {
  return distance(intern(a, b));
}

export function score(expected: string, recognised: string, wanted: TextPolicy): Score {
  const policy = settlePolicy(wanted, expected);
  const cut = (text: string) => (text.length > maxScored ? text.slice(0, maxScored) : text);
  const left = comparable(cut(expected), policy);
  const right = comparable(cut(recognised), policy);
  const a = charactersOf(left, policy.unit);
  const b = charactersOf(right, policy.unit);
  const runs = align(intern(a, b));
  const counts = countRuns(runs);
  const edits = counts.substitutions + counts.deletions + counts.insertions;
  const jamoA = jamoOf(left);
  const spaced = { ...policy, whitespace: 'collapse' as const };
  const spacedA = charactersOf(comparable(cut(expected), spaced), policy.unit);
  const spacedB = charactersOf(comparable(cut(recognised), spaced), policy.unit);
  const wordsA = wordsOf(cut(expected), policy);
  const wordsB = wordsOf(cut(recognised), policy);
  const cer = rate(edits, a.length);
  return {
    ...counts,
    distance: edits,
    length: a.length,
    cer,
    normalisedCer: rate(edits, edits + counts.correct),
    spacedCer: policy.whitespace === 'ignore' ? rate(distanceOf(spacedA, spacedB), spacedA.length) : cer,
    jamoCer: rate(distanceOf(jamoA, jamoOf(right)), jamoA.length),
    wer: rate(distanceOf(wordsA, wordsB), wordsA.length),
    words: wordsA.length,
    bagOfWords: bagOfWords(wordsA, wordsB),
    whitespace: policy.whitespace,
    confusions: confusionsOf(runs, a, b),
  };
}
