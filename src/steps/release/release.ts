import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import { type Event, next, type Phase, percentIn } from '../../domain/release/machine.ts';
import { serviceOf } from '../../domain/traffic/function.ts';
import { goBack, proveBefore } from './back.ts';
import type { ReleasePorts, StageKind } from './ports.ts';
import { read } from './read.ts';
import { newRun, note, passed, type ReleaseRequest, type ReleaseRun, type Step } from './run.ts';
import { build, checkAgain, guardFirst, guardPlan, planOnly, smoke } from './stages.ts';
import { finish, hold, pin, shift } from './traffic.ts';
import { watchStep } from './watch.ts';

export type { ReleaseRequest, ReleaseRun } from './run.ts';

type Handler = (run: ReleaseRun) => Promise<Step>;

const handlers: Record<Exclude<Phase, 'ended'>, Handler> = {
  gate: async (run) => {
    const { budget } = run.ports.stages;
    if (budget === undefined) return passed('no objectives, no gate');
    run.function = await run.ports.functions.get(run.request.functionName, run.ports.signal);
    const service = serviceOf(run.function);
    if (service === undefined) return passed('a first release: nothing spent yet');
    const result = await budget(service, run.ports.signal);
    run.evidence.budget = result.evidence;
    run.findings.push(...(result.findings ?? []));
    return result.verdict === 'fail' ? { event: 'refused', reason: result.reason } : passed(result.reason);
  },
  reading: async (run) => {
    const step = await read(run);
    return step.event === 'passed' ? planOnly(run, step) : step;
  },
  guarding: (run) => (run.request.dryRun ? guardPlan(run) : guardFirst(run)),
  pinning: pin,
  building: build,
  checking: checkAgain,
  tagging: async (run) => {
    const step = await shift(run, 0, 'smoking');
    return step.event === 'passed'
      ? passed(`${run.candidate} at ${run.before ? '0 %' : '100 %, a first release'}`)
      : step;
  },
  smoking: smoke,
  canary: watchStep,
  full: watchStep,
  finishing: async (run) => {
    const step = await finish(run);
    if (step.event === 'passed') run.reason = `${run.candidate} serves 100 %.`;
    return step;
  },
  reverting: goBack,
};

const words: Record<Exclude<Phase, 'ended'>, { stage: string; kind: StageKind }> = {
  gate: { stage: 'Budget gate', kind: 'check' },
  reading: { stage: 'State', kind: 'check' },
  guarding: { stage: 'Guard', kind: 'check' },
  pinning: { stage: 'Pin', kind: 'check' },
  building: { stage: 'Build', kind: 'build' },
  checking: { stage: 'Guard again', kind: 'build' },
  tagging: { stage: 'Tag', kind: 'build' },
  smoking: { stage: 'Smoke test', kind: 'smoke' },
  canary: { stage: 'Watch', kind: 'watch' },
  full: { stage: 'Watch', kind: 'watch' },
  finishing: { stage: 'Promote', kind: 'finish' },
  reverting: { stage: 'Roll back', kind: 'back' },
};

const verdictOf: Partial<Record<Event, Verdict>> = {
  passed: 'pass',
  unchanged: 'pass',
  refused: 'fail',
  exposed: 'fail',
  smoke_failed: 'fail',
  regressed: 'fail',
  failed: 'fail',
};

/** One release from the gate to its end. Throws nothing: what went wrong is in `errors`, the state and the reason. */
export async function release(ports: ReleasePorts, request: ReleaseRequest): Promise<ReleaseRun> {
  const run = newRun(ports, request);
  while (run.state.phase !== 'ended') {
    const { phase } = run.state;
    const startedAt = ports.clock.now();
    const step = await attempt(run, handlers[phase]);
    noteStep(run, phase, step, startedAt);
    if (step.event !== 'passed' && phase !== 'reverting') run.reason = step.reason;
    if (phase === 'reverting' && step.event !== 'passed')
      run.reason = `${run.reason} Traffic could not be put back: ${step.reason}.`;
    let state = next(run.state, step.event);
    // A plan ends where a release would begin to write.
    if (request.dryRun && phase === 'guarding' && step.event === 'passed') {
      run.state = { ...state, phase: 'ended' };
      break;
    }
    run.beforeGone ||= step.event === 'before_gone';
    const forAPerson = phase !== 'reverting' || step.event === 'before_gone';
    const lost = state.outcome === 'held' && forAPerson ? await hold(run) : undefined;
    if (lost) {
      run.reason = lost.reason;
      state = { ...state, outcome: 'superseded' };
    }
    if (phase === 'reverting' && state.phase === 'ended')
      run.settled = step.event === 'before_gone' || (step.event === 'passed' && !run.buildMayGoOn);
    // What we wrote is not there any more, but our tags and the open record may be: the post step takes them away.
    if (state.outcome === 'superseded') run.settled = false;
    run.state = state;
  }
  await proveBefore(run);
  return run;
}

function noteStep(run: ReleaseRun, phase: Exclude<Phase, 'ended'>, step: Step, startedAt: number): void {
  const { stage, kind } = words[phase];
  const percent = phase === 'canary' || phase === 'full' ? percentIn(run.state) : undefined;
  // The first call of a release is the first to need a login.
  const error = step.event === 'failed' ? run.errors.at(-1) : undefined;
  const login = error instanceof ReleaseError && 'login' in (error.evidence ?? {});
  note(run, {
    stage: login ? 'Login' : percent === undefined ? stage : `${stage} ${percent} %`,
    kind,
    startedAt,
    verdict: step.verdict ?? verdictOf[step.event] ?? 'inconclusive',
    note: step.reason,
    percent,
    answered: step.answered,
  });
}

/** An exception is an event as well: a signal is `cancelled`, anything else `failed`. */
async function attempt(run: ReleaseRun, handler: Handler): Promise<Step> {
  try {
    if (run.ports.signal.aborted && run.state.phase !== 'reverting') throw run.ports.signal.reason;
    return await handler(run);
  } catch (error) {
    const cancelled = run.ports.signal.aborted && run.state.phase !== 'reverting';
    if (!cancelled) run.errors.push(error);
    const reason = error instanceof ReleaseError ? error.what : messageOf(error);
    return { event: cancelled ? 'cancelled' : 'failed', reason };
  }
}
