import type { Outcome } from '../findings/verdict.ts';

/** From the best to the worst for the users of a function. */
const order: readonly Outcome[] = [
  'promoted',
  'blocked',
  'yielded',
  'cancelled',
  'superseded',
  'rolled_back',
  'smoke_failed',
  'rejected',
  'held',
  'exposed',
];

/**
 * The outcome of a release with several regions. The region that stopped the others says why, so its outcome is the release's,
 * unless another region ended worse: it is held, or was public. A region without an outcome failed before it released anything.
 */
export function outcomeOf(
  outcomes: Readonly<Record<string, Outcome | undefined>>,
  stoppedBy: string | undefined,
): Outcome | undefined {
  const all = Object.values(outcomes);
  const worst = order[Math.max(-1, ...all.map((outcome) => (outcome ? order.indexOf(outcome) : -1)))];
  if (stoppedBy === undefined) return all.includes(undefined) ? undefined : worst;
  return worst === 'held' || worst === 'exposed' ? worst : outcomes[stoppedBy];
}

type Exposure = 'private' | 'public' | 'unknown';

/** The exposure of the least private region. One that nobody has looked at is unknown, unless nobody has looked at any. */
export function exposureOf(all: readonly (Exposure | undefined)[]): Exposure | undefined {
  if (all.every((one) => one === undefined)) return undefined;
  if (all.includes('public')) return 'public';
  return all.every((one) => one === 'private') ? 'private' : 'unknown';
}
