import { expect, test } from '@jest/globals';
import { budgetGate } from '../../../src/steps/budget/gate.ts';
import type { SliSource } from '../../../src/steps/ports/sli.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;
const log = { line: () => {}, warning: () => {}, debug: () => {}, detail: () => {} };

/** 1 800 requests in 30 days, so a budget of 18. Of the candidate's 40 requests 19 failed; others had `others`. */
function gate(others: number, failed: string[] | undefined) {
  const asked: (readonly string[] | undefined)[] = [];
  const source: SliSource = {
    name: 'logs',
    open: () => {
      throw new Error('not used');
    },
    total: async ({ except = [] }) => {
      asked.push(except);
      const own = except.includes('ocr-2-bad') ? { total: 0, bad: 0 } : { total: 40, bad: 19 };
      return { availability: { total: 1760 + own.total, bad: others + own.bad } };
    },
  };
  const request = {
    ...{ service: 'ocr', objectives, windowSeconds: 30 * 86_400, onExhausted: 'block' as const },
    readTakenBack: failed && (async () => failed),
  };
  return budgetGate({ clock: new VirtualClock(), log, source }, request).then((result) => ({
    ...result,
    asked,
  }));
}

test('the failures of a candidate that was taken back do not block its own fix, and the reason says so', async () => {
  const { verdict, reason, findings, evidence } = await gate(2, ['ocr-2-bad']);
  expect(verdict).toBe('pass');
  expect(reason).toBe(
    '88.6 % of the error budget of 30 d remains. The 19 bad requests of ocr-2-bad do not count, because a release took it back.',
  );
  expect(findings).toEqual([]);
  expect(evidence.takenBack).toEqual({ revisions: ['ocr-2-bad'], bad: 19 });
});

test.each([
  ['other failures have spent the budget as well', 30, ['ocr-2-bad']],
  ['no release took anything back', 2, []],
  ['another revision was taken back', 2, ['ocr-1-other']],
  ['nobody can say', 2, undefined],
])('%s: blocked', async (_, others, failed) => {
  const { verdict, findings } = await gate(others, failed);
  expect([verdict, findings.map(({ rule }) => rule)]).toEqual(['fail', ['budget-exhausted']]);
});

test('a budget that is not spent is asked for once', async () => {
  expect((await gate(-10, ['ocr-2-bad'])).asked).toEqual([[]]);
});
