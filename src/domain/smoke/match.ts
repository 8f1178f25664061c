/** A pattern ran longer on a hostile text than it is allowed to. */
export class SlowPattern extends Error {}

/**
 * Returns the first match and its groups, the whole match first; undefined if nothing matches. An implementation that
 * can interrupt a match throws SlowPattern when its time is over.
 */
export type Match = (pattern: string, flags: string, text: string) => (string | undefined)[] | undefined;

/** Has no time limit, so it is only for tests and for texts that do not come from a server. */
export const plainMatch: Match = (pattern, flags, text) => {
  const found = new RegExp(pattern, flags).exec(text);
  return found ? [...found] : undefined;
};
