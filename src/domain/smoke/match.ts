/** A pattern that ran longer than it may on a hostile text. */
export class SlowPattern extends Error {}

/**
 * Groups of the first match, the whole match first; undefined where nothing matches. An adapter that can interrupt a
 * match throws SlowPattern after its time.
 */
export type Match = (pattern: string, flags: string, text: string) => (string | undefined)[] | undefined;

/** Without a limit of time: for tests and for texts of our own. */
export const plainMatch: Match = (pattern, flags, text) => {
  const found = new RegExp(pattern, flags).exec(text);
  return found ? [...found] : undefined;
};
