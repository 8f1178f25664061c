import { type CheckFailure, short } from './failure.ts';
import { SlowPattern } from './match.ts';

/** Patterns search at most this many characters of an answer. */
export const maxMatched = 100_000;

/** Runs `work`, and turns a pattern that takes too long on this answer into one failure. */
export function withinTime(
  check: CheckFailure['check'],
  pattern: string,
  work: () => CheckFailure[],
): CheckFailure[] {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SlowPattern)) throw error;
    const what = `The pattern /${short(pattern)}/ takes too long on this answer: make it simpler, without a repetition inside a repetition.`;
    return [{ check, what }];
  }
}
