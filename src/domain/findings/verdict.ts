/** What a stage found: `inconclusive` is an answer of its own, never a quiet pass. */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** How an action ended. docs/glossary.md defines each word. */
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

/** The worst of several verdicts; nothing looked at is `inconclusive`. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'inconclusive';
  return order[Math.max(...verdicts.map((verdict) => order.indexOf(verdict)))] ?? 'inconclusive';
}
