import { explainUnreached, unreachedBy } from '../../domain/invocation/unreached.ts';
import { defaultPolicy, fold } from '../../domain/ocr/units.ts';
import { type Answer, readText } from '../../domain/smoke/answer-text.ts';
import { judge } from '../../domain/smoke/judge.ts';
import { type CaseResult, statusOf } from '../../domain/smoke/results/result.ts';
import type { SmokeCase } from '../../domain/smoke/suite/model.ts';
import type { Caller } from './caller.ts';
import type { SmokePorts, SmokeTarget } from './ports.ts';

/** Characters of the expected and the recognised text that a result keeps for the report. */
const keptText = 4000;

/** The result of one check, and whether its last request got an answer. */
export interface Ran {
  result: CaseResult;
  answered: boolean;
}

/** A result without a request. `note` says why there was none. */
export function notRun(
  { name, place }: Pick<SmokeCase, 'name' | 'place'>,
  kind: CaseResult['kind'],
  status: 'error' | 'skipped',
  note: string,
): CaseResult {
  return { kind, name, place, status, flaky: false, attempts: [], milliseconds: 0, failures: [], note };
}

type Reached = Pick<SmokeTarget, 'invocation' | 'behindGoogle' | 'door'>;

/**
 * What answered instead of the function; undefined if the function did. A suite may expect a refusal by the front end;
 * the answer of a proxy is no evidence for or against the code, whatever its status.
 */
export function unreachedIn({ expect }: SmokeCase, answer: Answer, target: Reached): CaseResult['unreached'] {
  const by = unreachedBy(answer, target);
  const { status } = answer;
  return by && (by === 'proxy' || !expect.status.includes(status)) ? { by, status } : undefined;
}

/** Google's front end knows no such URL. If the URL is new, it may a moment later. */
export const isMissing = (unreached: CaseResult['unreached']): boolean =>
  unreached?.by === 'ingress' && unreached.status === 404;

/** Sends one case and judges its answer. */
export async function runCase(
  caller: Caller,
  item: SmokeCase,
  ports: Pick<SmokePorts, 'match'>,
  target: Reached = {},
): Promise<Ran> {
  if (item.skip !== undefined) return { result: notRun(item, 'case', 'skipped', item.skip), answered: false };
  const { attempt, attempts } = await caller.call(item);
  const base = { kind: 'case', name: item.name, place: item.place, attempts } as const;
  if (!attempt.answer) {
    const { cause, what, milliseconds } = attempt.none;
    // A function that hangs or drops the connection has failed. One that could not be reached is unknown.
    const status = ['timeout', 'reset', 'other'].includes(cause) ? 'failed' : 'error';
    const failures = [{ check: 'answer' as const, what }];
    return { result: { ...base, status, flaky: false, milliseconds, failures, note: what }, answered: false };
  }
  const { answer } = attempt;
  const unreached = unreachedIn(item, answer, target);
  if (unreached) {
    const { what } = explainUnreached(unreached.by, unreached.status, target.invocation);
    const { milliseconds } = answer;
    const failures = [{ check: 'answer' as const, what }];
    const result = { ...base, status: 'error' as const, unreached, flaky: false, milliseconds, failures };
    return { result: { ...result, note: what }, answered: false };
  }
  const { failures, score, text } = judge(
    item,
    attempt.answer,
    readText(attempt.answer, item.text),
    ports.match,
  );
  // Fold the texts before the cut. Otherwise the shorter spelling of the same text (NFC, LF) would keep more of it.
  const keep = (whole: string | undefined) =>
    whole === undefined ? undefined : fold(whole, defaultPolicy).slice(0, keptText);
  const result: CaseResult = {
    ...base,
    status: statusOf(failures),
    flaky: failures.length === 0 && attempts.length > 1,
    milliseconds: attempt.answer.milliseconds,
    failures,
    score,
    policy: item.policy,
    expected: keep(item.expect.text),
    recognised: keep(text),
  };
  return { result, answered: true };
}
