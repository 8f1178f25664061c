/** How a text is cut into comparable units. Both sides of a comparison always get the same treatment. */
export interface TextPolicy {
  /**
   * `ignore`: no white space at all; `collapse`: every run, line ends too, is one space; `keep`: as it is.
   * `auto` is `ignore` where the expected text holds Hangul, Han or Kana, whose spacing OCR engines rarely get right.
   */
  whitespace: 'auto' | 'ignore' | 'collapse' | 'keep';
  /** `grapheme` (UAX 29) keeps what has no composed form, such as old Hangul or emoji sequences, as one unit. */
  unit: 'code-point' | 'grapheme';
  /** NFKC, so that full-width letters, ligatures and unit signs equal their plain forms. */
  compat: boolean;
  /** Quotes, dashes and middle dots of every kind are the same. */
  equivalents: boolean;
  ignoreCase: boolean;
}

export const defaultPolicy: TextPolicy = {
  whitespace: 'auto',
  unit: 'code-point',
  compat: false,
  equivalents: false,
  ignoreCase: false,
};

/** Byte order mark, zero-width space and soft hyphen: never visible, often left behind by engines. */
const invisible = /[\ufeff\u200b\u00ad]/g;
/** Normalising sorts the marks of one letter, quadratically: more than UAX 15's stream-safe thirty are not kept. */
const markPile = /(\p{M}{30})\p{M}+/gu;
/** NFKC makes U+318D, used as a middle dot in Korean, a bare old vowel; so it is unified before. */
const middleDots = /[\u00b7\u318d\u30fb\uff65\u2022\u2219\u22c5\u119e]/g;
const families: readonly [RegExp, string][] = [
  [/[\u2018\u2019\u201a\u201b\u2032\u0060\u00b4]/g, "'"],
  [/[\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb]/g, '"'],
  [/[\u2010-\u2015\u2212\u2e3a\ufe58\ufe63\uff0d]/g, '-'],
  [middleDots, '\u00b7'],
];

const spacelessScripts = /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Settles `auto` by the expected text; what was recognised has no say in it. */
export function settlePolicy(
  policy: TextPolicy,
  expected: string,
): TextPolicy & { whitespace: 'ignore' | 'collapse' | 'keep' } {
  const auto = spacelessScripts.test(expected) ? 'ignore' : 'collapse';
  return { ...policy, whitespace: policy.whitespace === 'auto' ? auto : policy.whitespace };
}

/** Characters made comparable, white space untouched. NFC always: one Hangul syllable has two spellings. */
export function fold(text: string, policy: TextPolicy): string {
  let folded = text.replace(/\r\n?/g, '\n').replace(invisible, '').replace(markPile, '$1');
  if (policy.compat) folded = folded.replace(middleDots, '\u00b7').normalize('NFKC');
  else folded = folded.normalize('NFC');
  if (policy.equivalents) for (const [family, plain] of families) folded = folded.replace(family, plain);
  return policy.ignoreCase ? folded.toLowerCase().normalize('NFC') : folded;
}

/** A text as the policy compares it: folded, and white space by the policy (`auto` is `collapse` here). */
export function comparable(text: string, policy: TextPolicy): string {
  const folded = fold(text, policy);
  if (policy.whitespace === 'keep') return folded;
  return policy.whitespace === 'ignore' ? folded.replace(/\s+/gu, '') : folded.replace(/\s+/gu, ' ').trim();
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

export function charactersOf(text: string, unit: TextPolicy['unit']): string[] {
  return unit === 'grapheme'
    ? Array.from(segmenter.segment(text), ({ segment }) => segment)
    : Array.from(text);
}

export function wordsOf(text: string, policy: TextPolicy): string[] {
  return fold(text, policy).split(/\s+/u).filter(Boolean);
}

/** Hangul syllables as their letters: NFD is exact for modern Hangul. */
export function jamoOf(text: string): string[] {
  return Array.from(text.normalize('NFD'));
}
