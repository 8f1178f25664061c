import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { pinTo, splitTraffic } from '../../../src/domain/traffic/compose.ts';
import type { ReleaseRecord } from '../../../src/domain/traffic/record.ts';
import { servingAllocations } from '../../../src/domain/traffic/serving.ts';
import { decideSettlement, type SettleFacts } from '../../../src/domain/traffic/settle.ts';
import { latestType, revisionType, type TrafficTarget } from '../../../src/domain/traffic/traffic.ts';

const before = 'ocr-api-00001-aaa';
const candidate = 'ocr-api-00002-bbb';
const theirs = 'ocr-api-00003-ccc';
const found: TrafficTarget[] = [{ type: latestType, percent: 100 }];
const at10 = splitTraffic(before, candidate, 10, found);
const now = Date.parse('2026-11-22T11:00:00Z');
const elsewhere = { 'us-central1': 'ocr-api-00007-ddd' };

const record = (changes: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  v: 1,
  id: 'a1b2c3d4',
  repository: 'acme/ocr',
  run: '1001',
  attempt: 1,
  phase: 'canary',
  before: found,
  before_revision: before,
  wrote: at10,
  candidate,
  failed: [],
  expires: '2026-11-22T12:00:00Z',
  ...changes,
});

function facts(changes: Partial<SettleFacts> & { record?: Partial<ReleaseRecord> } = {}): SettleFacts {
  const { record: recordChanges, ...rest } = changes;
  const live = rest.live ?? at10;
  return {
    parsed: { kind: 'record', record: record(recordChanges) },
    purpose: 'release',
    live,
    serving: servingAllocations(
      live.map((target) => ({ ...target, revision: target.revision ?? rest.latestReady ?? candidate })),
      candidate,
    ),
    latestCreated: candidate,
    latestReady: candidate,
    run: 'over',
    now,
    building: false,
    before: 'ready',
    ...rest,
  };
}
const named = (revision: string, percent: number): TrafficTarget => ({
  type: revisionType,
  revision,
  percent,
});

describe('settling what an earlier release left', () => {
  test.each([
    [
      'F1 the release died with the candidate at 100 %: before is known',
      facts({
        live: splitTraffic(before, candidate, 100, found),
        record: { phase: 'full', wrote: splitTraffic(before, candidate, 100, found) },
      }),
      { do: 'put_back', traffic: [named(before, 100)], keptPin: true },
    ],
    [
      'the last write of a region is missing after all have agreed: it is promoted',
      facts({
        live: splitTraffic(before, candidate, 100, found),
        purpose: 'person',
        agreement: { do: 'promote', reason: 'every region could be promoted' },
        record: { phase: 'held', agreed: elsewhere, wrote: splitTraffic(before, candidate, 100, found) },
      }),
      { do: 'hands_off', traffic: [named(candidate, 100)], stable: candidate },
    ],
    [
      'the same, and a person has moved the traffic: nothing is promoted',
      facts({
        live: [named(before, 100)],
        agreement: { do: 'promote', reason: 'every region could be promoted' },
        record: { phase: 'held', agreed: elsewhere, wrote: splitTraffic(before, candidate, 100, found) },
      }),
      { do: 'hands_off', traffic: [named(before, 100)] },
    ],
    [
      'a candidate with a part of the traffic is promoted by no word of the record',
      facts({
        agreement: { do: 'promote', reason: 'every region could be promoted' },
        record: { phase: 'held', agreed: elsewhere },
      }),
      { do: 'put_back' },
    ],
    [
      'a region could be promoted, and another one does not have the release: it goes back, also before the record expires',
      facts({
        live: splitTraffic(before, candidate, 100, found),
        purpose: 'janitor',
        agreement: { do: 'back', reason: 'us-central1 does not have this release' },
        record: { phase: 'full', agreed: elsewhere, wrote: splitTraffic(before, candidate, 100, found) },
      }),
      { do: 'put_back', traffic: [named(before, 100)] },
    ],
    [
      'a region could be promoted, and another one does not answer: a person decides',
      facts({
        live: splitTraffic(before, candidate, 100, found),
        agreement: { do: 'hold', reason: 'whether us-central1 is promoted could not be read (503)' },
        record: { phase: 'full', agreed: elsewhere, wrote: splitTraffic(before, candidate, 100, found) },
      }),
      { do: 'hold' },
    ],
    [
      'a region could be promoted, and nobody has asked the others: nothing is done',
      facts({
        live: splitTraffic(before, candidate, 100, found),
        record: { phase: 'full', agreed: elsewhere, wrote: splitTraffic(before, candidate, 100, found) },
      }),
      { do: 'hold' },
    ],
    ['F2 the run is alive: wait', facts({ run: 'alive' }), { do: 'wait', for: 'run' }],
    [
      'F2 the run is unknown and the record has not expired: wait',
      facts({ run: 'unknown' }),
      { do: 'wait', for: 'run' },
    ],
    [
      'F2 the run is unknown and the record has expired: put back',
      facts({ run: 'unknown', now: now + 3_600_001 }),
      { do: 'put_back' },
    ],
    [
      'F2 the record has expired, but GitHub says that the run is alive: wait',
      facts({ run: 'alive', now: now + 3_600_001 }),
      { do: 'wait', for: 'run' },
    ],
    [
      'F3 a person moved the traffic after the crash: hands off',
      facts({ live: [named(candidate, 100), { type: revisionType, revision: before, tag: 'bs-b' }] }),
      { do: 'hands_off', traffic: [named(candidate, 100)] },
    ],
    [
      'F5 a colleague deployed with all traffic on the latest: hands off',
      facts({ live: found, latestCreated: theirs, latestReady: theirs }),
      { do: 'hands_off', traffic: found },
    ],
    [
      'F12 the release died after the pin, before it built anything: LATEST again',
      facts({
        live: pinTo(before, found),
        latestCreated: before,
        latestReady: before,
        record: { phase: 'building', wrote: pinTo(before, found), candidate: undefined },
      }),
      { do: 'put_back', traffic: found, keptPin: false },
    ],
    [
      'F12 the release died after the build: LATEST has moved, so the pin stays',
      facts({ live: pinTo(before, found), record: { phase: 'building', wrote: pinTo(before, found) } }),
      { do: 'put_back', traffic: [named(before, 100)], keptPin: true },
    ],
    [
      'the build of the dead release is still running: wait',
      facts({
        live: pinTo(before, found),
        building: true,
        record: { phase: 'building', wrote: pinTo(before, found) },
      }),
      { do: 'wait', for: 'build' },
    ],
    [
      'the build of the release took the traffic although it was pinned',
      facts({ live: found, buildTookIt: true, record: { phase: 'building', wrote: pinTo(before, found) } }),
      { do: 'put_back', traffic: [named(before, 100)], keptPin: true },
    ],
    [
      'whether the build of the release took the traffic cannot be known',
      facts({ live: found, record: { phase: 'building', wrote: pinTo(before, found) } }),
      { do: 'hold', reason: expect.stringContaining('cannot be known') },
    ],
    [
      'another build took the traffic',
      facts({ live: found, buildTookIt: false, record: { phase: 'building', wrote: pinTo(before, found) } }),
      { do: 'hands_off' },
    ],
    ['F13 the post step of the release itself', facts({ purpose: 'post', run: 'self' }), { do: 'put_back' }],
    ['F14 before is gone', facts({ before: 'gone' }), { do: 'hold' }],
    ['F14 before is not ready', facts({ before: 'not_ready' }), { do: 'hold' }],
    [
      'F7 a first release died: nothing to go back to',
      facts({
        live: found,
        record: { before: [], before_revision: undefined, wrote: found, phase: 'smoking' },
      }),
      { do: 'hands_off', traffic: found },
    ],
    [
      'held for a person: the janitor leaves it',
      facts({ purpose: 'janitor', record: { phase: 'held' } }),
      { do: 'hold' },
    ],
    [
      'held for a person, but the record has expired',
      facts({ purpose: 'janitor', now: now + 3_600_001, record: { phase: 'held' } }),
      { do: 'put_back' },
    ],
    ['held, and a new release begins', facts({ record: { phase: 'held' } }), { do: 'put_back' }],
    [
      'held, and a new release begins: it does not matter whether the run is over',
      facts({ run: 'unknown', record: { phase: 'held' } }),
      { do: 'put_back' },
    ],
    [
      'held, and a person settles while the run goes on',
      facts({ purpose: 'person', run: 'alive', record: { phase: 'held' } }),
      { do: 'hold' },
    ],
    [
      'the last release ended long ago',
      facts({ live: [named(candidate, 100)], record: { phase: 'closed' } }),
      { do: 'nothing' },
    ],
    ['written by a later version', facts({ parsed: { kind: 'newer', version: 2 } }), { do: 'hold' }],
    ['no record, no tags', facts({ parsed: { kind: 'none' }, live: found }), { do: 'nothing' }],
    [
      'the record was lost just now: wait',
      facts({ parsed: { kind: 'none' }, lostForMs: 1000 }),
      { do: 'wait', for: 'record' },
    ],
    [
      'the record is lost: the tag decides',
      facts({ parsed: { kind: 'none' }, lostForMs: 61_000 }),
      { do: 'put_back', traffic: [named(before, 100)] },
    ],
    [
      'the record cannot be read: the tag decides',
      facts({ parsed: { kind: 'broken', why: 'x' }, lostForMs: 61_000 }),
      { do: 'put_back' },
    ],
    [
      'the record is lost and before is gone',
      facts({ parsed: { kind: 'none' }, lostForMs: 61_000, before: 'gone' }),
      { do: 'hold' },
    ],
    [
      'only our tags are left',
      facts({ parsed: { kind: 'none' }, lostForMs: 61_000, live: pinTo(before, []) }),
      { do: 'hands_off', traffic: [named(before, 100)] },
    ],
    [
      'our tags on a split of another tool',
      facts({
        parsed: { kind: 'none' },
        lostForMs: 61_000,
        live: [
          ...splitTraffic(before, theirs, 30, []),
          { type: revisionType, revision: candidate, tag: 'bs-c' } as TrafficTarget,
        ].filter((t) => !(t.tag === 'bs-c' && t.revision === theirs)),
      }),
      { do: 'hands_off' },
    ],
  ] as [string, SettleFacts, object][])('%s', (_, given, expected) => {
    expect(decideSettlement(given)).toMatchObject(expected);
  });

  test('for all facts: the traffic that it writes sums to 100, has none of our tags, and serves `before` or what served already', () => {
    const any = fc.record({
      phase: fc.constantFrom('building', 'smoking', 'canary', 'full', 'held', 'closed' as const),
      live: fc.constantFrom(
        found,
        at10,
        pinTo(before, found),
        [named(theirs, 100)],
        splitTraffic(before, candidate, 100, found),
      ),
      latest: fc.constantFrom(before, candidate, theirs),
      run: fc.constantFrom('self', 'over', 'alive', 'unknown' as const),
      purpose: fc.constantFrom('release', 'janitor', 'person', 'post' as const),
      later: fc.integer({ min: 0, max: 7_200_000 }),
      building: fc.boolean(),
      ready: fc.constantFrom('ready', 'not_ready', 'gone' as const),
      lost: fc.boolean(),
      buildTookIt: fc.constantFrom(true, false, undefined),
    });
    void fc.assert(
      fc.property(any, (given) => {
        const decision = decideSettlement(
          facts({
            ...given,
            now: now + given.later,
            latestCreated: given.latest,
            latestReady: given.latest,
            before: given.ready,
            lostForMs: given.later,
            record: { phase: given.phase as ReleaseRecord['phase'] },
            ...(given.lost ? { parsed: { kind: 'none' as const } } : {}),
          } as unknown as SettleFacts),
        );
        expect(decision.reason).not.toBe('');
        if (decision.do !== 'put_back' && decision.do !== 'hands_off') return;
        expect(decision.traffic.reduce((sum, target) => sum + (target.percent ?? 0), 0)).toBe(100);
        expect(decision.traffic.some((target) => target.tag?.startsWith('gr-'))).toBe(false);
        if (decision.do === 'hands_off')
          expect(servingAllocations(decision.traffic, given.latest)).toEqual(
            servingAllocations(given.live, given.latest),
          );
        else
          expect(servingAllocations(decision.traffic, given.latest)).toEqual([
            { revision: before, percent: 100 },
          ]);
      }),
    );
  });
});
