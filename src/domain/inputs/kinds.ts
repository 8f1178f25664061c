import { nearest } from '../data/nearest.ts';
import { parseBoolean, parseDuration, parseInteger, parseList, parsePercentage } from '../data/parse.ts';
import type { Kind, Shown } from './kind.ts';

interface TextRules {
  pattern?: RegExp;
  /** Completes the sentence "expected ...". */
  expected: string;
  /** The greatest length of a value, in characters. */
  maxLength?: number;
  shown?: Shown;
}

export function text({ pattern, expected, maxLength = 1000, shown = 'value' }: TextRules): Kind<string> {
  return {
    expected,
    shown,
    parse(value) {
      if (value.length > maxLength)
        throw new Error(`expected at most ${maxLength} characters, found ${value.length}`);
      if (pattern && !pattern.test(value)) throw new Error(`expected ${expected}`);
      return value;
    },
  };
}

/**
 * A path, absolute or relative to the workspace. Windows writes a backslash where other systems write a slash, and also takes
 * the slash. So a workflow can move from one runner to another.
 */
export function path(expected: string): Kind<string> {
  const kind = text({ expected, pattern: /^[^\0]+$/ });
  return { ...kind, parse: (value) => kind.parse(value).replaceAll('\\', '/') };
}

export const boolean: Kind<boolean> = {
  expected: 'true or false',
  shown: 'value',
  words: ['true', 'false'],
  parse: parseBoolean,
};

export function integer(min: number, max: number): Kind<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    shown: 'value',
    range: `${min} to ${max}`,
    parse: (value) => parseInteger(value, min, max),
  };
}

/** A duration in seconds. The limits are written as a user would write them: `duration('1s', '6h')`. */
export function duration(min: string, max: string): Kind<number> {
  const least = parseDuration(min);
  const most = parseDuration(max);
  const range = `${min} to ${max}`;
  return {
    expected: `a duration from ${range}`,
    shown: 'value',
    range,
    parse(value) {
      const seconds = parseDuration(value);
      if (!(seconds >= least && seconds <= most)) throw new Error(`expected ${range}`);
      return seconds;
    },
  };
}

/** Like `duration`, without fractions of a second. */
export function wholeSeconds(min: string, max: string): Kind<number> {
  const kind = duration(min, max);
  return {
    ...kind,
    parse(value) {
      const seconds = kind.parse(value);
      if (!Number.isInteger(seconds)) throw new Error(`expected whole seconds from ${kind.range}`);
      return seconds;
    },
  };
}

/** A fraction from 0 to 1. */
export const percentage: Kind<number> = {
  expected: 'a percentage such as 99.5% or a fraction such as 0.995',
  shown: 'value',
  parse: parsePercentage,
};

const plainWord = (word: string) => word.toLowerCase().replace(/[\s_-]+/g, '_');

/** One of some words, in any case, with hyphens, underscores or spaces between their parts. */
export function choice<const T extends string>(words: readonly T[]): Kind<T> {
  const expected = `one of ${words.join(', ')}`;
  return {
    expected,
    shown: 'value',
    words,
    parse(value) {
      const found = words.find((word) => plainWord(word) === plainWord(value));
      if (!found) {
        const near = value.length <= 40 ? nearest(value, words) : undefined;
        throw new Error(`expected ${expected}${near === undefined ? '' : ` (did you mean ${near}?)`}`);
      }
      return found;
    },
  };
}

/** A list, separated by commas or newlines, whose items all have the same kind. */
export function list(item: Kind<string>): Kind<string[]> {
  return {
    expected: `a list, each item ${item.expected}`,
    shown: item.shown,
    parse: (value) =>
      parseList(value).map((part, index) => {
        try {
          return item.parse(part);
        } catch (error) {
          throw new Error(`item ${index + 1}: ${(error as Error).message}`);
        }
      }),
  };
}
