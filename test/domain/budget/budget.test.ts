import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { budgetBar, budgetOf } from '../../../src/domain/budget/budget.ts';
import { gateOf } from '../../../src/domain/budget/gate.ts';
import { invoiceOf } from '../../../src/domain/budget/invoice.ts';
import type { Objective } from '../../../src/domain/slo/objective.ts';
import { limitOf } from '../../../src/domain/slo/objective.ts';

const month = 30 * 86_400;
const limit = limitOf({ target: 0.995 });

describe('budget', () => {
  test('the limit has no binary rounding error', () => {
    expect(limit).toBe(0.005);
    expect(limitOf({ target: 0.95 })).toBe(0.05);
  });

  test('remaining and spent', () => {
    expect(budgetOf({ total: 100_000, bad: 160 }, limit)).toEqual({
      allowed: 500,
      spent: 160,
      remaining: 0.6799999999999999,
    });
    expect(budgetOf({ total: 1000, bad: 50 }, limit)?.remaining).toBeCloseTo(-9);
    expect(budgetOf({ total: 0, bad: 0 }, limit)).toBeUndefined();
  });

  test('an invoice says what a release cost and how many more would fit', () => {
    const invoice = invoiceOf({ total: 100_000, bad: 150 }, limit, { total: 900, bad: 10 });
    expect(invoice).toMatchObject({ bad: 10, more: 34 });
    expect(invoice?.share).toBeCloseTo(0.02);
    expect(invoice?.remaining).toBeCloseTo(0.68);
    expect(invoiceOf({ total: 100_000, bad: 0 }, limit, { total: 900, bad: 0 })?.more).toBeUndefined();
    expect(invoiceOf({ total: 0, bad: 0 }, limit, { total: 900, bad: 9 })).toBeUndefined();
  });

  test('two invoices cost as much as one over their sum', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 1e6 }), fc.nat(50), fc.nat(50), (total, a, b) => {
        const once = invoiceOf({ total, bad: a }, limit, { total: 100, bad: b });
        const budget = budgetOf({ total, bad: a + b }, limit);
        expect(once?.remaining).toBeCloseTo(budget?.remaining ?? Number.NaN, 9);
      }),
    );
  });

  test('the bar', () => {
    expect(budgetBar(0.68)).toBe('🟩🟩🟩🟩🟩🟩🟩⬜⬜⬜');
    expect(budgetBar(-3)).toBe('⬜'.repeat(10));
    expect(budgetBar(9)).toBe('🟩'.repeat(10));
  });
});

describe('gate', () => {
  const objectives: Objective[] = [
    { id: 'availability', kind: 'availability', target: 0.995 },
    { id: 'latency', kind: 'latency', target: 0.95, slowerThanMs: 2000 },
  ];
  const rules = { windowSeconds: month, onExhausted: 'block' } as const;
  const good = { total: 10_000, bad: 10 };

  test.each([
    [
      'budget left',
      { availability: good, latency: good },
      rules,
      'pass',
      /80.0 % of the error budget of 30 d remains/,
    ],
    [
      'one of two budgets is spent',
      { availability: good, latency: { total: 100, bad: 9 } },
      rules,
      'fail',
      /is spent: 9 of 100 requests missed the objective "requests within 2000 ms", and it allows only 5. Nothing was deployed/,
    ],
    [
      'warned',
      { availability: { total: 100, bad: 9 } },
      { ...rules, onExhausted: 'warn' },
      'pass',
      /on_exhausted is warn/,
    ],
    [
      'overridden',
      { availability: { total: 100, bad: 9 } },
      { ...rules, override: 'ticket 42' },
      'pass',
      /budget_override is set: ticket 42/,
    ],
    ['no counts', {}, rules, 'pass', /no budget to spend yet/],
    ['zero requests', { availability: { total: 0, bad: 0 } }, rules, 'pass', /no budget to spend yet/],
  ] as const)('%s', (_, windows, given, verdict, reason) => {
    const gate = gateOf(objectives, windows, given);
    expect(gate.verdict).toBe(verdict);
    expect(gate.reason).toMatch(reason);
  });

  test('a budget that cannot be read is inconclusive', () => {
    expect(gateOf(objectives, {}, rules, '403')).toMatchObject({
      verdict: 'inconclusive',
      remaining: undefined,
    });
  });

  test('an override that was not needed is not recorded', () => {
    expect(
      gateOf(objectives, { availability: good }, { ...rules, override: 'why not' }).override,
    ).toBeUndefined();
  });
});
