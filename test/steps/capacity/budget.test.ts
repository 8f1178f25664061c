import { expect, test } from '@jest/globals';
import { isTrialTag, trialTag, withoutTrialTag } from '../../../src/domain/capacity/record.ts';
import { capacityTag } from '../../../src/domain/product.ts';
import { Budget } from '../../../src/steps/capacity/budget.ts';
import type { SmokeHttpRequest } from '../../../src/steps/ports/smoke.ts';

const point = { cpu: 1, memoryMib: 1024, concurrency: 1, instances: 10 };
const tail = { callSeconds: 1, idleSeconds: 0 };

/** Sends calls that all hang until their own timeout, as long as the budget lets them. */
async function hang(maxDollars: number, timeoutMs: number) {
  let now = 0;
  const budget = new Budget({ maxCalls: 1000, maxDollars, deadline: 1e9 }, { steady: () => now });
  const timeouts: number[] = [];
  const http = budget.counting({
    send: async (request: SmokeHttpRequest) => {
      timeouts.push(request.timeoutMs);
      now += request.timeoutMs;
      return { none: { cause: 'timeout', message: '' } } as never;
    },
  });
  budget.begin(point, tail);
  while (!budget.spent()) await http.send({ timeoutMs } as SmokeHttpRequest);
  const dollars = budget.dollars;
  budget.end();
  return { calls: budget.calls, dollars, timeouts, after: budget.dollars };
}

test.each([
  [0.01, 120_000],
  [0.05, 120_000],
  [0.05, 1000],
  [0.0001, 1000],
])('calls that hang cost at most %d dollars, with a timeout of %d ms', async (most, timeoutMs) => {
  const { dollars, timeouts, after } = await hang(most, timeoutMs);
  expect(Math.max(dollars, after)).toBeLessThanOrEqual(most + 1e-12);
  expect(timeouts.every((one) => one >= 1 && one <= timeoutMs)).toBe(true);
});

test('what no call can be paid for is not begun, and costs nothing without a call', async () => {
  let now = 0;
  const budget = new Budget({ maxCalls: 9, maxDollars: 0.001, deadline: 1e9 }, { steady: () => now });
  expect(budget.affords(point, tail)).toBe(true);
  expect(budget.affords({ ...point, instances: 1000 }, tail)).toBe(false);
  budget.begin(point, { callSeconds: 900, idleSeconds: 900 });
  expect(budget.dollars).toBe(0);
  now = 1000;
  expect(budget.dollars).toBeGreaterThan(0);
});

test('the tags of configurations differ, and are known from those of others', () => {
  expect([trialTag('0123abcd', 1), trialTag('0123abcd', 12)]).toEqual(['bs-cap-0121', 'bs-cap-01212']);
  for (const tag of [capacityTag, trialTag('0123abcd', 1)])
    expect([tag, isTrialTag(tag)]).toEqual([tag, true]);
  for (const tag of [
    undefined,
    'bs-capital',
    'bs-cap-',
    'bs-cap-xyz1',
    'bs-c',
    'x-bs-cap-0121',
    'bs-cap-0121-a',
  ])
    expect([tag, isTrialTag(tag)]).toEqual([tag, false]);
});

test('a share of the traffic stays, whatever tag it has', () => {
  const own = { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: 'a', percent: 90 } as const;
  const theirs = { ...own, revision: 'b', percent: 10 } as const;
  expect(
    withoutTrialTag([own, { ...theirs, tag: capacityTag }, { ...own, percent: 0, tag: capacityTag }]),
  ).toEqual([own, theirs]);
});
