import { beforeEach, describe, expect, test } from '@jest/globals';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { latestType, revisionType, type TrafficTarget } from '../../../src/domain/traffic/traffic.ts';
import { holdTraffic, releaseHold } from '../../../src/steps/deploy/hold.ts';
import type { DeployPorts, DeployRequest, DeployRun } from '../../../src/steps/deploy/ports.ts';
import { startRun } from '../../../src/steps/deploy/run.ts';
import { giveTraffic, verifyHeld } from '../../../src/steps/deploy/traffic.ts';
import { FakeService, reset } from '../../support/fake-service.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const named = (revision: string, percent = 100): TrafficTarget => ({ type: revisionType, revision, percent });
const latest: TrafficTarget[] = [{ type: latestType, percent: 100 }];
const one = [named('ocr-1')];
const failed = new ReleaseError('deploy-failed', { what: 'The build failed.' });
const refused = new ReleaseError('permission-denied', {
  what: 'No.',
  why: 'run.services.update is missing.',
});

let clock: VirtualClock;
let service: FakeService;
let warnings: string[];
let abort: AbortController;
let run: DeployRun;

beforeEach(() => {
  clock = new VirtualClock();
  service = new FakeService(clock, latest);
  warnings = [];
  abort = new AbortController();
  const log = {
    line: () => {},
    warning: (text: string) => warnings.push(text),
    detail: () => {},
    debug: () => {},
  };
  const ports = { services: service.services, clock, log } as unknown as DeployPorts;
  const request = { project: 'p', region: 'l', name: 'ocr', deadlineSeconds: 600, signal: abort.signal };
  run = startRun(ports, request as unknown as DeployRequest);
  run.result.service = service.name;
});

const hold = () => holdTraffic(run, service.look());
const acts = () => run.result.actions.map(({ what }) => what);
/** The revision that the build makes. A pin keeps traffic away from it. */
const builds = (revision = 'ocr-2') => {
  service.appears(revision);
  run.result.revision = revision;
};

describe('the pin before a build', () => {
  test('names the serving revision, and a failed build puts back the earlier traffic', async () => {
    const tagged: TrafficTarget[] = [{ ...latest[0], tag: 'preview' }];
    service.move(tagged);
    await hold();
    expect(service.serves()).toEqual({ 'ocr-1': 100 });
    expect(service.traffic).toEqual([...one, { type: latestType, tag: 'preview' }]);
    await releaseHold(run, failed);
    expect(service.traffic).toEqual(tagged);
    expect(acts()).toEqual(['traffic of ocr held at ocr-1 100 %', 'traffic of ocr put back to LATEST 100 %']);
    expect(warnings).toEqual([]);
  });

  test('of a split names the revision that LATEST means now', async () => {
    const split: TrafficTarget[] = [{ type: latestType, percent: 30 }, named('ocr-0', 70)];
    service.move(split);
    await hold();
    expect(service.traffic).toEqual([named('ocr-1', 30), named('ocr-0', 70)]);
    await releaseHold(run, failed);
    expect(service.traffic).toEqual(split);
  });

  test.each([
    ['by name already', () => service.move(one), {}],
    ["as the service's settings say", () => {}, { allTraffic: false }],
  ])('is not needed if the service serves %s', async (_, prepare, request) => {
    prepare();
    Object.assign(run.request, request);
    await hold();
    expect([service.patches, run.held]).toEqual([[], undefined]);
  });

  test('counts as ours even if the answer to its write was lost', async () => {
    service.onPatch = (nth) => (nth === 1 ? 'lost' : undefined);
    await hold();
    expect(run.held).toMatchObject({ before: latest, pinned: one });
    await releaseHold(run, failed);
    expect([service.traffic, acts().length]).toEqual([latest, 2]);
  });

  test('is written again if another process undoes it before it takes effect; a pin of another process stays', async () => {
    let times = 0;
    service.onGet = () => {
      if (service.patches.length === 1 && times++ === 0) service.move(latest);
      return undefined;
    };
    await hold();
    expect([service.patches.length, service.serves(), run.held?.before]).toEqual([
      2,
      { 'ocr-1': 100 },
      latest,
    ]);

    run.held = undefined;
    service.move(latest);
    service.onGet = () => undefined;
    service.onPatch = () => {
      service.move([named('ocr-0')]);
      return undefined;
    };
    await hold();
    expect([service.traffic, run.held]).toEqual([[named('ocr-0')], undefined]);
  });

  test('is a conflict if every attempt meets another write, and the traffic stays as it is', async () => {
    service.onPatch = () => 'conflict';
    const error = await hold().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'deploy-conflict' });
    await releaseHold(run, error);
    expect([service.traffic, acts(), warnings]).toEqual([latest, [], []]);
  });

  test('names the missing permission if the write is refused, and then there is nothing to put back', async () => {
    service.onPatch = () => refused;
    // Not even if the build of an earlier attempt is still running: that warning is about the pin, and there is none.
    run.result.operation = 'projects/p/locations/l/operations/o';
    const error = await hold().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'permission-denied',
      what: expect.stringContaining('could not be pinned'),
      fix: expect.stringContaining('roles/run.developer'),
    });
    await releaseHold(run, error);
    expect([service.patches.length, warnings]).toEqual([1, []]);
  });

  test('is removed again if the run is cancelled before it takes effect', async () => {
    service.settleMs = 5000;
    const holding = hold();
    await clock.sleep(1000);
    const reason = new ReleaseError('cancelled', { what: 'Stop.' });
    abort.abort(reason);
    await expect(holding).rejects.toBe(reason);
    await releaseHold(run, reason);
    expect([service.traffic, service.serves()]).toEqual([latest, { 'ocr-1': 100 }]);
  });

  test('stays while the build may still finish, because its revision would not be proved', async () => {
    await hold();
    run.sent = true;
    await releaseHold(run, reset());
    expect([service.traffic, warnings]).toEqual([
      one,
      [expect.stringContaining('The build may still finish')],
    ]);
  });

  test.each([
    [
      'an error of the server',
      Object.assign(new ReleaseError('remote-error', { what: '503' }), { status: 503 }),
    ],
    ['an answer that names no operation', new ReleaseError('response-malformed', { what: 'No name.' })],
  ])('stays after %s in answer to the deploy, which may have started', async (_, error) => {
    await hold();
    run.sent = true;
    await releaseHold(run, error);
    expect([service.traffic, warnings]).toEqual([
      one,
      [expect.stringContaining('The build may still finish')],
    ]);
  });

  test('is removed if the deploy was refused', async () => {
    await hold();
    run.sent = true;
    await releaseHold(run, Object.assign(new ReleaseError('remote-error', { what: '400' }), { status: 400 }));
    expect([service.traffic, warnings]).toEqual([latest, []]);
  });

  test('is left alone if another process has changed the traffic since', async () => {
    await hold();
    service.move([named('ocr-0')]);
    await releaseHold(run, failed);
    expect(service.traffic).toEqual([named('ocr-0')]);
    expect(warnings).toEqual([
      'Traffic of ocr was not put back: another process has moved it (ocr-0 100 %).',
    ]);
  });

  test('stays if LATEST means another revision by now', async () => {
    await hold();
    service.appears('ocr-9');
    await releaseHold(run, failed);
    expect(service.traffic).toEqual(one);
    expect(warnings).toEqual([expect.stringMatching(/stays pinned: LATEST now means ocr-9.*--to-latest/)]);
  });

  test('is removed even if a revision was created that did not start', async () => {
    await hold();
    service.latestCreated = 'ocr-2';
    await releaseHold(run, failed);
    expect([service.traffic, warnings]).toEqual([latest, []]);
  });

  test('warns if it cannot be removed, with the command to remove it', async () => {
    await hold();
    service.onPatch = () => refused;
    await releaseHold(run, failed);
    expect(warnings).toEqual([expect.stringMatching(/could not be put back \(No\..*--to-latest/)]);
  });
});

describe('after the build', () => {
  const held = async () => {
    service.move(one);
    await clock.sleep(service.settleMs);
    return service.look();
  };
  const rules = () => run.result.findings.map(({ title }) => title);

  test('a revision at 0 % is left alone', async () => {
    const before = await held();
    builds();
    const after = service.look();
    expect(await verifyHeld(run, after, before)).toBe(after);
    expect([service.patches, run.result.findings]).toEqual([[], []]);
  });

  test('a pin that was removed together with the tags is written again with them', async () => {
    service.traffic = [...one, { type: revisionType, revision: 'ocr-1', tag: 'bs-b' }];
    service.move(service.traffic);
    await clock.sleep(service.settleMs);
    const before = service.look();
    builds();
    service.move(latest);
    await clock.sleep(service.settleMs);
    service.onPatch = (nth) => (nth === 1 ? 'lost' : undefined);
    const after = await verifyHeld(run, service.look(), before);
    expect(after.trafficStatuses.map(({ revision }) => revision)).toEqual(['ocr-1', 'ocr-1']);
    expect(service.traffic).toEqual(before.traffic);
    expect(acts()).toEqual([expect.stringContaining('traffic taken back from ocr-2, which got 100 %')]);
    expect(rules()).toEqual([expect.stringContaining('it was taken back')]);
  });

  test('traffic that another process gives the revision before it is proved is taken back again', async () => {
    const before = await held();
    builds();
    service.move(latest);
    await clock.sleep(service.settleMs);
    const took = service.look();
    service.onGet = () => {
      if (service.patches.length === 1 && service.traffic[0]?.revision) service.move(latest);
      return undefined;
    };
    const after = await verifyHeld(run, took, before);
    expect([after.trafficStatuses[0]?.revision, service.patches.length]).toEqual(['ocr-1', 2]);
  });

  test('a finding says that the revision got traffic, and the traffic that another process set stays', async () => {
    const before = await held();
    builds();
    service.move(latest);
    await clock.sleep(service.settleMs);
    const took = service.look();
    service.move([named('ocr-0')]);
    const after = await verifyHeld(run, took, before);
    expect(after).toMatchObject({ settled: true, trafficStatuses: [{ revision: 'ocr-0' }] });
    expect(rules()).toEqual([expect.stringContaining('another process has moved it since')]);
    expect(acts()).toEqual([]);
  });

  test('all traffic goes to the latest revision if that is ours, and the tags stay', async () => {
    service.move([...one, { type: revisionType, revision: 'ocr-0', tag: 'v0' }]);
    builds();
    service.onPatch = (nth) => (nth === 1 ? 'lost' : undefined);
    expect(await giveTraffic(run)).toBe('go');
    expect(service.traffic).toEqual([...latest, { type: revisionType, revision: 'ocr-0', tag: 'v0' }]);
    expect(run.result.traffic).toMatchObject([{ revision: 'ocr-2', percent: 100 }, { tag: 'v0' }]);
    expect(acts()).toEqual(['all traffic of ocr given to ocr-2']);
  });

  test('a revision that already has all traffic causes no write', async () => {
    builds();
    expect([await giveTraffic(run), service.patches, acts()]).toEqual(['go', [], []]);
    expect(run.result.traffic).toMatchObject([{ revision: 'ocr-2', percent: 100 }]);
  });

  test('a revision of another deploy is never promoted, even if it appears between two attempts', async () => {
    service.move(one);
    builds();
    service.onPatch = () => {
      service.appears('ocr-9');
      return undefined;
    };
    expect(await giveTraffic(run)).toBe('stop');
    expect(run.result).toMatchObject({
      verdict: 'inconclusive',
      outcome: 'superseded',
      reason: expect.stringContaining(
        'the newer revision ocr-9 appeared in the meantime, so no traffic was moved',
      ),
      traffic: [{ revision: 'ocr-1', percent: 100 }],
    });
    expect(acts()).toEqual([]);
  });

  test('if another process moves the traffic away at once, the verdict is not green and their traffic stays', async () => {
    service.move(one);
    builds();
    service.onGet = () => {
      if (service.patches.length === 1 && service.traffic[0]?.type === latestType) service.move(one);
      return undefined;
    };
    expect(await giveTraffic(run)).toBe('stop');
    expect(run.result).toMatchObject({
      outcome: 'superseded',
      reason: expect.stringMatching(/^ocr-2 got all the traffic, but another tool or person moved/),
      traffic: [{ revision: 'ocr-1', percent: 100 }],
    });
    expect([service.patches.length, service.traffic]).toEqual([1, one]);
  });

  test('if another process keeps changing the service, it is a conflict, and the pin stays', async () => {
    await hold();
    builds();
    service.onPatch = () => 'conflict';
    await expect(giveTraffic(run)).rejects.toMatchObject({ code: 'deploy-conflict' });
    expect(run.held).toBeDefined();
  });

  test('if all traffic was given but did not settle, no message says that the pin stays', async () => {
    await hold();
    builds();
    service.settleMs = 1e9;
    await expect(giveTraffic(run)).rejects.toMatchObject({ code: 'deadline-exceeded' });
    expect([service.traffic, run.held]).toEqual([latest, undefined]);
  });
});
