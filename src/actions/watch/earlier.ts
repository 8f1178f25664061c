import type { Objective } from '../../domain/slo/objective.ts';
import { countText, elapsedText } from '../../domain/text/numbers.ts';
import type { ClientErrors } from '../../domain/watch/clients/cells.ts';
import { resumeWatch } from '../../domain/watch/resume.ts';
import { testsOf, type WatchState } from '../../domain/watch/state.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import type { WatchTarget } from '../../steps/watch/find-target.ts';
import { savedWatch } from '../../steps/watch/saved-watch.ts';

interface Wanted {
  resume: 'auto' | 'save' | 'off';
  since: unknown;
  alpha: number | undefined;
  clientErrors: ClientErrors;
  probes: number;
  objectives: readonly Objective[];
  source: SliSource;
}

/** The state that a release or another runner left of this very watch; undefined if there is none to continue. */
export function findEarlier(
  log: Log,
  target: WatchTarget,
  wanted: Wanted,
): { at: number; state: WatchState } | undefined {
  if (wanted.resume === 'off' || wanted.since !== undefined) return undefined;
  const saved = savedWatch(target.raw, target);
  if (saved === undefined) return undefined;
  const state = resumeWatch(saved.state, testsOf(wanted.objectives, wanted.probes > 0));
  const why = state ? misfit(state, target, wanted) : 'its objectives differ';
  if (state === undefined || why !== undefined) {
    log.line(`  The record of the release holds an earlier watch, but ${why}. This watch starts from zero.`);
    return undefined;
  }
  const requests = Math.max(...state.evidence.tests.map(({ candidate }) => candidate.total));
  log.line(
    `  Continuing the watch in the record of the release: ${elapsedText(state.evidence.seconds)}, ${countText(requests)} requests of ${target.candidate}.`,
  );
  return { at: Math.max(saved.at, state.marks.at(-1)?.at ?? 0), state };
}

/** Why the saved state cannot be continued; undefined if it can. */
function misfit(state: WatchState, target: WatchTarget, wanted: Wanted): string | undefined {
  // Another source would count again what the first one has counted.
  if (state.source !== undefined && state.source !== wanted.source.name)
    return `its source is ${state.source}`;
  if (wanted.alpha !== undefined && wanted.alpha !== state.plan.alpha)
    return `its alpha is ${state.plan.alpha}`;
  if ((wanted.clientErrors === 'compare') !== (state.plan.clients === true))
    return `it ${state.plan.clients ? 'compares' : 'does not compare'} answers of 4xx`;
  if (state.evidence.fullSince !== null && target.phase === 'split')
    return 'the revision had all traffic at that time';
  return undefined;
}
