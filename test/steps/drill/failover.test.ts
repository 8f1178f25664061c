import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../../../src/domain/data/json.ts';
import { backendsOf, comparable, readMarker, takeOut } from '../../../src/domain/drill/balancer.ts';
import { drill } from '../../../src/steps/drill/drill.ts';
import { leftByEarlier, putBackend } from '../../../src/steps/drill/failover-back.ts';
import type { DrillPorts, DrillRequest } from '../../../src/steps/drill/ports.ts';
import type { Balancers } from '../../../src/steps/ports/balancers.ts';
import { eu, type FailoverWorld, failoverWorld, type Ports, us } from '../../support/failover-world.ts';
import { until } from '../../support/hold-call.ts';

/** Exercises of a failover on the sandbox, with the real adapters. */
jest.setTimeout(300_000);
let w: FailoverWorld;
let start: JsonObject;
beforeAll(async () => {
  w = await failoverWorld();
  start = await w.backend();
});
afterAll(() => w?.sandbox.stop());

beforeEach(async () => {
  await w.client.control('DELETE', '/faults');
  await w.fronts({ clientRegion: eu, settleMs: 0, keepUserAgent: true, operationMs: 0 });
  const { backends, description, timeoutSec } = start;
  await w.patch({ backends, description: description ?? null, timeoutSec });
  w.sandbox.world.requests.length = 0;
});

const rules = ({ findings }: { findings: readonly { rule: string }[] }) => findings.map(({ rule }) => rule);
const asBefore = async () => expect(comparable(await w.backend())).toEqual(comparable(start));
const fail = (location: string) =>
  w.client.control('POST', '/faults', { api: 'invoke', location, times: 100_000, fault: { status: 503 } });

describe('an exercise', () => {
  test('moves the traffic, measures, and leaves the backend service as it was', async () => {
    // Long, as a request of a busy machine is sent long before it is answered.
    await w.fronts({ settleMs: 2000 });
    const { findings, evidence } = await w.run({ context: { run: 'first' } });
    expect(findings).toEqual([]);
    expect(evidence).toMatchObject({ from: eu, to: us, bad: 0, put_back: 'as before' });
    expect(evidence.rto_seconds).toBeGreaterThan(0.5);
    expect(evidence.back_seconds).toBeGreaterThan(0);
    expect(evidence.probes).toBeGreaterThan(10);
    expect(evidence.trend).toMatchObject([{ run: 'first', passed: true, bad: 0 }]);
    await asBefore();
    expect(w.writes()).toBe(2);
  });

  test('keeps every result, and an objective that is missed fails', async () => {
    const targets = { rpo: undefined, rto: 0.000_001, window: 604_800 };
    const result = await w.run({ context: { run: 'second', targets } });
    expect(rules(result)).toEqual(['drill-failover-slow']);
    expect(result.evidence.trend.map(({ run, passed }) => [run, passed])).toEqual([
      ['first', true],
      ['second', false],
    ]);
    await asBefore();
  });

  test('keeps a description that is there', async () => {
    await w.patch({ description: 'in front of ocr' });
    const { evidence } = await w.run();
    expect([evidence.put_back, (await w.backend()).description]).toEqual(['as before', 'in front of ocr']);
  });
});

describe('is not begun', () => {
  const cases: [string, () => unknown, Parameters<FailoverWorld['run']>[0], RegExp][] = [
    [
      'the second region differs',
      () => 0,
      { context: { found: ['us serves something else'] } },
      /not fit to take over: us serves something else/,
    ],
    [
      'no rate is named',
      () => 0,
      { context: { needed: undefined } },
      /not measured whether us-central1 takes the load/,
    ],
    ['nothing is measured', () => 0, { context: { takes: undefined } }, /not measured whether/],
    ['the second region is dead', () => fail(us), {}, /us-central1 gave no good answer/],
    ['the first region is dead', () => fail(eu), {}, /through the load balancer got no good answer/],
    [
      'requests from here do not reach the first region',
      () => w.fronts({ clientRegion: us }),
      {},
      /are answered by us-central1 already/,
    ],
    [
      'the log does not show who answers',
      () => w.fronts({ keepUserAgent: false }),
      { request: { waitMs: 300 } },
      /log does not show/,
    ],
    [
      'only one region stands behind it',
      () => w.patch({ backends: [backendsOf(start)[0]] }),
      {},
      /no group in us-central1/,
    ],
    [
      'the second region is drained',
      () => w.patch({ backends: backendsOf(start).map((one, i) => ({ ...one, capacityScaler: 1 - i })) }),
      {},
      /us-central1 has a capacityScaler of 0/,
    ],
    [
      'somebody else stands at the address',
      () => 0,
      { request: { frontUrl: '' } },
      /no load balancer of Google answers/,
    ],
  ];
  test.each(cases)('if %s', async (_, arrange, more, why) => {
    await arrange();
    w.sandbox.world.requests.length = 0;
    const frontUrl = more?.request?.frontUrl === '' ? w.sandbox.control : w.front;
    const result = await w.run({
      ...more,
      request: { frontUrl, ...(more?.request?.frontUrl === '' ? {} : more?.request) },
    });
    expect(rules(result)).toEqual(['drill-not-done']);
    expect(result.findings[0]?.title).toMatch(why);
    expect([w.writes(), result.evidence.put_back]).toEqual([0, undefined]);
  });
});

test('is not begun if a third region stands behind it too, as that may take over', async () => {
  const balancers: Balancers = {
    ...w.ports.balancers,
    read: async (...args) => {
      const service = { ...(await w.ports.balancers.read(...args)) };
      const [one, other] = backendsOf(service);
      const group = String(one?.group).replace(eu, 'asia-east1');
      return { ...service, backends: [one, other, { ...one, group }] as JsonObject[] };
    },
  };
  const result = await w.run({ ports: { balancers } });
  expect(result.findings[0]?.title).toMatch(/leads elsewhere too \(asia-east1\)/);
  expect([w.writes(), result.evidence.put_back]).toEqual([0, undefined]);
});

/** The ports, with something that happens right after the region was taken out. */
const afterwards = (does: () => unknown): Partial<Ports> => {
  let done = false;
  const balancers: Balancers = {
    ...w.ports.balancers,
    write: async (...args) => {
      const wrote = await w.ports.balancers.write(...args);
      if (!done) await does();
      done = true;
      return wrote;
    },
  };
  return { balancers };
};

describe('meanwhile', () => {
  test('the second region dies: users suffer for 20 requests at most, and the first is back', async () => {
    const result = await w.run({ ports: afterwards(() => fail(us)) });
    expect(rules(result)).toEqual(['drill-failover-none']);
    expect(result.evidence).toMatchObject({ bad: 20, rto_seconds: undefined, put_back: 'as before' });
    await asBefore();
  });

  test('somebody else changes the backend service: their change stays, and the region is back', async () => {
    const result = await w.run({ ports: afterwards(() => w.patch({ timeoutSec: 55 })) });
    expect(result.evidence.put_back).toBe('own part');
    expect(await w.backend()).toMatchObject({ timeoutSec: 55, backends: start.backends });
    expect(readMarker(await w.backend()).marker).toBeUndefined();
  });

  test('somebody else has put the region back: nothing is there twice', async () => {
    const result = await w.run({ ports: afterwards(() => w.patch({ backends: start.backends })) });
    expect(result.evidence.put_back).toBe('as before');
    await asBefore();
  });

  test('somebody else takes the note away: the command is told', async () => {
    const result = await w.run({ ports: afterwards(() => w.patch({ description: null })) });
    expect(rules(result)).toContain('drill-balancer-left');
    const left = result.findings.find(({ rule }) => rule === 'drill-balancer-left');
    expect(left?.commands).toEqual([
      `gcloud compute backend-services add-backend ocr-backend --project=${w.sandbox.project} --global --network-endpoint-group=ocr-neg --network-endpoint-group-region=${eu}`,
    ]);
    expect(backendsOf(await w.backend())).toHaveLength(1);
  });

  test('somebody else writes at the same moment as the exercise: it is not begun', async () => {
    const balancers: Balancers = {
      ...w.ports.balancers,
      write: async (...args) => {
        await w.patch({ timeoutSec: 77 });
        return w.ports.balancers.write(...args);
      },
    };
    const result = await w.run({ ports: { balancers } });
    expect(result.findings[0]?.title).toMatch(/somebody else changed the backend service meanwhile/);
    expect(await w.backend()).toMatchObject({ timeoutSec: 77, backends: start.backends });
  });

  test('the run is cancelled: the region is back before it ends', async () => {
    const abort = new AbortController();
    const ports = afterwards(() => abort.abort(new Error('cancelled')));
    await expect(w.run({ ports, context: { signal: abort.signal } })).rejects.toThrow('cancelled');
    await asBefore();
  });
});

describe('a change that Compute Engine carries out while nobody waits for it', () => {
  const slowly = async (atWrite: () => unknown): Promise<Partial<Ports>> => {
    await w.fronts({ operationMs: 150 });
    const balancers: Balancers = {
      ...w.ports.balancers,
      write: (...args) => {
        setTimeout(atWrite, 50);
        return w.ports.balancers.write(...args);
      },
    };
    return { balancers };
  };
  const isOver = () => new Promise((done) => setTimeout(done, 300));

  test('is undone when the run is cancelled meanwhile', async () => {
    const abort = new AbortController();
    const ports = await slowly(() => abort.abort(new Error('cancelled')));
    await expect(w.run({ ports, context: { signal: abort.signal } })).rejects.toThrow('cancelled');
    await isOver();
    await asBefore();
  });

  test('is undone when its answer is lost', async () => {
    await w.fronts({ operationMs: 150 });
    let first = true;
    const write: Balancers['write'] = async (...args) => {
      if (!first) return w.ports.balancers.write(...args);
      first = false;
      void w.ports.balancers.write(...args);
      throw new Error('the answer was lost');
    };
    await expect(w.run({ ports: { balancers: { ...w.ports.balancers, write } } })).rejects.toThrow('lost');
    await isOver();
    await asBefore();
  });

  test('is undone by the post step of a run that was killed meanwhile', async () => {
    // Long enough that the change is still under way when it is undone, on a busy machine too.
    await w.fronts({ operationMs: 1000 });
    const writes = w.writes();
    const change = takeOut(start, { from: eu, run: 'dead', until: w.ports.clock.now() });
    void w.ports.balancers.write(
      w.sandbox.project,
      'ocr-backend',
      change as Exclude<typeof change, string>,
      String((await w.backend()).fingerprint),
    );
    await until(() => w.writes() > writes);
    await asBefore();
    const place = { project: w.sandbox.project, name: 'ocr-backend' };
    const clock = { ...w.ports.clock, sleep: (ms: number) => delay(Math.min(ms, 300)) };
    const late = { run: 'dead', isLate: true };
    expect(await putBackend({ ...w.ports, clock }, place, late)).toEqual({ did: 'put back' });
    await isOver();
    await asBefore();
  });
});

test('a log that is behind until the region is back still shows that the traffic had moved', async () => {
  let writes = 0;
  const balancers: Balancers = {
    ...w.ports.balancers,
    write: async (...args) => {
      const wrote = await w.ports.balancers.write(...args);
      writes++;
      return wrote;
    },
  };
  const entries: Ports['entries'] = {
    ...w.ports.entries,
    newest: async (...args) => {
      const found = await w.ports.entries.newest(...args);
      return writes === 1 ? { ...found, entries: [] } : found;
    },
  };
  const { findings, evidence } = await w.run({ ports: { balancers, entries }, request: { waitMs: 5000 } });
  expect([findings, evidence.put_back]).toEqual([[], 'as before']);
  expect(evidence.rto_seconds).toBeGreaterThan(0);
  expect(evidence.back_seconds).toBeGreaterThan(0);
});

test('a second region that hangs keeps its users waiting for half a minute at most', async () => {
  let skipped = 0;
  let isOut = false;
  const clock = { ...w.ports.clock, steady: () => performance.now() + skipped };
  const prober: Ports['prober'] = {
    probe: async (...args) => {
      if (!isOut) return w.ports.prober.probe(...args);
      skipped += 10_000;
      return { status: 0, headers: {}, body: '', milliseconds: 10_000, error: 'no answer' };
    },
  };
  const ports = { ...afterwards(() => (isOut = true)), clock, prober };
  const { evidence } = await w.run({ ports, request: { waitMs: 1_000_000 } });
  expect(evidence).toMatchObject({ probes: 3, bad: 3, put_back: 'as before' });
});

describe('what a killed exercise has left', () => {
  const place = () => ({ project: w.sandbox.project, name: 'ocr-backend' });
  const takenOut = (until: number) => {
    const change = takeOut(start, { from: eu, run: 'dead', until });
    return w.patch(change as Exclude<typeof change, string>);
  };

  test('is told by a drill that exercises nothing, and changed by none', async () => {
    expect(await leftByEarlier(w.ports, place())).toEqual([]);
    await takenOut(1);
    const [found] = await leftByEarlier(w.ports, place());
    expect([found?.rule, found?.title]).toEqual([
      'drill-balancer-left',
      `The exercise dead took ${eu} out of ocr-backend, and nobody has put it back.`,
    ]);
    expect(found?.commands?.[0]).toMatch(/^gcloud compute backend-services add-backend ocr-backend /);
    await takenOut(w.ports.clock.now() + 600_000);
    expect((await leftByEarlier(w.ports, place()))[0]?.title).toMatch(/is under way or was killed/);
    expect(backendsOf(await w.backend())).toHaveLength(1);
  });

  test('comes back even if the regions cannot be compared', async () => {
    await takenOut(1);
    const gone = () => Promise.reject(new Error('the region is gone'));
    const [first, second] = [eu, us].map((region) => ({
      ...{ region, service: `projects/${w.sandbox.project}/locations/${region}/services/ocr` },
    })) as [{ region: string; service: string }, { region: string; service: string }];
    const ports = {
      ...{ ...w.ports, failover: w.ports, random: randomBytes },
      digestOf: () => ({ md5: '', sha256: '' }),
      regions: { services: { get: gone }, revisions: { get: gone }, policies: { get: gone } },
    };
    const request = {
      ...{ mode: 'check', buckets: [], prefix: 'drills/', results: '', run: 'next', member: undefined },
      ...{ canaries: 1, bytes: 1, copyWaitMs: 1, paceMs: 1 },
      targets: { rpo: undefined, rto: undefined, window: 1 },
      regions: { first, second, load: { needed: 1, measured: undefined } },
      failover: {
        ...{ project: w.sandbox.project, backendService: 'ocr-backend', frontUrl: w.front },
        ...{ waitMs: 1, paceMs: 1, lookMs: 1 },
      },
    };
    await expect(drill(ports as unknown as DrillPorts, request as unknown as DrillRequest)).rejects.toThrow();
    await asBefore();
  });
});

class Killed extends Error {}

/** Every call of a port from `at` on throws, as those of a dead process. */
function killing(at: number, when: 'before' | 'after'): Partial<Ports> {
  let calls = 0;
  const dying = <T extends object>(port: T): T =>
    new Proxy(port, {
      get:
        (target, name) =>
        async (...args: unknown[]) => {
          if (calls > at) throw new Killed();
          const mine = calls++;
          if (mine === at && when === 'before') throw new Killed();
          const answer = await (target[name as keyof T] as (...all: unknown[]) => Promise<unknown>)(...args);
          if (mine === at) throw new Killed();
          return answer;
        },
    });
  const { balancers, services, prober, entries, buckets, clock } = w.ports;
  return {
    // A dead process does not wait either.
    clock: {
      ...clock,
      sleep: (ms, signal) => (calls > at ? Promise.reject(new Killed()) : clock.sleep(ms, signal)),
    },
    balancers: dying(balancers),
    services: dying(services),
    prober: dying(prober),
    entries: dying(entries),
    buckets: dying(buckets),
  };
}

test.each(['before', 'after'] as const)(
  'killed %s every call: the load balancer always has a region, and the next run puts back what is missing',
  async (when) => {
    let left = 0;
    // The requests one after another are all alike.
    for (let at = 0; ; at += at < 24 ? 1 : 5) {
      const killed = await w
        .run({ ports: killing(at, when) })
        .then(() => false)
        .catch(() => true);
      const now = await w.backend();
      expect(backendsOf(now).length).toBeGreaterThan(0);
      const isLeft = readMarker(now).marker !== undefined;
      if (isLeft) left++;
      const next = await w.run({ context: { found: ['enough'] } });
      expect([at, rules(next), next.evidence.put_back]).toEqual([at, ['drill-not-done'], undefined]);
      expect(next.findings[0]?.title).toMatch(isLeft ? /was under way or was killed/ : /enough/);
      await asBefore();
      if (!killed) break;
    }
    expect(left).toBeGreaterThan(4);
  },
);

test('what a killed run has left is put back after its time too, and the exercise goes on', async () => {
  const dead = w.run({ ports: { ...afterwards(() => {}), prober: w.ports.prober }, request: { waitMs: 1 } });
  await dead;
  const taken = { ...(await w.backend()) };
  const marker = { run: 'dead', until: 1, backend: backendsOf(taken)[0], index: 0 };
  await w.patch({
    backends: [backendsOf(taken)[1]],
    description: `backstay-exercise ${JSON.stringify(marker)}`,
  });
  const { evidence, findings } = await w.run();
  expect([findings, evidence.put_back]).toEqual([[], 'as before']);
  await asBefore();
});
