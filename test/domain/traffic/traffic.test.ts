import { describe, expect, test } from '@jest/globals';
import { pinTo } from '../../../src/domain/traffic/compose.ts';
import {
  followsLatest,
  latestType,
  revisionType,
  sameAllocation,
  sameTraffic,
  type TrafficTarget,
} from '../../../src/domain/traffic/traffic.ts';

const a = 'ocr-api-00001-aaa';
const b = 'ocr-api-00002-bbb';
const named = (revision: string, percent?: number, tag?: string): TrafficTarget => ({
  type: revisionType,
  revision,
  ...(percent === undefined ? {} : { percent }),
  ...(tag === undefined ? {} : { tag }),
});
const latest = (percent?: number, tag?: string): TrafficTarget => ({
  type: latestType,
  ...(percent === undefined ? {} : { percent }),
  ...(tag === undefined ? {} : { tag }),
});

describe('traffic', () => {
  test.each([
    ['an empty array', [], true],
    ['all to the latest', [latest(100)], true],
    ['part of it to the latest', [named(a, 90), latest(10)], true],
    ['only a tag on the latest', [named(a, 100), latest(undefined, 'preview')], false],
    ['by name', [named(a, 100)], false],
  ] as [string, TrafficTarget[], boolean][])(
    'a new revision gets traffic by itself: %s',
    (_, traffic, follows) => {
      expect(followsLatest(traffic)).toBe(follows);
    },
  );

  test.each([
    ['empty is the latest', [], [latest(100)], true],
    ['order', [named(a, 90), named(b, 10)], [named(b, 10), named(a, 90)], true],
    ['the type may be left out', [{ revision: a, percent: 100 }], [named(a, 100)], true],
    [
      'a percentage and a tag in one entry',
      [named(a, 100, 'x')],
      [named(a, 100), named(a, undefined, 'x')],
      true,
    ],
    ['one revision in two entries', [named(a, 40), named(a, 60)], [named(a, 100)], true],
    [
      'an entry without a percentage and a tag does not count',
      [named(a, 100), named(b, 0)],
      [named(a, 100)],
      true,
    ],
    ['the latest is not the same as its name', [latest(100)], [named(a, 100)], false],
    ['other percentages', [named(a, 90), named(b, 10)], [named(a, 10), named(b, 90)], false],
    ['other tags', [named(a, 100, 'x')], [named(a, 100, 'y')], false],
  ] as [string, TrafficTarget[], TrafficTarget[], boolean][])(
    'the same traffic: %s',
    (_, one, other, same) => {
      expect(sameTraffic(one, other)).toBe(same);
    },
  );

  test('percentages are compared without the tags, ours and those of other tools', () => {
    expect(sameAllocation(pinTo(a, []), [named(a, 100)])).toBe(true);
    expect(sameAllocation([named(a, 100, 'x')], [named(a, 100), latest(undefined, 'y')])).toBe(true);
    expect(sameAllocation([named(a, 100)], [latest(100)])).toBe(false);
  });
});
