/** How a program ended. */
export type ProgramEnding =
  | { kind: 'exit'; code: number }
  /** It did not end in time, and was killed. */
  | { kind: 'deadline'; seconds: number }
  /** It printed more than it may, and was killed. */
  | { kind: 'flood'; bytes: number };

/** Exit codes of BSD's sysexits.h by which a program says that asking again does not help. */
const lasting: Readonly<Record<number, 'refused' | 'unusable'>> = { 77: 'refused', 78: 'unusable' };

export interface EndingProblem {
  /** A clause about the program. */
  problem: string;
  /** `refused`: the login may not read the counts. `unusable`: it can never count. Undefined: the next look may succeed. */
  lasting?: 'refused' | 'unusable' | undefined;
}

/** Why nothing that the program printed counts; undefined if it ended well. */
export function endingProblem(ending: ProgramEnding): EndingProblem | undefined {
  if (ending.kind === 'deadline') return { problem: `did not end within ${ending.seconds} s and was killed` };
  if (ending.kind === 'flood') return { problem: `printed more than ${ending.bytes} bytes and was killed` };
  const { code } = ending;
  if (code === 0) return undefined;
  if (code === 127 || code === 126)
    return { problem: `could not be started (exit code ${code})`, lasting: 'unusable' };
  const signal = code > 128 && code < 160 ? `, which means signal ${code - 128}` : '';
  return { problem: `ended with exit code ${code}${signal}`, lasting: lasting[code] };
}
