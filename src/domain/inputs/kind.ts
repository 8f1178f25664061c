/**
 * How much of a value may be shown in a message or a report. `keys` shows the keys of a map and hides its values;
 * `origin` shows scheme and host of a URL and hides user, password, path and query; `plain` shows a text that consists of ordinary
 * words, such as a path or the name of an account, and nothing of another one; `query` shows the names in a query, and a short hash
 * that tells it from others.
 */
export type Shown = 'value' | 'keys' | 'origin' | 'plain' | 'query' | 'hidden';

/** What an input takes: its parser, and how to describe a valid value. */
export interface Kind<T> {
  /** Throws an `Error` that says what it expected. The message never quotes the user's text. */
  parse(text: string): T;
  /** Completes the sentence "expected ...". */
  expected: string;
  shown: Shown;
  /** For a choice, the words that it takes. */
  words?: readonly string[];
  /** For a number, a duration or a length, its limits in words, such as `1s to 6h`. */
  range?: string;
}

/** A kind with its own parser, such as `canary`. */
export function custom<T>(expected: string, parse: (text: string) => T, shown: Shown = 'value'): Kind<T> {
  return { expected, parse, shown };
}
