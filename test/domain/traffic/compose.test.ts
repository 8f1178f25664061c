import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  allToLatest,
  byName,
  othersTags,
  pinTo,
  promote,
  restore,
  splitTraffic,
  withoutOurTags,
  withTag,
} from '../../../src/domain/traffic/compose.ts';
import { servingAllocations } from '../../../src/domain/traffic/serving.ts';
import {
  followsLatest,
  latestType,
  revisionType,
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

const anyTag = fc.stringMatching(/^[a-f][a-z0-9]{0,6}$/);
const anyRevision = fc.constantFrom(a, b, 'ocr-api-00003-ccc');
/** A service that serves one revision, with any tags of other tools. */
const anyFound = fc
  .record({
    serving: fc.oneof(fc.constant(latest(100)), fc.constant(named(a, 100))),
    tags: fc.uniqueArray(anyTag, { maxLength: 4 }),
    onLatest: fc.boolean(),
    to: anyRevision,
  })
  .map(({ serving, tags, onLatest, to }): TrafficTarget[] => [
    serving,
    ...tags.map((tag) => (onLatest ? latest(undefined, tag) : named(to, undefined, tag))),
  ]);
const total = (traffic: readonly TrafficTarget[]) =>
  traffic.reduce((sum, target) => sum + (target.percent ?? 0), 0);

describe('traffic that is written', () => {
  test('every array that is written sums to 100, keeps all tags of other tools, and gives traffic to revisions by name', () => {
    void fc.assert(
      fc.property(anyFound, fc.integer({ min: 0, max: 100 }), (found, percent) => {
        const all = [
          pinTo(a, found),
          splitTraffic(a, b, percent, found),
          promote(b, 'pinned', found),
          promote(b, 'latest', found),
        ];
        for (const traffic of all) {
          expect(total(traffic)).toBe(100);
          expect(othersTags(traffic)).toEqual(othersTags(found));
        }
        for (const traffic of all.slice(0, 3))
          expect(
            traffic.filter((target) => (target.percent ?? 0) > 0).every((target) => target.revision),
          ).toBe(true);
        expect(withoutOurTags(pinTo(a, found)).some((target) => target.tag?.startsWith('gr-'))).toBe(false);
      }),
    );
  });

  test('traffic that is pinned and put back equals what was found, if the latest revision is still the same', () => {
    void fc.assert(
      fc.property(anyFound, (found) => {
        const back = restore(found, a, { traffic: pinTo(a, found), created: a, ready: a });
        expect(back).toEqual({ traffic: found, keptPin: false });
      }),
    );
  });

  test('traffic that followed the latest revision stays pinned if the latest is another one or may become one', () => {
    void fc.assert(
      fc.property(anyFound, fc.boolean(), (found, building) => {
        const live = building ? { created: a, ready: a, mayMove: true } : { created: b, ready: a };
        const back = restore(found, a, { traffic: pinTo(a, found), ...live });
        expect(servingAllocations(back.traffic, b)).toEqual([{ revision: a, percent: 100 }]);
        expect(back.keptPin).toBe(found[0]?.type === latestType);
        expect(othersTags(back.traffic)).toEqual(othersTags(found));
      }),
    );
  });

  test('by name, revisions keep their percentages and tags even if another revision becomes the latest', () => {
    void fc.assert(
      fc.property(anyFound, fc.integer({ min: 0, max: 100 }), (others, percent) => {
        const found = [
          ...others.slice(1),
          latest(percent, 'bs-c'),
          named('ocr-api-00003-ccc', 100 - percent),
        ];
        const held = byName(found, a);
        expect(servingAllocations(held, 'ocr-api-00009-new')).toEqual(servingAllocations(found, a));
        expect(followsLatest(held)).toBe(false);
        for (const traffic of [held, allToLatest(found)])
          expect(
            sameTraffic(traffic.filter(({ tag }) => tag).concat(latest(100)), [
              ...found.filter(({ tag }) => tag).map(({ percent: _, ...target }) => target),
              latest(100),
            ]),
          ).toBe(true);
        expect(servingAllocations(allToLatest(found), b)).toEqual([{ revision: b, percent: 100 }]);
      }),
    );
    expect(byName([], a)).toEqual([named(a, 100)]);
  });

  test('a tag that a colleague adds during the release survives', () => {
    const live = [...pinTo(a, [latest(100)]), named(a, undefined, 'preview')];
    const back = restore([latest(100)], a, { traffic: live, created: a, ready: a });
    expect(back.traffic).toEqual([latest(100), named(a, undefined, 'preview')]);
  });
});

describe('a tag of the user', () => {
  test.each([
    ['is added', [latest(100)], [latest(100), named(b, undefined, 'next')]],
    [
      'moves from another revision',
      [named(a, 100), named(a, undefined, 'next')],
      [named(a, 100), named(b, undefined, 'next')],
    ],
    [
      'moves from a target with traffic, which keeps its percentage',
      [named(a, 100, 'next')],
      [named(a, 100), named(b, undefined, 'next')],
    ],
    [
      'leaves other tags',
      [named(a, 100), latest(undefined, 'preview')],
      [named(a, 100), latest(undefined, 'preview'), named(b, undefined, 'next')],
    ],
    ['of an empty traffic keeps the latest revision serving', [], [latest(100), named(b, undefined, 'next')]],
  ])('%s', (_, found, written) => {
    expect(withTag(found, b, 'next')).toEqual(written);
  });

  test('never moves traffic, and does not change once it is there', () => {
    void fc.assert(
      fc.property(anyFound, anyRevision, anyTag, (found, revision, tag) => {
        const once = withTag(found, revision, tag);
        expect(servingAllocations(once, a)).toEqual(servingAllocations(found, a));
        expect(once.filter((target) => target.tag === tag)).toEqual([named(revision, undefined, tag)]);
        expect(sameTraffic(withTag(once, revision, tag), once)).toBe(true);
      }),
    );
  });
});
