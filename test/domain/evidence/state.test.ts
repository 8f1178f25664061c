import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../../src/domain/evidence/decide.ts';
import { advance, type EvidenceState, type Poll, startEvidence } from '../../../src/domain/evidence/state.ts';
import { full, late, plan, split } from '../../support/polls.ts';

describe('the state', () => {
  const poll = fc.record({
    step: fc.integer({ min: 1, max: 60 }),
    candidate: fc.integer({ min: 0, max: 200 }),
    bad: fc.integer({ min: 0, max: 5 }),
    besides: fc.integer({ min: 0, max: 5 }),
  });
  const made = (
    steps: readonly { step: number; candidate: number; bad: number; besides: number }[],
    fullFrom: number,
  ): Poll[] => {
    let seconds = 0;
    return steps.map(({ step, candidate, bad, besides }, i) => {
      seconds += step;
      const counts = [candidate + bad, bad] as const;
      return i >= fullFrom ? full(seconds, ...counts) : split(seconds, [...counts], [900 + besides, besides]);
    });
  };

  test('a second runner decides as a single runner would have', () => {
    fc.assert(
      fc.property(
        fc.array(poll, { minLength: 2, maxLength: 30 }),
        fc.nat(30),
        fc.nat(30),
        (steps, cut, fullFrom) => {
          const polls = made(steps, fullFrom);
          const straight = startEvidence(plan());
          for (const each of polls) advance(plan(), straight, each);
          let state = startEvidence(plan());
          polls.forEach((each, i) => {
            if (i === cut % polls.length) state = JSON.parse(JSON.stringify(state)) as EvidenceState;
            advance(plan(), state, each);
          });
          expect(state).toEqual(straight);
          expect(decide(plan(), state, late)).toEqual(decide(plan(), straight, late));
        },
      ),
    );
  });

  test('the state stays small: it has numbers for each alternative, not for each look', () => {
    const state = startEvidence(plan());
    for (let i = 1; i <= 2000; i++)
      advance(plan(), state, split(i * 10, [100, i % 3 === 0 ? 1 : 0], [900, 1]));
    expect(JSON.stringify(state).length).toBeLessThan(1800);
  });

  test('the ten thousandth look costs less than a millisecond', () => {
    const state = startEvidence(plan());
    const costs: number[] = [];
    for (let i = 1; i <= 10_000; i++) {
      const began = performance.now();
      advance(plan(), state, split(i * 10, [100, i % 300 === 0 ? 1 : 0], [900, 1]));
      decide(plan(), state, { phase: 'split', dwell: i * 10, lag: 10 });
      costs.push(performance.now() - began);
    }
    // The median of the last hundred looks, so that a machine that is busy for a moment does not fail the test.
    expect(costs.slice(-100).sort((a, b) => a - b)[50]).toBeLessThan(1);
  });

  test('merging polls loses nothing: totals and the comparison stay the same', () => {
    fc.assert(
      fc.property(fc.array(poll, { minLength: 2, maxLength: 20 }), (steps) => {
        const state = startEvidence(plan());
        for (const each of made(steps, 99)) advance(plan(), state, each);
        const total = steps.reduce((sum, { candidate, bad }) => sum + candidate + bad, 0);
        expect(state.tests[0]?.candidate.total).toBe(total);
        expect(state.tests[0]?.candidate.bad).toBe(steps.reduce((sum, { bad }) => sum + bad, 0));
      }),
    );
  });
});
