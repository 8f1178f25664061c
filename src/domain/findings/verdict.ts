/** What a stage found. `inconclusive` means that it could not find out, which never counts as a pass. */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** How an action ended. docs/reference/glossary.md defines each word. */
export type Outcome =
  | 'promoted'
  | 'rolled_back'
  | 'rejected'
  | 'held'
  | 'blocked'
  | 'exposed'
  | 'smoke_failed'
  | 'cancelled'
  | 'superseded'
  | 'yielded';

const order: readonly Verdict[] = ['pass', 'inconclusive', 'fail'];

/** The worst of several verdicts. No verdict at all is `inconclusive`. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'inconclusive';
  return order[Math.max(...verdicts.map((verdict) => order.indexOf(verdict)))] ?? 'inconclusive';
}
