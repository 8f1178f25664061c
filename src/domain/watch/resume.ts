import type { Answers } from '../evidence/answers.ts';
import type { Bets } from '../evidence/bets.ts';
import type { Stretches } from '../evidence/client-stretches.ts';
import type { ClientState } from '../evidence/client-test.ts';
import { type EvidencePlan, gridOf, ratios, type TestSpec, type TestState } from '../evidence/state.ts';
import type { Mark } from './marks.ts';
import type { History } from './policies.ts';
import type { WatchState } from './state.ts';

/** The state of an earlier runner. Undefined if it is not a valid state, or was made for other tests. */
export function resumeWatch(value: unknown, tests: readonly TestSpec[]): WatchState | undefined {
  const state = readState(value);
  if (state === undefined || state.plan.tests.length !== tests.length) return undefined;
  const same = state.plan.tests.every((test, i) => {
    const wanted = tests[i] as TestSpec;
    return (
      test.objective === wanted.objective && test.limit === wanted.limit && test.stream === wanted.stream
    );
  });
  return same ? (structuredClone(state) as WatchState) : undefined;
}

/**
 * Checks a state before use, because it may come from the record, which everyone who may update the service can write.
 * It must be complete, with finite numbers and exactly as many bets as this version makes.
 */
function readState(value: unknown): WatchState | undefined {
  const state = value as WatchState | undefined;
  if (state?.v !== 1 || state.evidence?.v !== 1 || !isPlan(state.plan)) return undefined;
  const { plan, evidence, marks } = state;
  const whole =
    isTime(state.startedAt) &&
    isList(marks, 0, maxMarks) &&
    marks.every(isMark) &&
    marks.every((mark, i) => mark.at >= (marks[i - 1]?.at ?? 0)) &&
    isNumber(evidence.seconds) &&
    (evidence.fullSince === null || isNumber(evidence.fullSince)) &&
    isList(evidence.tests, plan.tests.length, plan.tests.length) &&
    evidence.tests.every((test, i) => isTest(test, plan.tests[i]?.limit ?? 0, evidence.fullSince !== null)) &&
    isText(state.source) &&
    isCursor(state.cursor) &&
    (state.before === undefined || isNumber(state.before)) &&
    isNumber(state.nameless) &&
    (state.clients === undefined || isClients(state.clients)) &&
    (state.history === undefined ||
      (isList(state.history, plan.tests.length, plan.tests.length) && state.history.every(isHistory)));
  return whole ? state : undefined;
}

const maxMarks = 500;

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isTime = (value: unknown): value is number => isNumber(value) && value < 8.64e15;
const isText = (value: unknown): boolean =>
  value === undefined || (typeof value === 'string' && value.length <= 200);
/** A time, alone or after the name of a source. With a broken time a source would silently see no requests. */
const isCursor = (value: unknown): boolean => {
  if (value === undefined || value === '') return true;
  const at = typeof value === 'string' ? (/^(?:\w+ )?(\S{1,40})$/.exec(value)?.[1] ?? '') : '';
  return isTime(/^\d+$/.test(at) ? Number(at) : Date.parse(at));
};
const isList = (value: unknown, least: number, most: number): value is unknown[] =>
  Array.isArray(value) && value.length >= least && value.length <= most;

function isPlan(plan: EvidencePlan | undefined): plan is EvidencePlan {
  return (
    isList(plan?.tests, 1, 40) &&
    plan.tests.every(
      (test) =>
        typeof test?.objective === 'string' &&
        (test.stream === 'users' || test.stream === 'probes') &&
        isNumber(test.limit) &&
        test.limit > 0 &&
        test.limit < 1,
    ) &&
    isNumber(plan.alpha) &&
    plan.alpha > 0 &&
    plan.alpha <= 0.1 &&
    isNumber(plan.splitSeconds) &&
    isNumber(plan.fullSeconds) &&
    (plan.clients === undefined || plan.clients === true)
  );
}

const isMark = (mark: Mark | undefined): boolean =>
  isTime(mark?.at) &&
  (mark.phase === 'split' || mark.phase === 'full') &&
  (mark.share === null || (isNumber(mark.share) && mark.share <= 1));

function isTest(test: TestState | undefined, limit: number, full: boolean): boolean {
  const counts = [test?.candidate, test?.baseline, test?.candidateFull];
  // Before 100 % there is no such test, so a value here is forged.
  if (!full && test?.full !== null) return false;
  if (!test || !counts.every((one) => isNumber(one?.total) && isNumber(one.bad) && one.bad <= one.total))
    return false;
  const rates = gridOf(limit).weights.length;
  const bets = [test.split, test.beside, ...(full ? [test.full] : [])];
  return isBets(test.base, ratios.weights.length) && bets.every((one) => isBets(one, rates));
}

const isBets = (bets: Bets | null | undefined, alternatives: number): boolean =>
  isList(bets?.logCapital, alternatives, alternatives) &&
  bets.logCapital.every((value) => Number.isFinite(value)) &&
  isNumber(bets.seconds) &&
  isNumber(bets.planned) &&
  bets.planned >= 1;

const isAnswers = (answers: Answers | undefined): answers is Answers =>
  isNumber(answers?.total) &&
  isNumber(answers.client) &&
  isNumber(answers.failed) &&
  answers.client + answers.failed <= answers.total;

const isPart = (part: { total: number; client: number } | undefined): boolean =>
  isNumber(part?.total) && isNumber(part.client) && part.client <= part.total;

const isStretches = (stretches: Stretches | undefined): boolean =>
  isAnswers(stretches?.open) &&
  isAnswers(stretches.all) &&
  isNumber(stretches.since) &&
  isNumber(stretches.from) &&
  isPart(stretches.row) &&
  isNumber(stretches.row.stretches) &&
  isNumber(stretches.row.seconds);

const isClients = (clients: ClientState): boolean =>
  isBets(clients?.base, ratios.weights.length) &&
  isAnswers(clients.candidate) &&
  isAnswers(clients.baseline) &&
  (clients.before === null || (isPart(clients.before) && isNumber(clients.before.seconds))) &&
  (clients.alone === null || isStretches(clients.alone));

const isHistory = (history: History | undefined): boolean =>
  isList(history?.points, 0, 10_000) &&
  history.points.every((point) => isList(point, 3, 3) && point.every(isNumber)) &&
  isNumber(history.failures) &&
  isNumber(history.lookedAt) &&
  (history.firesAt === null || isNumber(history.firesAt));

/** True if the earlier runner watched at the same share. Otherwise this runner begins with a new shift. */
export function continuesMark(
  state: Pick<WatchState, 'marks'>,
  now: { phase: Mark['phase']; share: number },
): boolean {
  const last = state.marks.at(-1);
  return last?.phase === now.phase && last.share !== null && Math.abs(last.share - now.share) < 1e-6;
}
