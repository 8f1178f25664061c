import { escapeRegExp } from '../../../data/escape-regexp.ts';
import { isPlaceholder } from '../placeholder.ts';

/** A secret that is recognised by its form alone, in any file. A form is so strict that no other text has it. */
export interface SecretForm {
  what: string;
  /** The scan searches for these bytes first. */
  markers: readonly string[];
  /** Sticky if the secret begins with the marker. Otherwise global: the match has to contain the marker. */
  form: RegExp;
  /** A further check of the text that matched. */
  holds: (match: RegExpExecArray) => boolean;
}

/** Characters before and after the start of a marker that are read. */
export const window = { before: 200, after: 500 };

/** Keys that every installation of an emulator of Azure has, and that its documentation prints. */
const emulators = /Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1|C2y6yDjf5\/R\+ob0N8A7Cgv30VRDJIWEHLM/;

/** False for examples of a documentation, for words, and for characters that only fill a line. */
export function isRandom(text: string): boolean {
  if (/example|sample|your|dummy|fake|redacted|placeholder|x{4}|12345|abcde/i.test(text)) return false;
  if (/(.)\1{5}|(.{2,12})\2\2/.test(text) || emulators.test(text)) return false;
  if (
    /[-_. ]/.test(text) &&
    text.split(/[-_. ]+/).every((word) => /^([A-Z]?[a-z]{0,14}|[A-Z]{1,14}|v?\d{1,3})$/.test(word))
  )
    return false;
  return [/[a-z]/, /[A-Z]/, /[0-9]/].filter((kind) => kind.test(text)).length > 1;
}

const oneOf = (texts: readonly string[]) => `(?:${texts.map(escapeRegExp).join('|')})`;

/**
 * A token that begins with one of `markers`. `body` is what follows, as a pattern. The character before must not belong to
 * a longer word, and the one after must not continue the token.
 */
export const token = (
  what: string,
  markers: readonly string[],
  body: string,
  holds: SecretForm['holds'] = ([all, rest]) => isRandom(rest ?? all),
): SecretForm => ({
  what,
  markers,
  form: new RegExp(`(?<![A-Za-z0-9])${oneOf(markers)}(${body})(?![\\w-])`, 'y'),
  holds,
});

/** A token with a marker inside: `body` is a pattern of the whole. */
export const around = (what: string, markers: readonly string[], body: string): SecretForm => ({
  what,
  markers,
  form: new RegExp(`(?<![A-Za-z0-9+/])${body}(?![\\w+/=-])`, 'g'),
  holds: ([all]) => isRandom(all),
});

/** A setting with a value that has no form of its own: only the name tells what it is. */
export const named = (what: string, names: readonly string[], value: string): SecretForm => {
  const markers = [...new Set(names.flatMap(spellings))];
  return {
    what,
    markers,
    form: new RegExp(
      `${oneOf(markers)}\\\\?["']?\\]?\\s*(?::=|=>|[:=,])\\s*\\\\?["'\`]?(${value})(?![\\w+/=.~-])`,
      'y',
    ),
    holds: ([, text = '']) => isRandom(text) && !isPlaceholder(text),
  };
};

/** `AWS_SECRET_KEY` is also written aws_secret_key, aws-secret-key, awsSecretKey and AwsSecretKey. */
function spellings(name: string): string[] {
  const words = name.toLowerCase().split('_');
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return [name, words.join('_'), words.join('-'), pascal.charAt(0).toLowerCase() + pascal.slice(1), pascal];
}
