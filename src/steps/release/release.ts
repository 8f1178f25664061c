import type { CauseBlame } from '../../domain/causes/row.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import { type Event, next, type Phase, percentIn } from '../../domain/release/machine.ts';
import { proveBefore } from './phases/back.ts';
import { followModel } from './phases/model.ts';
import { hold } from './phases/traffic.ts';
import { handlersOf, stageOf } from './phases.ts';
import type { ReleasePorts } from './ports.ts';
import type { ReleaseRequest } from './request.ts';
import { newRun, type PhaseResult, type ReleaseRun } from './run.ts';
import { touchedBy } from './touched.ts';

const verdictOf: Partial<Record<Event, Verdict>> = {
  passed: 'pass',
  unchanged: 'pass',
  refused: 'fail',
  exposed: 'fail',
  smoke_failed: 'fail',
  regressed: 'fail',
  failed: 'fail',
};

/** Runs one release to its end. Never throws: errors are in the journal, and the state and the reason say how it ended. */
export async function release(ports: ReleasePorts, request: ReleaseRequest): Promise<ReleaseRun> {
  const run = newRun(ports, request);
  const handlers = handlersOf(run);
  const { ending } = run;
  while (run.state.phase !== 'ended') {
    const { phase } = run.state;
    const began = ports.clock.steady();
    const result = await attempt(run, handlers[phase]);
    addStage(run, phase, result, result.began ?? began);
    run.quoted = quotedAfter(run, phase, result);
    run.reason = reasonAfter(run, phase, result);
    const { touched } = run.state;
    const known = touched ?? (isFailure(phase, result) ? await touchedBy(run, result) : undefined);
    let state = next({ ...run.state, touched: known }, result.event);
    // A dry run ends before the first write.
    if (request.dryRun && phase === 'guarding' && result.event === 'passed') {
      run.state = { ...state, phase: 'ended' };
      tellWave(run, phase);
      break;
    }
    ending.beforeGone ||= result.event === 'before_gone';
    if (result.event === 'failed' && phase !== 'reverting') ending.blame ??= await blameOf(run, phase);
    // A release that could not go back is not held: the next run must settle it at once.
    const forAPerson = phase !== 'reverting' || result.event === 'before_gone';
    const lost = state.outcome === 'held' && forAPerson ? await hold(run) : undefined;
    if (lost) {
      run.reason = lost.reason;
      run.quoted = [];
      state = { ...state, outcome: 'superseded' };
    }
    if (phase === 'reverting' && state.phase === 'ended')
      ending.settled =
        result.event === 'before_gone' ||
        // Nobody knows whether a move of the gateway that was never answered was made. The post step looks.
        (result.event === 'passed' && !run.written.buildMayGoOn && run.written.gateway === undefined);
    // The post step checks again whether a write that seems lost has arrived.
    if (state.phase === 'ended' && state.touched === 'nothing' && run.journal.sent.length > 0)
      ending.settled = false;
    // Our traffic is gone, but our tags and the open record may still be there. The post step removes them.
    if (state.outcome === 'superseded') ending.settled = false;
    run.state = state;
    tellWave(run, phase);
  }
  await followModel(run);
  await proveBefore(run);
  return run;
}

const tellWave = ({ ports, state, reason, journal }: ReleaseRun, from: Phase): void =>
  ports.wave?.moved({
    ...{ state, from, reason },
    lastError: journal.errors.at(-1),
    changed: journal.actions.length > 0,
  });

/**
 * A build that fails and a revision that does not start speak against the code, unless the cause is known to be around
 * it, such as a missing grant or a quota. A call that fails does not speak against the code.
 */
async function blameOf({ journal }: ReleaseRun, phase: Phase): Promise<CauseBlame> {
  if (phase !== 'building') return 'environment';
  const error = journal.errors.at(-1);
  if (error === undefined) return 'code';
  if (!(error instanceof ReleaseError) || error.code !== 'deploy-failed') return 'environment';
  const { explain } = await import('../../domain/causes/explain.ts');
  return (error.facts && explain(error.facts)?.blame) ?? 'code';
}

/** The phases in which the first writes can fail. How the release ends depends on what was changed until then. */
const isFailure = (phase: Phase, { event }: PhaseResult) =>
  (phase === 'pinning' || phase === 'building') && event !== 'passed';

function reasonAfter(run: ReleaseRun, phase: Phase, { event, reason }: PhaseResult): string {
  if (event === 'passed') return phase === 'finishing' ? `${run.candidate} serves 100 %.` : run.reason;
  return phase === 'reverting' ? `${run.reason} Traffic could not be put back: ${reason}.` : reason;
}

/** The errors whose sentences `reasonAfter` leaves in the reason. */
function quotedAfter(
  { quoted }: ReleaseRun,
  phase: Phase,
  { event, error }: PhaseResult,
): readonly unknown[] {
  if (event === 'passed') return phase === 'finishing' ? [] : quoted;
  const own = error === undefined ? [] : [error];
  return phase === 'reverting' ? [...quoted, ...own] : own;
}

function addStage(run: ReleaseRun, phase: Exclude<Phase, 'ended'>, result: PhaseResult, began: number): void {
  const { stage, kind } = stageOf[phase];
  // The login may have corrected `now` in the meantime.
  const { clock } = run.ports;
  const startedAt = clock.now() - (clock.steady() - began);
  // Nothing was released, so nothing is rolled back.
  const undoes = phase === 'reverting' && run.state.touched === 'record';
  const name = undoes ? 'Undo the pin' : (result.stage ?? stage);
  const percent = phase === 'canary' || phase === 'full' ? percentIn(run.state) : undefined;
  // A login can fail in any phase, because it happens at the first call.
  const error = result.event === 'failed' ? run.journal.errors.at(-1) : undefined;
  const login = error instanceof ReleaseError && 'login' in (error.evidence ?? {});
  run.journal.stage({
    stage: login ? 'Login' : percent === undefined ? name : `${name} ${percent} %`,
    kind: undoes ? 'check' : kind,
    startedAt,
    verdict: result.verdict ?? verdictOf[result.event] ?? 'inconclusive',
    note: result.reason,
    percent,
    answered: result.answered,
  });
}

/** Turns an exception into an event: after a signal `cancelled`, otherwise `failed`. */
async function attempt(run: ReleaseRun, handler: () => Promise<PhaseResult>): Promise<PhaseResult> {
  const isCancelled = () => run.ports.signal.aborted && run.state.phase !== 'reverting';
  try {
    if (isCancelled()) throw run.ports.signal.reason;
    const stop = run.state.phase === 'reverting' ? undefined : run.ports.wave?.stop;
    if (stop) return stop;
    return await handler();
  } catch (error) {
    const cancelled = isCancelled();
    if (!cancelled) run.journal.fail(error);
    const reason = error instanceof ReleaseError ? error.what : messageOf(error);
    return { event: cancelled ? 'cancelled' : 'failed', reason, error: cancelled ? undefined : error };
  }
}
