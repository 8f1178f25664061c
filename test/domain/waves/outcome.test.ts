import { expect, test } from '@jest/globals';
import type { Outcome } from '../../../src/domain/findings/verdict.ts';
import { exposureOf, outcomeOf } from '../../../src/domain/waves/outcome.ts';

test.each<[Record<string, Outcome | undefined>, string | undefined, Outcome | undefined]>([
  [{ a: 'promoted', b: 'promoted' }, undefined, 'promoted'],
  [{ a: 'rolled_back', b: 'smoke_failed' }, 'b', 'smoke_failed'],
  // The others could not be put back, which is worse for users than the cause.
  [{ a: 'held', b: 'smoke_failed' }, 'b', 'held'],
  [{ a: 'exposed', b: 'rolled_back' }, 'a', 'exposed'],
  [{ a: 'blocked', b: 'blocked' }, 'a', 'blocked'],
  [{ a: 'cancelled', b: 'cancelled' }, 'a', 'cancelled'],
  // It failed before it released anything, and the others only followed it.
  [{ a: undefined, b: 'blocked' }, 'a', undefined],
  [{ a: 'promoted', b: undefined }, undefined, undefined],
  [{}, undefined, undefined],
])('%j stopped by %s: %s', (outcomes, by, expected) => {
  expect(outcomeOf(outcomes, by)).toBe(expected);
});

test.each([
  [['private', 'private'], 'private'],
  [['private', 'public', undefined], 'public'],
  [['private', 'unknown'], 'unknown'],
  // Nobody has looked at one of them.
  [['private', undefined], 'unknown'],
  [[undefined, undefined], undefined],
  [[], undefined],
] as const)('the exposure of %j: %s', (all, expected) => {
  expect(exposureOf(all)).toBe(expected);
});
