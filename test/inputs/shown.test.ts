import { expect, test } from '@jest/globals';
import { isQuotable } from '../../src/inputs/shown.ts';

/** A wrong value helps its user, but a secret that was pasted into the wrong input must not be repeated. */
test.each([
  ['lots of memory', true],
  ['ten years', true],
  ['Us Central', true],
  ['us-centrall1', true],
  ['ALLOW_NONE', true],
  ['projects/p/repositories/r', true],
  ['512 MB', true],
  ['-12345678901', true],
  ['hunter2hunter2', false],
  ['Zq7vN2xL9tR4w', false],
  ['ghs_7Tq2Zx9LmN4vB8cR1yK6', false],
  ['550e8400-e29b-41d4-a716-446655440000', false],
  ['one word after the other until it is a phrase', false],
  ['x'.repeat(61), false],
  ['a\nb', false],
])('%j is quoted: %s', (text, expected) => {
  expect(isQuotable(text)).toBe(expected);
});
