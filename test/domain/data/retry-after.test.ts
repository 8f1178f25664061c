import { expect, test } from '@jest/globals';
import { retryAfterMs } from '../../../src/domain/data/retry-after.ts';

const noon = 'Mon, 30 Nov 2026 12:00:00 GMT';
const later = 'Mon, 30 Nov 2026 12:00:30 GMT';

test.each([
  ['seconds', { 'retry-after': '7' }, 7000],
  ['seconds with spaces', { 'retry-after': ' 7 ' }, 7000],
  ['a part of a second, which some servers send', { 'retry-after': '0.5' }, 500],
  ['a date, by the clock of the server', { 'retry-after': later, date: noon }, 30_000],
  ['a date that is past', { 'retry-after': noon, date: later }, 0],
  ['a date in the old form', { 'retry-after': 'Monday, 30-Nov-2026 12:00:30 GMT', date: noon }, 30_000],
  ['a date without a clock', { 'retry-after': later }, undefined],
  ['none', {}, undefined],
  ['an empty one', { 'retry-after': '' }, undefined],
  ['words', { 'retry-after': 'soon' }, undefined],
  ['a negative number', { 'retry-after': '-5' }, undefined],
  ['a number with a unit', { 'retry-after': '1.5s' }, undefined],
])('%s', (_, headers, expected) => {
  expect(retryAfterMs(headers)).toBe(expected);
});

test('a date is compared with the given clock if the server sends none', () => {
  expect(retryAfterMs({ 'retry-after': later }, Date.parse(noon))).toBe(30_000);
});
