/** How a text becomes comparable units. Both texts of a comparison always get the same treatment. */
export interface TextPolicy {
  /**
   * `ignore` removes all white space, `collapse` turns every run of it, line ends included, into one space, and `keep`
   * leaves it alone. `auto` means `ignore` if the expected text contains Hangul, Han or Kana, because OCR engines rarely
   * get the spacing of those scripts right, and `collapse` otherwise.
   */
  whitespace: 'auto' | 'ignore' | 'collapse' | 'keep';
  /** With `grapheme` (UAX 29), a sequence without a composed form, such as old Hangul or an emoji, is one unit. */
  unit: 'code-point' | 'grapheme';
  /** Uses NFKC, so that full-width letters, ligatures and unit signs equal their plain forms. */
  compat: boolean;
  /** Treats all kinds of quotes as equal, and likewise all dashes and all middle dots. */
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

/** U+0085 ends a line too, but `\s` of a regular expression does not know it. */
const lineEnds = /\r[\n\u0085]?|\u0085/g;
/** Byte order mark, zero-width space and soft hyphen. They are invisible, and engines often leave them in the text. */
const invisible = /[\ufeff\u200b\u00ad]/g;
/** Normalisation sorts the combining marks of a letter in quadratic time, so only thirty are kept, the stream-safe limit of UAX 15. */
const excessCombining = /(\p{M}{30})\p{M}+/gu;
/** Korean uses U+318D as a middle dot, but NFKC turns it into an old vowel. So middle dots are unified before NFKC. */
const middleDots = /[\u00b7\u318d\u30fb\uff65\u2022\u2219\u22c5\u119e]/g;
const families: readonly [RegExp, string][] = [
  [/[\u2018\u2019\u201a\u201b\u2032\u0060\u00b4]/g, "'"],
  [/[\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb]/g, '"'],
  [/[\u2010-\u2015\u2212\u2e3a\ufe58\ufe63\uff0d]/g, '-'],
  [middleDots, '\u00b7'],
];

const spacelessScripts = /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Replaces `auto` according to the expected text. The recognised text has no influence. */
export function settlePolicy(
  policy: TextPolicy,
  expected: string,
): TextPolicy & { whitespace: 'ignore' | 'collapse' | 'keep' } {
  const auto = spacelessScripts.test(expected) ? 'ignore' : 'collapse';
  return { ...policy, whitespace: policy.whitespace === 'auto' ? auto : policy.whitespace };
}

/** Makes characters comparable and leaves white space alone. Always NFC, because a Hangul syllable has two spellings. */
export function fold(text: string, policy: TextPolicy): string {
  let folded = text.replace(lineEnds, '\n').replace(invisible, '').replace(excessCombining, '$1');
  if (policy.compat) folded = folded.replace(middleDots, '\u00b7').normalize('NFKC');
  else folded = folded.normalize('NFC');
  if (policy.equivalents) for (const [family, plain] of families) folded = folded.replace(family, plain);
  return policy.ignoreCase ? folded.toLowerCase().normalize('NFC') : folded;
}

/** The text in the form in which the policy compares it. `auto` counts as `collapse` here; see `settlePolicy`. */
export function comparable(text: string, policy: TextPolicy): string {
  const folded = fold(text, policy);
  if (policy.whitespace === 'keep') return folded;
  return policy.whitespace === 'ignore' ? folded.replace(/\s+/gu, '') : folded.replace(/\s+/gu, ' ').trim();
}

let segmenter: Intl.Segmenter | undefined;

/** The characters of a text, in the policy's unit. */
export function charactersOf(text: string, unit: TextPolicy['unit']): string[] {
  if (unit === 'code-point') return Array.from(text);
  // The first one costs a third of the start of Node, and few suites ask for graphemes.
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The words of a folded text. */
export function wordsOf(folded: string): string[] {
  return folded.split(/\s+/u).filter(Boolean);
}

/** Splits Hangul syllables into letters. NFD is exact for modern Hangul. */
export function jamoOf(text: string): string[] {
  return Array.from(text.normalize('NFD'));
}
