import { describe, expect, test } from '@jest/globals';
import { askUntilSame, differentAnswer, sameAnswer } from '../../../src/steps/traffic/same-answer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const ok = { answered: true, text: 'it answers 200', status: 200 };
const created = { answered: true, text: 'it answers 201', status: 201 };
const missing = { answered: true, text: 'it answers 404', status: 404 };
const kept = {
  answered: false,
  text: 'it answers 404',
  status: 404,
  by: 'ingress' as const,
  fix: 'Open it.',
};

describe('the same request before and after', () => {
  test.each([
    ['the same status', ok, ok, true],
    ['the same hundred', ok, created, true],
    ['another hundred', ok, missing, false],
    ['the front end instead of the function', missing, kept, false],
    ['the front end both times', kept, kept, true],
  ])('%s', (_, before, after, same) => {
    expect(sameAnswer(before, after)).toBe(same);
    expect(differentAnswer('r1', before, after)).toHaveLength(same ? 0 : 1);
  });

  test('what was not reached before proves nothing', () => {
    expect(differentAnswer('r1', kept, ok)).toEqual([]);
  });

  test('asks again while the change is on its way to the front ends, and gives up', async () => {
    const clock = new VirtualClock();
    let asked = 0;
    const ask = async () => (++asked < 4 ? kept : ok);
    const signal = new AbortController().signal;
    expect(await askUntilSame(clock, ask, ok, signal)).toBe(ok);
    expect(asked).toBe(4);
    asked = -1000;
    expect(await askUntilSame(clock, ask, ok, signal)).toBe(kept);
    asked = -1000;
    expect(await askUntilSame(clock, ask, kept, signal)).toBe(kept);
    expect(asked).toBe(-999);
  });
});
