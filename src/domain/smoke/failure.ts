interface FailureBase {
  /** What is wrong, in one sentence. It may quote the answer, so its values are hostile; they are cut to a bounded length. */
  what: string;
}

/** The answer has another status than the case allows. */
export interface StatusFailure extends FailureBase {
  check: 'status';
  status: number;
  /** The allowed statuses, in words. */
  expected: string;
  /** The status as text, for the report. */
  found: string;
}

export interface CheckFailure extends FailureBase {
  check:
    | 'answer'
    | 'text'
    | 'cer'
    | 'wer'
    | 'contains'
    | 'matches'
    | 'field'
    | 'header'
    | 'latency'
    | 'preset'
    | 'champion';
  expected?: string | undefined;
  found?: string | undefined;
}

/** One way in which an answer differs from what the suite expects. */
export type Failure = StatusFailure | CheckFailure;

/** Cuts a hostile value to a length that fits into a sentence. */
export const short = (text: string, most = 120): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
