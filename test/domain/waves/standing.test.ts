import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  agreed,
  mayGo,
  passedAll,
  preparing,
  type RegionStanding,
} from '../../../src/domain/waves/standing.ts';

const waves = [['a'], ['b', 'c']];
type At = Record<string, number | 'done' | 'stopped'>;
const standings = (at: At): Record<string, RegionStanding> =>
  Object.fromEntries(
    Object.entries(at).map(([region, where]) => [
      region,
      typeof where === 'number' ? { step: where } : { step: preparing, ended: where },
    ]),
  );

describe('whose turn it is', () => {
  test.each<[string, At, string[]]>([
    ['nobody before all are built', { a: 0, b: 0, c: preparing }, []],
    ['the first wave, once all are built', { a: 0, b: 0, c: 0 }, ['a']],
    ['a wave waits for the one before it', { a: 2, b: 0, c: 0 }, ['a']],
    ['the second wave, once the first has passed', { a: passedAll, b: 0, c: 0 }, ['b', 'c']],
    ['the regions of a wave take each step together', { a: passedAll, b: 1, c: 0 }, ['c']],
    ['nobody ends before all have passed', { a: passedAll, b: passedAll, c: 2 }, ['c']],
    ['all end at once', { a: passedAll, b: passedAll, c: passedAll }, ['a', 'b', 'c']],
    ['nobody is promoted before all have agreed', { a: agreed, b: agreed, c: passedAll }, ['c']],
    ['all are promoted at once', { a: agreed, b: agreed, c: agreed }, ['a', 'b', 'c']],
    ['a region without anything to do stops nobody', { a: 'done', b: 0, c: 'done' }, ['b']],
    ['after a region has stopped, nobody goes on', { a: passedAll, b: 0, c: 'stopped' }, []],
  ])('%s', (_, at, expected) => {
    const regions = waves.flat().filter((region) => typeof at[region] === 'number');
    expect(regions.filter((region) => mayGo(waves, standings(at), region))).toEqual(expected);
  });

  test('as long as nobody has stopped, somebody may go: regions never wait for each other for ever', () => {
    const step = fc.constantFrom<number | 'done'>(0, 1, 2, passedAll, agreed, 'done');
    fc.assert(
      fc.property(step, step, step, (a, b, c) => {
        const at = { a, b, c };
        const waiting = waves.flat().filter((region) => at[region as keyof typeof at] !== 'done');
        const going = waiting.filter((region) => mayGo(waves, standings(at), region));
        expect(going.length > 0 || waiting.length === 0).toBe(true);
      }),
    );
  });
});
