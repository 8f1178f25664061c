import type { Score } from '../ocr/score.ts';
import type { Answer, TextRead } from './answer-text.ts';
import { type CheckFailure, type Failure, type StatusFailure, short } from './failure.ts';
import { judgeText, needsText } from './judge-text.ts';
import { type Match, plainMatch } from './match.ts';
import { withinTime } from './patterns.ts';
import type { SmokeCase } from './suite/model.ts';

export interface Judged {
  failures: Failure[];
  score?: Score | undefined;
  text?: string | undefined;
}

function wrongStatus(expected: readonly number[], answer: Answer): StatusFailure {
  const redirect =
    answer.status >= 300 && answer.status < 400 ? ', a redirect, which the test does not follow' : '';
  const allowed = expected.join(' or ');
  const body = answer.body === '' ? '' : `: "${short(answer.body, 200)}"`;
  return {
    check: 'status',
    what: `The answer was ${answer.status}${redirect}, expected ${allowed}${body}.`,
    status: answer.status,
    expected: allowed,
    found: String(answer.status),
  };
}

/** Checks one header against an exact value or, if the rule is `/pattern/`, a pattern. */
function checkHeader(name: string, rule: string, found: string | undefined, match: Match): CheckFailure[] {
  const pattern = /^\/(.*)\/$/.exec(rule)?.[1];
  return withinTime('header', pattern ?? '', () => {
    const right =
      found !== undefined &&
      (pattern === undefined ? found === rule : match(pattern, 'u', found) !== undefined);
    if (right) return [];
    const shown = found === undefined ? 'missing' : `"${short(found)}"`;
    const what = `The header ${name} is ${shown}, expected "${rule}".`;
    return [{ check: 'header', what, expected: rule, found }];
  });
}

/**
 * Compares an answer with its case and lists every difference: one failure never hides another. Only the text of an
 * answer with a wrong status is not looked at.
 */
export function judge(item: SmokeCase, answer: Answer, read: TextRead, match: Match = plainMatch): Judged {
  const { expect } = item;
  const failures: Failure[] = [];
  const statusRight = expect.status.includes(answer.status);
  if (!statusRight) failures.push(wrongStatus(expect.status, answer));
  for (const [name, rule] of Object.entries(expect.headers))
    failures.push(...checkHeader(name, rule, answer.headers[name.toLowerCase()], match));
  if (expect.maxLatencyMs !== undefined && answer.milliseconds > expect.maxLatencyMs)
    failures.push({
      check: 'latency',
      what: `The answer took ${Math.round(answer.milliseconds)} ms, allowed ${Math.round(expect.maxLatencyMs)} ms.`,
    });
  if (!statusRight) return { failures };
  if (read.text === undefined && needsText(item))
    return { failures: [...failures, { check: 'answer', what: read.problem }] };
  const judged = judgeText(item, read, match);
  return { ...judged, failures: [...failures, ...judged.failures] };
}
