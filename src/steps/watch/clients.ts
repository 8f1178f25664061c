import { clientOdds, clientsBefore } from '../../domain/evidence/client-test.ts';
import type { Decision } from '../../domain/evidence/decide.ts';
import { alphaOf } from '../../domain/evidence/state.ts';
import type { ClientFacts } from '../../domain/watch/clients/facts.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import type { WatchRequest } from './request.ts';

/** Undefined if no answer was seen before the candidate had all traffic: then 0 % would claim too much. */
function beforeOf(clients: NonNullable<WatchState['clients']>): number | undefined {
  const { before, candidate, baseline } = clients;
  return (before?.total ?? 0) + candidate.total + baseline.total > 0
    ? clientsBefore(clients).rate
    : undefined;
}

/** What the watch knows about 4xx so far. Undefined if the source does not tell them apart. */
export function clientFactsOf(
  request: Pick<WatchRequest, 'clientErrors' | 'objectives'>,
  state: WatchState,
  decision: Pick<Decision, 'clientErrors'> | undefined,
): ClientFacts | undefined {
  const { clients, plan } = state;
  if (!clients) return undefined;
  const alpha = alphaOf(plan).clients;
  const compared = plan.clients === true;
  const counted = request.objectives.some(({ clientErrors }) => clientErrors);
  return {
    judged: compared ? 'compare' : counted ? 'count' : 'ignore',
    candidate: { ...clients.candidate },
    baseline: { ...clients.baseline },
    alone: clients.alone ? { ...clients.alone.all } : undefined,
    before: beforeOf(clients),
    odds: compared ? clientOdds(clients) : undefined,
    actsAt: compared ? -Math.log(alpha) : undefined,
    decided: decision?.clientErrors,
  };
}
