import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { LATEST, runState } from '../../../sandbox/run/model.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { capacityView } from '../../../src/domain/summary/capacity/section.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';
import { measureService, openService, stateOf, trialsOf } from './world.ts';

jest.setTimeout(300_000);
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  // At the speed of the machine, because the sandbox's calls take real time; but no time passes while the process does not run.
  time = installFastTime(1);
  world = await ReleaseWorld.open({}, time.clock, 'run-image');
});
afterAll(async () => {
  await world.close();
  time.restore();
});

describe('a service with a known law of latency', () => {
  test('the cheapest configuration that keeps up is found, proposed and nothing is left', async () => {
    await openService(world, 'known');
    const before = await stateOf(world, 'known');
    const ran = await measureService(world, 'known', { apply: 'true' });
    const { capacity: found } = ran.report.evidence;
    expect(ran.log.join('\n')).toContain('Put back');
    expect(ran.report).toMatchObject({ verdict: 'pass' });
    // One instance is used up by 20 calls a second of 80 ms each, and 256 MiB are enough for one call.
    expect(found?.found).toEqual({ cpu: 1, memoryMib: 256, concurrency: 1, instances: 4 });
    expect(ran.outputs).toMatchObject({
      cpu: '1',
      memory: '256Mi',
      max_instance_request_concurrency: '1',
      max_instance_count: '4',
    });
    expect(found?.final).toBe(true);
    expect(await stateOf(world, 'known')).toBe(before);
    expect(trialsOf(world, 'known')).toEqual([]);
    const text = summaryOf(ran.report, capacityView);
    expect(text).toContain('+ memory: 256Mi');
    expect(text).toContain('1 CPU, 256Mi, concurrency 1, 4 instances');
  });
});

const serviceOf = (name: string) => {
  const found = [...runState(world.sandbox.world).services.values()].find(({ id }) => id === name);
  if (!found) throw new Error(`there is no service ${name}`);
  return found;
};

/** Requests without a token, by which the guard proves that a revision with a URL is private. */
const probes = 6;

test('nothing that was measured had traffic, and every call was counted', async () => {
  await openService(world, 'alone');
  const calls: string[] = [];
  const shares = new Set<string>();
  const restore = world.onCalls(({ api, method }) => {
    if (api === 'invoke' && method === 'POST') calls.push(method);
    for (const { serves, percent } of serviceOf('alone').live) if (percent) shares.add(serves);
    return undefined;
  });
  const ran = await measureService(world, 'alone', { instance_choices: '4', memory_choices: '256Mi' });
  restore();
  expect(ran.report.verdict).toBe('pass');
  expect([...shares].filter((revision) => revision.includes('-cap-'))).toEqual([]);
  // The guard sends a few of its own, without a token, which it wants to be refused.
  const counted = ran.report.evidence.capacity?.calls ?? 0;
  expect(calls.length - counted).toBeGreaterThanOrEqual(0);
  expect(calls.length - counted).toBeLessThanOrEqual(probes);
});

describe('which revision answers', () => {
  test('each configuration has a tag of its own, and only its own revision got its calls', async () => {
    await openService(world, 'tags');
    const tags = new Map<string, Set<string>>();
    const restore = world.onCalls(() => {
      for (const { tag, serves } of serviceOf('tags').live)
        if (tag?.startsWith('bs-cap')) tags.set(tag, (tags.get(tag) ?? new Set()).add(serves));
      return undefined;
    });
    const ran = await measureService(world, 'tags');
    restore();
    const { trials = [] } = ran.report.evidence.capacity ?? {};
    expect(trials.length).toBeGreaterThan(1);
    expect([...tags.values()].map(({ size }) => size)).toEqual(trials.map(() => 1));
    expect(new Set([...tags.values()].flatMap((revisions) => [...revisions])).size).toBe(trials.length);
  });

  test('a new URL that the front end does not know everywhere yet is waited for, and those calls judge nothing', async () => {
    await openService(world, 'new');
    const headers = { server: 'Google Frontend', 'content-type': 'text/html' };
    const body =
      '<html><head><title>404 Page not found</title></head><body>The requested URL was not found on this server.</body></html>';
    let sent = 0;
    let missing = 0;
    const restore = world.onCalls(({ api, method }) => {
      if (api !== 'invoke' || method !== 'POST' || trialsOf(world, 'new').length === 0) return undefined;
      // The first calls, and then one in four for a moment.
      if (++sent > 40 || (sent > 3 && sent % 4 !== 0)) return undefined;
      missing++;
      return { status: 404, headers, body };
    });
    const one = { instance_choices: '4', memory_choices: '256Mi' };
    const ran = await measureService(world, 'new', one);
    restore();
    expect(missing).toBeGreaterThan(3);
    expect(ran.report).toMatchObject({ verdict: 'pass', errors: [] });
    expect(ran.report.evidence.capacity?.trials).toMatchObject([{ answer: 'keeps', wrong: 0 }]);
  });
});

describe('bounds', () => {
  test('every call that hangs counts, and the service is put back', async () => {
    await openService(world, 'hangs');
    const before = await stateOf(world, 'hangs');
    const quick = readFileSync(join(world.folder, world.suite()), 'utf8').replace(
      'cases:',
      'defaults: { timeout: 1s }\ncases:',
    );
    writeFileSync(join(world.folder, 'quick.yaml'), quick);
    let sent = 0;
    const restore = world.onCalls(({ api, method }) => {
      if (api !== 'invoke' || method !== 'POST') return undefined;
      sent++;
      return { hang: true };
    });
    const asked = { suite: 'quick.yaml', max_calls: '100', latency_threshold: '200ms' };
    const ran = await measureService(world, 'hangs', asked);
    restore();
    expect(sent).toBeGreaterThan(4);
    expect(sent).toBeLessThanOrEqual(100 + 3 * probes);
    // The guard repeats what gets no answer.
    expect(sent - (ran.report.evidence.capacity?.calls ?? 0)).toBeLessThanOrEqual(3 * probes);
    expect(ran.report.evidence.capacity?.found).toBeUndefined();
    expect(await stateOf(world, 'hangs')).toBe(before);
    expect(trialsOf(world, 'hangs')).toEqual([]);
  });

  test('max_calls ends the search, which then says that a cheaper one may do', async () => {
    await openService(world, 'few');
    let sent = 0;
    const restore = world.onCalls(({ api, method }) => {
      if (api === 'invoke' && method === 'POST') sent++;
      return undefined;
    });
    const sizes = { instance_choices: '4', memory_choices: '256Mi, 320Mi, 384Mi, 512Mi, 1Gi' };
    const ran = await measureService(world, 'few', { max_calls: '120', ...sizes });
    restore();
    expect(sent).toBeLessThanOrEqual(120 + probes);
    expect(ran.report.verdict).toBe('pass');
    expect(ran.report.reason).toMatch(/^A configuration that keeps/);
    expect(ran.report.evidence.capacity).toMatchObject({ final: false, stopped: 'calls' });
    expect(ran.report.findings.map(({ rule }) => rule)).toEqual(['capacity-not-final']);
    expect(trialsOf(world, 'few')).toEqual([]);
  });

  test('max_cost ends a measurement before it costs more', async () => {
    await openService(world, 'dear');
    const ran = await measureService(world, 'dear', {
      max_cost: '0.01',
      instance_choices: '1000',
      memory_choices: '4Gi',
      warm_up: '5m',
    });
    const found = ran.report.evidence.capacity;
    expect(ran.report.reason).toContain('max_cost was reached');
    expect(found?.calls).toBe(0);
    expect(found?.dollars).toBeLessThanOrEqual(0.01);
    expect(ran.report.actions_taken).toEqual([]);
    expect(trialsOf(world, 'dear')).toEqual([]);
  });
});

test('a size that is not offered is told by the rules or by Cloud Run, without a call', async () => {
  await openService(world, 'odd');
  const ran = await measureService(world, 'odd', {
    cpu_choices: '1, 3',
    memory_choices: '8Gi',
    max_calls: '300',
  });
  const { capacity } = ran.report.evidence;
  expect(capacity?.calls).toBe(0);
  expect(capacity?.refused).toHaveLength(4);
  expect(ran.report).toMatchObject({ verdict: 'fail' });
  expect(ran.report.findings.map(({ rule }) => rule)).toEqual(['capacity-none']);
});

describe('refused before anything is changed', () => {
  test('traffic that follows the newest revision', async () => {
    await openService(world, 'latest');
    await world.setTraffic('latest', [{ type: LATEST, percent: 100 }]);
    const before = await stateOf(world, 'latest');
    const { report } = await measureService(world, 'latest');
    expect(report.errors[0]).toMatchObject({ code: 'capacity-refused' });
    expect(report.errors[0]?.commands?.[0]).toContain('--to-revisions=');
    expect(await stateOf(world, 'latest')).toBe(before);
  });

  test('a service that anyone may call: no revision is made, which would be public too', async () => {
    await openService(world, 'open');
    serviceOf('open').invokerIamDisabled = true;
    let writes = 0;
    const restore = world.onCalls(({ api, method }) => {
      if (api === 'run' && method === 'PATCH') writes++;
      return undefined;
    });
    const { report } = await measureService(world, 'open');
    expect(report.errors[0]).toMatchObject({ code: 'capacity-refused' });
    restore();
    expect(writes).toBe(0);
    expect(report.reason).toContain('not proved private');
    // The repairs of the guard, so that nobody has to run it first.
    expect(report.errors[0]?.commands?.join('\n')).toContain('gcloud run services update open');
    expect(trialsOf(world, 'open')).toEqual([]);
  });
});
