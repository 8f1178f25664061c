import { describe, expect, test } from '@jest/globals';
import { decideAgreement, type OtherRegion } from '../../../src/domain/traffic/agreement.ts';
import { pinTo, splitTraffic } from '../../../src/domain/traffic/compose.ts';
import { parseRecord } from '../../../src/domain/traffic/parse-record.ts';
import { closeRecord, formatRecord, type ReleaseRecord } from '../../../src/domain/traffic/record.ts';
import { servingAllocations } from '../../../src/domain/traffic/serving.ts';
import { decideSettlement } from '../../../src/domain/traffic/settle.ts';
import type { TrafficTarget } from '../../../src/domain/traffic/traffic.ts';

const before = 'ocr-1';
const candidate = 'ocr-2';
const found = pinTo(before, [], { tag: false });
const full = splitTraffic(before, candidate, 100, found);
const now = Date.parse('2026-11-22T11:00:00Z');

const record = (changes: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  v: 1,
  id: 'this',
  repository: 'acme/ocr',
  run: '1001',
  attempt: 1,
  phase: 'full',
  before: found,
  before_revision: before,
  wrote: full,
  candidate,
  failed: [],
  expires: '2026-11-22T10:00:00Z',
  ...changes,
});
/** Of a later release, which began on this revision. */
const on = (revision: string) => ({
  ...{ id: 'next', before: pinTo(revision, [], { tag: false }), before_revision: revision },
});
const closed = (changes: Partial<ReleaseRecord> = {}) =>
  ({
    ...closeRecord(record(), { wrote: full, expires: '2026-11-22T10:00:00Z' }),
    ...changes,
  }) as ReleaseRecord;

const other = (said: ReleaseRecord | undefined, serves: string, region = 'us-central1'): OtherRegion => {
  const traffic = pinTo(serves, [], { tag: false });
  const service = { traffic, trafficStatuses: traffic, latestReadyRevision: undefined };
  return { kind: 'read', region, candidate, service, parsed: parseRecord(said && formatRecord(said)) };
};
const gone: OtherRegion = { kind: 'gone', region: 'us-east1' };
const unread: OtherRegion = { kind: 'unread', region: 'us-east1', why: 'It answered 503.' };
const agreed = record({ agreed: { 'europe-west1': candidate } });

describe('what another region says about a region that could be promoted', () => {
  test.each<[string, OtherRegion[], 'promote' | 'back' | 'hold', RegExp?]>([
    [
      'it is promoted',
      [other(closed({ stable: candidate }), candidate)],
      'promote',
      /^us-central1 is promoted$/,
    ],
    ['it can be promoted too', [other(agreed, candidate)], 'promote', /^every region could/],
    [
      'its last write failed after all had agreed',
      [other({ ...agreed, phase: 'held' }, candidate)],
      'promote',
    ],
    [
      'it never came to agree',
      [other(record(), candidate)],
      'back',
      /^us-central1 does not have this release$/,
    ],
    ['it was taken back by its janitor', [other(closed({ stable: before }), before)], 'back'],
    ['a person has moved its traffic', [other(agreed, before)], 'back'],
    [
      'a person has taken it back after it was promoted',
      [other(closed({ stable: candidate }), before)],
      'back',
    ],
    [
      'a person has taken it back with the rollback of this suite',
      [other(closed({ id: 'person', stable: before, failed: [candidate] }), before)],
      'back',
    ],
    ['a later release has begun on it', [other(record(on(candidate)), candidate)], 'promote'],
    ['a later release has begun on what it was put back to', [other(record(on(before)), before)], 'back'],
    [
      'a later release has ended on it',
      [other(closed({ ...on(candidate), candidate: 'ocr-3', stable: 'ocr-3' }), 'ocr-3')],
      'promote',
    ],
    [
      'two later releases have ended there: it says nothing any more',
      [other(closed({ ...on('ocr-3'), candidate: 'ocr-4', stable: 'ocr-4' }), 'ocr-4')],
      'promote',
      /^every region could/,
    ],
    ['it is deleted', [gone], 'promote'],
    ['its record is lost', [other(undefined, candidate)], 'promote'],
    ['its record and its traffic are gone', [other(undefined, before)], 'back'],
    [
      'it does not answer',
      [other(agreed, candidate), unread],
      'hold',
      /us-east1 is promoted could not be read \(It answered 503\)$/,
    ],
    [
      'one does not answer, and another is promoted',
      [other(closed({ stable: candidate }), candidate), unread],
      'promote',
    ],
    ['one does not answer, and another is back', [other(closed(), before), unread], 'back'],
    [
      'a person has taken back one, and another is promoted',
      [
        other(closed({ stable: candidate }), candidate),
        other(closed({ stable: candidate }), before, 'us-east1'),
      ],
      'promote',
      /although us-east1 is not any more$/,
    ],
  ])('%s', (_, others, does, reason = /./) => {
    const decided = decideAgreement(agreed, others);
    expect(decided.do).toBe(does);
    expect(decided.reason).toMatch(reason);
  });

  test('a region that is held has agreed with all others, so one that does not answer changes nothing', () => {
    expect(decideAgreement({ ...agreed, phase: 'held' }, [unread]).do).toBe('promote');
  });
});

/** A region of the model below: what its service holds. */
interface Place {
  record: ReleaseRecord;
  traffic: TrafficTarget[];
}
type At = 'open' | 'agreed' | 'promoted' | 'back';

const placeAt = (at: At, regions: readonly string[]): Place => {
  const others = Object.fromEntries(regions.map((region) => [region, candidate]));
  if (at === 'open') return { record: record(), traffic: full };
  if (at === 'agreed') return { record: record({ agreed: others }), traffic: full };
  const traffic = pinTo(at === 'back' ? before : candidate, [], { tag: false });
  const end = { wrote: traffic, stable: at === 'back' ? undefined : candidate, expires: record().expires };
  return { record: closeRecord(record(), end), traffic };
};

/** Where a release can die: no region is promoted before all have agreed, and none goes back afterwards. */
function deaths(size: number): At[][] {
  const all = (states: readonly At[]): At[][] =>
    Array.from({ length: states.length ** size }, (_, code) =>
      Array.from(
        { length: size },
        (_, i) => states[Math.floor(code / states.length ** i) % states.length] as At,
      ),
    );
  return [...all(['open', 'agreed', 'back']), ...all(['agreed', 'promoted'])];
}

/** Every order in which each region is read (with the others) and later written. Two settlers may do so at the same time. */
function* orders(left: readonly number[], reading: readonly number[] = []): Generator<string[]> {
  if (left.length === 0 && reading.length === 0) yield [];
  for (const region of left)
    for (const rest of orders(
      left.filter((one) => one !== region),
      [...reading, region],
    ))
      yield [`read ${region}`, ...rest];
  for (const region of reading)
    for (const rest of orders(
      left,
      reading.filter((one) => one !== region),
    ))
      yield [`write ${region}`, ...rest];
}

const names = ['europe-west1', 'us-central1', 'us-east1'];

/** Settles as the use case does: it reads the others, then decides again on its own service as it is when it writes. */
function play(ats: readonly At[], order: readonly string[]): Place[] {
  const regions = names.slice(0, ats.length);
  const places = ats.map((at, i) =>
    placeAt(
      at,
      regions.filter((_, other) => other !== i),
    ),
  );
  const read = new Map<number, ReturnType<typeof decideAgreement>>();
  for (const step of order) {
    const i = Number(step.slice(step.indexOf(' ')));
    const own = places[i] as Place;
    const parsed = { kind: 'record', record: own.record } as const;
    if (step.startsWith('read')) {
      const others = places.flatMap(({ record: said, traffic }, at): OtherRegion[] => {
        const service = { traffic, trafficStatuses: traffic, latestReadyRevision: undefined };
        const told = { kind: 'record', record: said } as const;
        return at === i ? [] : [{ kind: 'read', region: names[at] ?? '', candidate, parsed: told, service }];
      });
      if (own.record.agreed) read.set(i, decideAgreement(own.record, others));
      continue;
    }
    const settlement = decideSettlement({
      parsed,
      purpose: 'janitor',
      live: own.traffic,
      serving: servingAllocations(own.traffic, undefined),
      latestCreated: candidate,
      latestReady: candidate,
      run: 'over',
      now,
      building: false,
      before: 'ready',
      agreement: read.get(i),
    });
    if (settlement.do !== 'put_back' && settlement.do !== 'hands_off') continue;
    const stable = settlement.do === 'hands_off' ? settlement.stable : undefined;
    const end = { wrote: settlement.traffic, stable, expires: own.record.expires };
    places[i] = { record: closeRecord(own.record, end), traffic: settlement.traffic };
  }
  return places;
}

describe('a release that died anywhere between its last watch and its end', () => {
  test.each([2, 3])('in %d regions, settled in every order and at once: all have it, or none', (size) => {
    let played = 0;
    for (const ats of deaths(size))
      for (const order of orders(Array.from({ length: size }, (_, i) => i))) {
        const ends = play(ats, order);
        const serving = ends.map(({ traffic }) => servingAllocations(traffic, undefined)[0]?.revision);
        const open = ends.filter(({ record: { phase } }) => phase !== 'closed');
        const isFit = new Set(serving).size === 1 && open.length === 0;
        if (!isFit) throw new Error(`${ats} in the order ${order} ends with ${serving}, ${open.length} open`);
        played++;
      }
    // Six orders of two regions, ninety of three.
    expect(played).toBe(size === 2 ? 13 * 6 : 35 * 90);
  });
});

test('a record keeps what was agreed, and leaves out what is malformed', () => {
  const read = (changes: object) => {
    const parsed = parseRecord(JSON.stringify({ ...record(), ...changes }));
    return parsed.kind === 'record' ? parsed.record.agreed : parsed;
  };
  expect(read({ agreed: { 'us-central1': 'ocr-9' } })).toEqual({ 'us-central1': 'ocr-9' });
  expect(read({ agreed: {} })).toEqual({});
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`us-east${i}`, 'ocr-9']));
  for (const agreed of [true, [], 'x', { '../x': 'ocr-9' }, { 'us-east1': 'Ocr 9' }, { 'us-east1': 1 }, many])
    expect(read({ agreed })).toBeUndefined();
});
