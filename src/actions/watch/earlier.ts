import type { Objective } from '../../domain/slo/objective.ts';
import { countText, elapsedText } from '../../domain/text/numbers.ts';
import { resumeWatch } from '../../domain/watch/resume.ts';
import { testsOf, type WatchState } from '../../domain/watch/state.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import type { WatchTarget } from '../../steps/watch/find-target.ts';
import { savedWatch } from '../../steps/watch/saved-watch.ts';

interface Asked {
  resume: 'auto' | 'save' | 'off';
  since: number | undefined;
  alpha: number | undefined;
  probes: number;
  objectives: readonly Objective[];
  source: SliSource;
}

/** Where a release, or a runner before this one, stopped watching the same; undefined where there is nothing to go on with. */
export function findEarlier(
  log: Log,
  target: WatchTarget,
  asked: Asked,
): { at: number; state: WatchState } | undefined {
  if (asked.resume === 'off' || asked.since !== undefined) return undefined;
  const saved = savedWatch(target.raw, target);
  if (saved === undefined) return undefined;
  const state = resumeWatch(saved.state, testsOf(asked.objectives, asked.probes > 0));
  const why = state ? misfit(state, target, asked) : 'it is of other objectives';
  if (state === undefined || why !== undefined) {
    log.line(`  The record of the release has an earlier watch, but ${why}: this one begins anew.`);
    return undefined;
  }
  const requests = Math.max(...state.evidence.tests.map(({ candidate }) => candidate.total));
  log.line(
    `  Going on with the watch in the record of the release: ${elapsedText(state.evidence.seconds)}, ${countText(requests)} requests of ${target.candidate}.`,
  );
  return { at: Math.max(saved.at, state.marks.at(-1)?.at ?? 0), state };
}

function misfit(state: WatchState, target: WatchTarget, asked: Asked): string | undefined {
  // Where one source stopped, another would count everything again.
  if (state.source !== undefined && state.source !== asked.source.name)
    return `it was counted by ${state.source}`;
  if (asked.alpha !== undefined && asked.alpha !== state.plan.alpha)
    return `its alpha is ${state.plan.alpha}`;
  if (state.evidence.fullSince !== null && target.phase === 'split') return 'it had all traffic then';
  return undefined;
}
