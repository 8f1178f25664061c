import type { Outcome } from '../findings/verdict.ts';

/**
 * A release as a table: for every phase it says what the release does on every event. `phaseActions` says what happens
 * in a phase. The driver does it and returns one event.
 */
export const phases = [
  'preflight',
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
  /** The phase did its work. */
  'passed',
  /** The code and settings to release already serve. */
  'unchanged',
  /** A rule forbids the release: something that a later stage needs is missing, a window of `freeze` or an alert is open, the budget is spent, another tool split the traffic, or this code failed before. */
  'refused',
  /** Another release of this function is under way. */
  'yielded',
  'exposed',
  'smoke_failed',
  'regressed',
  /** The watch ended without a decision, and the policy is to hold. */
  'undecided',
  /** Another tool or person moved the traffic. */
  'moved',
  /** A new revision has the traffic, and whether this release's build or another deploy took it cannot be known. */
  'unclear',
  /** The revision to go back to is gone or not ready. */
  'before_gone',
  /** Another region of this release failed, so this one goes back as well. */
  'called_back',
  'cancelled',
  /** A call failed, so something could not be done or read. */
  'failed',
] as const;
export type Event = (typeof events)[number];

export const phaseActions: Record<Phase, string> = {
  preflight: 'try what every later stage needs: permissions, APIs, settings, the caller',
  gate: 'ask whether the calendar and the error budget allow a release',
  reading: 'read the service, settle what an earlier release left open, check that a release is possible',
  guarding: 'prove that the function is private, and close it first if it is not',
  pinning:
    'write the record and pin the traffic to the revision that serves, which proves that a rollback works',
  building: 'build the candidate at 0 %',
  checking: 'prove again that the function is private',
  tagging: 'give the candidate its own URL',
  smoking: 'test the candidate on its own URL',
  canary: 'send part of the traffic to the candidate and watch it',
  full: 'send all traffic to the candidate and watch it',
  finishing: 'remove our tags, close the record',
  reverting: 'put the traffic back as it was, and verify that',
  ended: 'write the report',
};

/** What an event leads to. An outcome ends the release; `back` is `reverting`, with the event as its cause. */
type Cell = 'next' | 'again' | 'back' | 'by-cause' | 'error' | Outcome;
type Row = Record<Event, Cell>;

/** Nothing was changed yet, so there is nothing to take back. */
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
  unclear: 'error',
  before_gone: 'error',
  called_back: 'blocked',
  cancelled: 'cancelled',
  failed: 'error',
};

/** Our traffic is live. Failures put it back, unless others moved it or the old revision is gone. */
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
  unclear: 'held',
  before_gone: 'held',
  called_back: 'back',
  cancelled: 'back',
  failed: 'back',
};

/**
 * The traffic is on its way back. It ends when the old revision serves again, when others move the traffic, or on hold. A signal does not
 * stop it.
 */
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
  unclear: 'held',
  before_gone: 'held',
  called_back: 'again',
  cancelled: 'again',
  failed: 'held',
};

const over = Object.fromEntries(events.map((event) => [event, 'again'])) as Row;

export const table: Record<Phase, Row> = {
  preflight: untouched,
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
  // The candidate is proved, so it no longer matters if `before` vanished: the last write is tried again.
  finishing: { ...underWay, before_gone: 'again' },
  reverting: goingBack,
  ended: over,
};

/**
 * How much a release has changed so far. `nothing`: no write took effect. `record`: only the pin and the record were
 * written, both to the revision that serves anyway, and the function is as it was. `function`: more than that.
 */
export type Touched = 'nothing' | 'record' | 'function';

export interface State {
  phase: Phase;
  /** Percent of the traffic at each step, 100 last. */
  steps: readonly number[];
  /** Index into `steps` while in `canary` or `full`. */
  step: number;
  /** There is no good revision to go back to: the first release, or the revision that serves is known to be bad. */
  first: boolean;
  /** Why the traffic goes back. */
  cause?: Event | undefined;
  /** How much was changed, known from the first write on. Absent means `function`. */
  touched?: Touched | undefined;
  /** The outcome. If it is absent at the end, something failed before anything was released. */
  outcome?: Outcome | undefined;
}

export function begin(steps: readonly number[], first = false): State {
  return { phase: 'preflight', steps, step: 0, first };
}

/** The outcome of a release whose traffic went back. */
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
  // A first release has nothing to compare with, so its candidate serves alone from the start.
  if (phase === 'smoking') {
    const start = first ? last : 0;
    return { ...state, phase: start === last ? 'full' : 'canary', step: start };
  }
  if (phase === 'canary')
    return { ...state, phase: step + 1 >= last ? 'full' : 'canary', step: Math.min(step + 1, last) };
  const next = phases[phases.indexOf(phase) + 1] ?? 'ended';
  return { ...state, phase: next };
}

/** The row that answers an event. If nothing was changed, there is nothing to take back. */
function rowOf({ phase, touched }: State): Row {
  const row = table[phase];
  return row === underWay && touched === 'nothing' ? untouched : row;
}

/** The outcome once everything is undone. No revision was released if only the pin and the record had been written. */
function outcomeAfter({ cause, first, touched }: State): Outcome | undefined {
  if (touched === 'record' && cause === 'failed') return undefined;
  return touched === 'record' && cause === 'called_back' ? 'blocked' : outcomeOfCause(cause, first);
}

/** The state after an event. Every phase has an answer to every event, and `ended` stays as it is. */
export function next(state: State, event: Event): State {
  const cell = rowOf(state)[event];
  switch (cell) {
    case 'next':
      return following(state);
    case 'again':
      return state;
    case 'back':
      return { ...state, phase: 'reverting', cause: event };
    case 'by-cause':
      return { ...state, phase: 'ended', outcome: outcomeAfter(state) };
    case 'error':
      return { ...state, phase: 'ended', outcome: undefined };
    default:
      return { ...state, phase: 'ended', outcome: cell };
  }
}

/** Percent of the traffic that the candidate has in this state. */
export function percentIn(state: State): number {
  return state.phase === 'canary' || state.phase === 'full' ? (state.steps[state.step] ?? 0) : 0;
}
