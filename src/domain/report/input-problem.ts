/** One thing that is wrong with the inputs of a step. */
export interface InputProblem {
  /** The input, or the inputs that do not fit together. */
  inputs: readonly string[];
  /** What is wrong and what would be right, as a clause without a full stop. */
  problem: string;
}

/** How an input says that it is wrong. */
export type NoteProblem = (inputs: string | readonly string[], problem: string) => void;

/** The problem in one line, without a full stop. */
export const inputProblemText = ({ inputs, problem }: InputProblem): string =>
  `${inputs.join(' and ')}: ${problem}`;
