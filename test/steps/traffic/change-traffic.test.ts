import { beforeEach, describe, expect, test } from '@jest/globals';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { recordAnnotation } from '../../../src/domain/product.ts';
import { parseRecord } from '../../../src/domain/traffic/parse-record.ts';
import type { ReleaseRecord } from '../../../src/domain/traffic/record.ts';
import { latestType, revisionType, type TrafficTarget } from '../../../src/domain/traffic/traffic.ts';
import { awaitSettled, awaitTraffic } from '../../../src/steps/traffic/await-traffic.ts';
import { type ChangeOptions, changeTraffic, type Decide } from '../../../src/steps/traffic/change-traffic.ts';
import type { ChangePorts } from '../../../src/steps/traffic/ports.ts';
import { FakeService, reset } from '../../support/fake-service.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const named = (revision: string, percent = 100): TrafficTarget => ({ type: revisionType, revision, percent });
const latest: TrafficTarget[] = [{ type: latestType, percent: 100 }];
const one = [named('ocr-1')];
const old = [named('ocr-0')];
const record = (id: string): ReleaseRecord => ({
  v: 1,
  id,
  repository: 'acme/ocr',
  run: '1',
  attempt: 1,
  phase: 'building',
  before: latest,
  before_revision: 'ocr-0',
  wrote: one,
  failed: [],
  expires: '2026-11-22T13:00:00.000Z',
});
const refused = () => new ReleaseError('permission-denied', { what: 'No.' });

let clock: VirtualClock;
let service: FakeService;
let ports: ChangePorts;
const change = (decide: Decide, options: Partial<ChangeOptions> = {}) =>
  changeTraffic(ports, service.name, decide, { withinMs: 60_000, ...options });
const pin: Decide = () => ({ traffic: one });

beforeEach(() => {
  clock = new VirtualClock();
  service = new FakeService(clock, latest);
  const log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
  ports = { services: service.services, clock, log };
});

describe('a change of traffic', () => {
  test('with a record: both in one write, and other annotations as they were', async () => {
    const changed = await change(() => ({ traffic: one, record: record('a') }));
    expect(changed).toMatchObject({ done: true, wrote: true });
    expect(service.patches).toHaveLength(1);
    expect(service.patches[0]).toMatchObject({ traffic: one, annotations: { theirs: 'kept' } });
    expect(parseRecord(service.annotations[recordAnnotation])).toMatchObject({ record: { id: 'a' } });
  });

  test('without a record: the write has no annotations, even if the service has a record', async () => {
    await change(() => ({ traffic: old, record: record('theirs') }));
    const before = service.annotations;
    const changed = await change(pin);
    expect(changed).toMatchObject({ done: true, wrote: true });
    expect(service.patches.at(-1)).toEqual({ traffic: one });
    expect(service.annotations).toEqual(before);
  });

  test('of the record alone: no traffic is sent or waited for', async () => {
    service.move(old);
    const changed = await change(() => ({ record: record('a') }));
    expect(changed).toMatchObject({ done: true, wrote: true, service: { settled: false } });
    expect(Object.keys(service.patches[0] ?? {})).toEqual(['annotations']);
  });

  test('ends once the service has settled and serves it', async () => {
    service.settleMs = 5000;
    const started = clock.now();
    const changed = await change(pin);
    expect(changed).toMatchObject({ done: true, service: { settled: true, trafficStatuses: one } });
    expect(clock.now() - started).toBeGreaterThanOrEqual(5000);
  });

  test('to traffic that the service already has is awaited and not written', async () => {
    service.move(one);
    expect(await change(pin)).toMatchObject({ done: true, wrote: false, service: { settled: true } });
    expect(service.patches).toEqual([]);
  });

  test.each([
    ['with a record', record('a')],
    ['without a record', undefined],
  ])('whose response was lost is found by reading: %s', async (_, own) => {
    service.onPatch = () => 'lost';
    const changed = await change(() => ({ traffic: one, record: own }));
    expect(changed).toMatchObject({ done: true, wrote: true, written: { traffic: one } });
    expect(service.patches).toHaveLength(1);
  });

  test('that lost the race is decided again, on the service as it is then', async () => {
    service.onPatch = (nth) => {
      if (nth === 1) service.move(old);
      return undefined;
    };
    const seen: TrafficTarget[][] = [];
    const changed = await change(({ traffic }) => {
      seen.push(traffic);
      return { traffic: one };
    });
    expect(changed).toMatchObject({ done: true, wrote: true });
    expect(seen).toEqual([latest, old]);
    service.onPatch = (nth) => {
      if (nth === 3) service.move(latest);
      return undefined;
    };
    const yielded = await change(({ traffic }) =>
      traffic[0]?.type === latestType ? { stop: 'refused', reason: 'they want LATEST' } : { traffic: old },
    );
    expect(yielded).toEqual({ done: false, stop: 'refused', reason: 'they want LATEST' });
    expect(service.traffic).toEqual(latest);
  });

  test('begins with the service that was read before, and reads again if that is stale', async () => {
    const first = service.look();
    const readsAtPatch: number[] = [];
    service.onPatch = () => {
      readsAtPatch.push(service.reads);
      return undefined;
    };
    const fresh = await change(pin, { first });
    expect([fresh.done, readsAtPatch]).toEqual([true, [0]]);
    service.move(latest);
    const stale = await change(pin, { first });
    expect([stale.done, service.traffic]).toEqual([true, one]);
  });

  test('survives transient errors of the read, the write and the wait', async () => {
    service.onGet = (nth) => (nth === 1 || nth === 4 ? reset() : undefined);
    service.onPatch = (nth) => (nth === 1 ? reset() : undefined);
    expect(await change(pin)).toMatchObject({ done: true, wrote: true });
    expect([service.serves(), service.reads > 4]).toEqual([{ 'ocr-1': 100 }, true]);
  });

  test('ends at once with a permanent error, unless it is stubborn', async () => {
    service.onPatch = (nth) => (nth < 4 ? refused() : undefined);
    await expect(change(pin)).rejects.toMatchObject({ code: 'permission-denied' });
    expect(service.patches).toHaveLength(1);
    expect(await change(pin, { stubborn: true })).toMatchObject({ done: true });
  });

  test('fails at the deadline with the reason, under the code that the caller chose', async () => {
    service.onPatch = (nth) => (nth === 1 ? reset() : 'conflict');
    const started = clock.now();
    // An error that did not come again is not the reason.
    await expect(change(pin)).rejects.toMatchObject({
      code: 'deadline-exceeded',
      what: expect.stringContaining('other tools or people kept changing'),
    });
    expect(clock.now() - started).toBeLessThanOrEqual(60_000);
    expect(service.patches.length).toBeGreaterThan(10);
    await expect(change(pin, { busyCode: 'deploy-conflict' })).rejects.toMatchObject({
      code: 'deploy-conflict',
    });
    service.onPatch = () => reset();
    await expect(change(pin, { busyCode: 'deploy-conflict' })).rejects.toMatchObject({
      code: 'network-failed',
    });
  });

  test('that does not take effect reports what the last look saw', async () => {
    service.settleMs = 1e9;
    await expect(change(pin, { busyCode: 'deploy-conflict' })).rejects.toMatchObject({
      code: 'deadline-exceeded',
      what: expect.stringContaining('was written but did not settle'),
      why: 'The last look: Traffic is being moved.',
    });
  });

  test('that others overtake gives way to them, or insists', async () => {
    const meddle = () => {
      service.onGet = () => {
        if (service.patches.length === 1) {
          service.move(latest);
          service.onGet = () => undefined;
        }
        return undefined;
      };
    };
    meddle();
    expect(await change(pin)).toMatchObject({ done: false, stop: 'moved' });
    expect([service.patches.length, service.traffic]).toEqual([1, latest]);
    service.patches.length = 0;
    meddle();
    expect(await change(pin, { insist: true })).toMatchObject({ done: true, wrote: true });
    expect([service.patches.length, service.traffic]).toEqual([2, one]);
  });

  test('ends at once if the run is cancelled', async () => {
    service.settleMs = 10_000;
    const abort = new AbortController();
    const reason = new ReleaseError('cancelled', { what: 'Stop.' });
    const changing = change(pin, { signal: abort.signal });
    await clock.sleep(1000);
    abort.abort(reason);
    await expect(changing).rejects.toBe(reason);
  });

  test('of a service that does not exist is an error', async () => {
    ports.services.get = async () => undefined;
    await expect(change(pin)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('waiting', () => {
  const deadline = () => clock.now() + 60_000;

  test('for traffic ends if others move the traffic, and says what serves', async () => {
    service.move(old);
    await clock.sleep(service.settleMs);
    expect(await awaitTraffic(ports, service.name, one, { deadline: deadline() })).toEqual({
      done: false,
      stop: 'moved',
      reason: 'another tool or person moved the traffic in the meantime (ocr-0 100 %)',
    });
  });

  test('for the service to settle accepts the traffic that others wrote', async () => {
    service.move(old);
    service.onGet = (nth) => {
      if (nth === 2) service.move(one);
      return undefined;
    };
    const settled = await awaitSettled(ports, service.name, { deadline: deadline() });
    expect(settled).toMatchObject({ settled: true, trafficStatuses: one });
  });

  test('for a service that does not serve what its settings ask for goes on to the deadline', async () => {
    const { get } = ports.services;
    ports.services.get = async (name, signal) => {
      const seen = await get(name, signal);
      return seen && { ...seen, trafficStatuses: old };
    };
    await expect(awaitSettled(ports, service.name, { deadline: deadline() })).rejects.toMatchObject({
      code: 'deadline-exceeded',
      what: expect.stringContaining('did not settle in time'),
      why: 'The last look: it serves ocr-0 100 %.',
    });
    ports.services.get = async () => undefined;
    await expect(awaitSettled(ports, service.name, { deadline: deadline() })).rejects.toMatchObject({
      why: 'The last look: it does not exist.',
    });
  });
});
