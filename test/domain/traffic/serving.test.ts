import { describe, expect, test } from '@jest/globals';
import { resolveBefore, soleServing } from '../../../src/domain/traffic/serving.ts';
import { latestType, revisionType, type TrafficTarget } from '../../../src/domain/traffic/traffic.ts';

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

describe('what serves before a release', () => {
  const service = (
    trafficStatuses: TrafficTarget[],
    traffic = trafficStatuses,
    latestReadyRevision: string | undefined = b,
  ) => ({
    traffic,
    trafficStatuses,
    latestReadyRevision,
  });
  test.each([
    [
      'the one with positive traffic, not the first',
      service([named(b, undefined, 'x'), named(a, 100)]),
      { kind: 'one', revision: a, followsLatest: false },
    ],
    ['LATEST without a revision', service([latest(100)]), { kind: 'one', revision: b, followsLatest: true }],
    ['an empty array', service([], []), { kind: 'one', revision: b, followsLatest: true }],
    [
      'one revision in two entries',
      service([named(a, 30), named(a, 70)]),
      { kind: 'one', revision: a, followsLatest: false },
    ],
    ['nothing yet', { traffic: [], trafficStatuses: [], latestReadyRevision: undefined }, { kind: 'none' }],
    [
      'a split',
      service([named(a, 30), named(b, 70)]),
      {
        kind: 'split',
        allocations: [
          { revision: b, percent: 70 },
          { revision: a, percent: 30 },
        ],
      },
    ],
  ])('%s', (_, facts, expected) => {
    expect(resolveBefore(facts)).toEqual(expected);
    expect(soleServing(facts)).toBe('revision' in expected ? expected.revision : undefined);
  });
});
