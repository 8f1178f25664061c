import { advanceClients, clientStanding } from '../../domain/evidence/client-test.ts';
import { type Decision, decide } from '../../domain/evidence/decide.ts';
import { advance, alphaOf } from '../../domain/evidence/state.ts';
import { policyFor } from '../../domain/watch/outcome.ts';
import { decideBy } from '../../domain/watch/rules.ts';
import { clientsOf, type WatchState } from '../../domain/watch/state.ts';
import type { LookFacts } from './look.ts';
import type { WatchRequest } from './request.ts';

type Judged = Pick<WatchRequest, 'phase' | 'baseline' | 'rule' | 'policy' | 'until'>;

/** Books one look and decides. Changes `state`. */
export function judgeLook(request: Judged, state: WatchState, look: LookFacts): Decision {
  const { phase, rule } = request;
  const { seconds, cells, ended, withheld } = look;
  advance(state.plan, state.evidence, { seconds, phase, cells });
  if (look.clients)
    advanceClients(clientsOf(state), {
      ...{ seconds, phase, cells: look.clients.cells, horizon: look.clients.horizon },
      since: Math.max(0, seconds - look.dwell),
      alone: phase === 'full' || request.baseline === undefined,
    });
  const { dwell, lag } = look;
  const clients =
    state.plan.clients && state.clients
      ? clientStanding(state.clients, alphaOf(state.plan).clients, {
          ended,
          horizon: look.clients?.horizon ?? state.clients.alone?.since ?? 0,
        })
      : undefined;
  const judged = decide(state.plan, state.evidence, { phase, dwell, lag, ended, withheld, clients });
  return decideBy(rule, state, { seconds, cells, ended, withheld, judged });
}

/** True if this decision ends a step before its time. */
export function endsStep({ until, policy }: Judged, decision: Decision): boolean {
  if (decision.kind === 'fail') return true;
  // If 4xx shall not stop the release, the objectives are watched to the end.
  if (decision.clientErrors === 'mostly') return policyFor('client_errors', policy) !== 'promote';
  return decision.kind === 'pass' && until !== 'duration';
}
