import { distance, intern } from '../data/edit-distance.ts';
import { align, type Counts, countRuns, type Run } from './alignment.ts';
import { charactersOf, comparable, jamoOf, settlePolicy, type TextPolicy, wordsOf } from './units.ts';

export interface Confusion {
  /** The unit of the expected text. Empty if the engine added a unit. */
  expected: string;
  /** The unit that was recognised. Empty if the engine left a unit out. */
  recognised: string;
  count: number;
}

/**
 * How far a recognised text is from the expected one. Rates are edits divided by the units of the **expected** text, as
 * in jiwer, dinglehopper and the literature, so they may exceed 1. If the expected text is empty, a rate is 0 if nothing
 * was recognised and 1 otherwise; `insertions` then counts what was recognised.
 */
export interface Score extends Counts {
  /** Characters that differ under the policy. Limits such as `max_cer` apply to this number. */
  distance: number;
  /** Characters of the expected text; the denominator of `cer`. */
  length: number;
  cer: number;
  /** distance / (distance + correct), from 0 to 1, as OCR-D reports it. */
  normalisedCer: number;
  /** Like `cer`, but white space counts as one space. Equal to `cer` unless the policy ignores white space. */
  spacedCer: number;
  /** Like `cer`, but over Hangul letters instead of syllables. For information; no limit uses it. */
  jamoCer: number;
  wer: number;
  words: number;
  /** Difference of the word counts, divided by the words of both texts. Independent of reading order. */
  bagOfWords: number;
  whitespace: 'ignore' | 'collapse' | 'keep';
  confusions: Confusion[];
}

/** Both texts are cut after this many characters, because a hostile server must not cost the job minutes. */
export const maxScored = 100_000;

/** Takes a comparable text: before folding, the same text may have another length (CRLF, NFD) and be cut elsewhere. */
function cut(text: string): string {
  if (text.length <= maxScored) return text;
  return Array.from(text.slice(0, 2 * maxScored))
    .slice(0, maxScored)
    .join('');
}

/** Edits per expected unit. Never NaN and never infinite. */
export function rate(edits: number, length: number): number {
  return length > 0 ? edits / length : edits > 0 ? 1 : 0;
}

/** Compares which words occur how often, from 0 (the same) to 1 (nothing in common). */
export function bagOfWords(expected: readonly string[], recognised: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const word of expected) counts.set(word, (counts.get(word) ?? 0) + 1);
  for (const word of recognised) counts.set(word, (counts.get(word) ?? 0) - 1);
  let differing = 0;
  for (const count of counts.values()) differing += Math.abs(count);
  return rate(differing, expected.length + recognised.length);
}

/** Which units were read as which others, the most frequent first. */
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

/** Scores a recognised text against the expected one. */
export function score(expected: string, recognised: string, wanted: TextPolicy): Score {
  const policy = settlePolicy(wanted, expected);
  const left = cut(comparable(expected, policy));
  const right = cut(comparable(recognised, policy));
  const a = charactersOf(left, policy.unit);
  const b = charactersOf(right, policy.unit);
  const runs = align(intern(a, b));
  const counts = countRuns(runs);
  const edits = counts.substitutions + counts.deletions + counts.insertions;
  const jamoA = jamoOf(left);
  const spaced = { ...policy, whitespace: 'collapse' as const };
  const spacedLeft = cut(comparable(expected, spaced));
  const spacedRight = cut(comparable(recognised, spaced));
  const spacedA = charactersOf(spacedLeft, policy.unit);
  const spacedB = charactersOf(spacedRight, policy.unit);
  const wordsA = wordsOf(spacedLeft);
  const wordsB = wordsOf(spacedRight);
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
