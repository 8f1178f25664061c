import { percentIn } from '../../../domain/release/machine.ts';
import type { WatchStage, WatchTarget } from '../ports.ts';
import { failed, type PhaseResult, passed, type ReleaseRun } from '../run.ts';
import { beforeReady, whileOurs } from '../while-ours.ts';
import { shift } from './traffic.ts';

/** One canary step, or 100 %: shifts the traffic, then watches while the traffic stays ours. */
export async function watchStep(run: ReleaseRun): Promise<PhaseResult> {
  const { ports, state, request, journal, written } = run;
  const percent = percentIn(state);
  const phase = state.phase === 'full' ? 'full' : 'split';
  const lost = await beforeReady(run);
  if (lost) return lost;
  // Before anybody is shifted: a watch that cannot count protects no one.
  if (written.watchState === undefined) await ports.stages.countable?.(run.live.service ?? '', ports.signal);
  const shiftedAt = ports.clock.now();
  const moved = await shift(run, percent, phase === 'full' ? 'full' : 'canary');
  if (moved.event !== 'passed') return moved;
  const target: WatchTarget = {
    service: run.live.service ?? '',
    candidate: run.candidate ?? '',
    baseline: run.found.before?.revision,
    share: percent / 100,
    phase,
    seconds: phase === 'full' ? request.fullSeconds : request.stepSeconds,
    splitSeconds: Math.max(1, request.canary.length - 1) * request.stepSeconds,
    fullSeconds: request.fullSeconds,
    step: state.step,
    steps: request.canary.length,
    shiftedAt,
    settledAt: ports.clock.now(),
    tagUrls: run.live.tagUrls,
    supply: run.live.supply,
    state: written.watchState,
    onState: (watchState) => {
      written.watchState = watchState;
    },
  };
  const result = await whileOurs(run, (signal) => watchOrWait(run, target, signal));
  if ('event' in result) return result;
  written.watchState = result.state ?? written.watchState;
  journal.find(result.findings);
  journal.segment({
    percent,
    phase,
    verdict: result.verdict,
    reason: result.reason,
    next: result.next,
    requests: result.requests,
    bad: result.bad,
    evidence: result.evidence,
  });
  return judge(run, result);
}

async function watchOrWait(run: ReleaseRun, target: WatchTarget, signal: AbortSignal): Promise<WatchStage> {
  const { watch } = run.ports.stages;
  if (watch) return watch(target, signal);
  await run.ports.clock.sleep(target.seconds * 1000, signal);
  return {
    verdict: 'pass',
    next: 'go_on',
    reason: `waited ${target.seconds} s; nothing was watched, because there are no objectives`,
  };
}

function judge(run: ReleaseRun, result: WatchStage): PhaseResult {
  if (result.verdict === 'fail') return { event: 'regressed', reason: result.reason };
  // The policy takes the release back although nothing was found against it, so its code is not remembered as failed.
  if (result.next === 'roll_back') return { ...failed(result.reason), verdict: result.verdict };
  if (result.next === 'hold') return { event: 'undecided', reason: result.reason };
  if (result.verdict === 'inconclusive' && run.state.phase === 'full')
    run.journal.warn(`Promoted without a decision: ${result.reason}`);
  return { ...passed(result.reason), verdict: result.verdict };
}
