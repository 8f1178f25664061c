import type { WatchResult } from '../../steps/watch/result.ts';

/** The outputs that a live watch and a replayed one have in common. */
export const watchOutputs = (
  result: Pick<WatchResult, 'blame' | 'decidedAtSeconds' | 'next' | 'requests' | 'bad'>,
) => ({
  blame: result.blame,
  decided_at_seconds: Math.round(result.decidedAtSeconds * 10) / 10,
  next: result.next,
  requests: result.requests,
  bad: result.bad,
});
