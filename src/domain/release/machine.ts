import type { Outcome } from '../findings/verdict.ts';

/**
 * A release as a table: every phase meets every event, so that nothing that can happen is left to chance. What a
 * release does in a phase stands in `phaseActions`; the driver does it and comes back with one event.
 */
export const phases = [
  'gate',
  'reading',
  'guarding',
  'pinning',
  'building',
  'checking',
  'tagging',
  'smoking',
  'canary',
  'full',
  'finishing',
  'reverting',
  'ended',
] as const;
export type Phase = (typeof phases)[number];

export const events = [
  /** The phase did what it is for. */
  'passed',
  /** What would be released serves already. */
  'unchanged',
  /** A rule forbids the release: no budget, a split that is not ours, a revision that failed before. */
  'refused',
  /** Another release of this function is alive. */
  'yielded',
  'exposed',
  'smoke_failed',
  'regressed',
  /** The watch could not decide, and the policy is to hold. */
  'undecided',
  /** Somebody else moved the traffic. */
  'moved',
  /** The revision to go back to is gone or not ready. */
  'before_gone',
  'cancelled',
  /** Something could not be done or found out. */
  'failed',
] as const;
export type Event = (typeof events)[number];

export const phaseActions: Record<Phase, string> = {
  gate: 'ask whether the error budget allows a release',
  reading: 'read the service, settle what an earlier release left open, check that a release can work',
  guarding: 'prove that the function is private, close it first where it is not',
  pinning: 'write the record and pin traffic to the revision that serves: the proof that a rollback works',
  building: 'build the candidate at 0 %',
  checking: 'prove again that the function is private',
  tagging: 'give the candidate its own URL',
  smoking: 'test the candidate on its own URL',
  canary: 'send a share of traffic to the candidate and watch',
  full: 'send all traffic to the candidate and watch',
  finishing: 'remove our tags, close the record',
  reverting: 'put traffic back to what it was, and verify it',
  ended: 'report',
};

/** `then` is where the release goes; an outcome ends it. `back` is `reverting`, remembering the event as its cause. */
type Cell = 'next' | 'again' | 'back' | 'by-cause' | 'error' | Outcome;
type Row = Record<Event, Cell>;

/** Nothing was changed yet: whatever happens, there is nothing to take back. */
const untouched: Row = {
  passed: 'next',
  unchanged: 'promoted',
  refused: 'blocked',
  yielded: 'yielded',
  exposed: 'exposed',
  smoke_failed: 'error',
  regressed: 'error',
  undecided: 'error',
  moved: 'superseded',
  before_gone: 'error',
  cancelled: 'cancelled',
  failed: 'error',
};

/** Our pin or share is live: everything goes back, except where others decide or there is nothing to go back to. */
const underWay: Row = {
  passed: 'next',
  unchanged: 'back',
  refused: 'back',
  yielded: 'yielded',
  exposed: 'back',
  smoke_failed: 'back',
  regressed: 'back',
  undecided: 'held',
  moved: 'superseded',
  before_gone: 'held',
  cancelled: 'back',
  failed: 'back',
};

/** Only "done", "not ours any more" and "could not" are left; a signal does not stop it. */
const goingBack: Row = {
  passed: 'by-cause',
  unchanged: 'held',
  refused: 'held',
  yielded: 'superseded',
  exposed: 'held',
  smoke_failed: 'held',
  regressed: 'held',
  undecided: 'held',
  moved: 'superseded',
  before_gone: 'held',
  cancelled: 'again',
  failed: 'held',
};

const over = Object.fromEntries(events.map((event) => [event, 'again'])) as Row;

export const table: Record<Phase, Row> = {
  gate: untouched,
  reading: untouched,
  guarding: untouched,
  pinning: underWay,
  building: underWay,
  checking: underWay,
  tagging: underWay,
  smoking: underWay,
  canary: underWay,
  full: underWay,
  // The candidate is proved: that `before` vanished no longer matters, the last write is simply tried again.
  finishing: { ...underWay, before_gone: 'again' },
  reverting: goingBack,
  ended: over,
};

export interface State {
  phase: Phase;
  /** Shares in percent, 100 last. */
  steps: readonly number[];
  /** Index into `steps` while in `canary` or `full`. */
  step: number;
  /** There is no good revision to go back to. */
  first: boolean;
  /** Why traffic goes back. */
  cause?: Event | undefined;
  /** Absent at the end: something failed before anything was changed. */
  outcome?: Outcome | undefined;
}

export function begin(steps: readonly number[], first = false): State {
  return { phase: 'gate', steps, step: 0, first };
}

/** The outcome of a release that was taken back. */
export function outcomeOfCause(cause: Event | undefined, first: boolean): Outcome {
  if (cause === 'exposed' || cause === 'cancelled') return cause;
  if (cause === 'unchanged') return 'promoted';
  if (first) return 'rejected';
  return cause === 'smoke_failed' ? 'smoke_failed' : 'rolled_back';
}

function following(state: State): State {
  const { phase, step, steps, first } = state;
  const last = steps.length - 1;
  if (phase === 'finishing') return { ...state, phase: 'ended', outcome: 'promoted' };
  // A first release has nothing to compare with: its candidate serves alone from the start.
  if (phase === 'smoking') {
    const start = first ? last : 0;
    return { ...state, phase: start === last ? 'full' : 'canary', step: start };
  }
  if (phase === 'canary')
    return { ...state, phase: step + 1 >= last ? 'full' : 'canary', step: Math.min(step + 1, last) };
  const next = phases[phases.indexOf(phase) + 1] ?? 'ended';
  return { ...state, phase: next };
}

/** Total: every phase and event has an answer; `ended` absorbs. */
export function next(state: State, event: Event): State {
  const cell = table[state.phase][event];
  switch (cell) {
    case 'next':
      return following(state);
    case 'again':
      return state;
    case 'back':
      return { ...state, phase: 'reverting', cause: event };
    case 'by-cause':
      return { ...state, phase: 'ended', outcome: outcomeOfCause(state.cause, state.first) };
    case 'error':
      return { ...state, phase: 'ended', outcome: undefined };
    default:
      return { ...state, phase: 'ended', outcome: cell };
  }
}

/** The share in percent that the candidate has in this state. */
export function shareIn(state: State): number {
  return state.phase === 'canary' || state.phase === 'full' ? (state.steps[state.step] ?? 0) : 0;
}
