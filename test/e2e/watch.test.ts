import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ActionRun } from '../support/run-action.ts';
import { WatchWorld } from '../support/watch-world.ts';

let world: WatchWorld;
afterEach(() => world.stop());

// biome-ignore lint/suspicious/noExplicitAny: tests read reports by path and know what they hold.
const evidence = (run: ActionRun) => (run.report as any).evidence;

describe('a live watch', () => {
  test.each([100, 2500])(
    'takes a bad release back at a log lag of %d ms',
    async (logLagMs) => {
      const next = [
        { status: 500, share: 0.5 },
        { status: 200, share: 0.5 },
      ];
      world = await WatchWorld.open({ percent: 50, next, sandbox: { logLagMs } });
      await world.load(40, 110);
      const run = await world.watch({ duration: '90s' });
      expect(run.outputs).toMatchObject({ verdict: 'fail', blame: 'release', next: 'roll_back' });
      expect(run.code).toBe(1);
      expect(Number(run.outputs.decided_at_seconds)).toBeLessThan(60);
      expect(run.log).toMatch(/Failed: \d+ of \d+ requests failed on ocr-00002/);
      expect(run.summary).toContain('| failed |');
      expect(evidence(run).watch.source).toBe('logs');
    },
    300_000,
  );

  test.each([100, 2500])(
    'without requests, at a lag of %d ms, it ends inconclusive and says that nothing was checked',
    async (logLagMs) => {
      world = await WatchWorld.open({ percent: 50, sandbox: { logLagMs } });
      const run = await world.watch({ duration: '4s' });
      expect(run.outputs).toMatchObject({ verdict: 'inconclusive', next: 'go_on', requests: '0' });
      expect(run.code).toBe(0);
      expect(run.outputs.reason).toContain('so nothing was checked');
    },
  );

  test('without permission to read logs and metrics it ends as blind, not as passed', async () => {
    world = await WatchWorld.open({ percent: 50 });
    const denied = {
      status: 403,
      body: { error: { code: 403, status: 'PERMISSION_DENIED', message: 'no' } },
    };
    for (const api of ['logging', 'monitoring'])
      await world.client.control('POST', '/faults', { api, times: 1000, fault: denied });
    const run = await world.watch({ duration: '4s' });
    expect(run.outputs).toMatchObject({ verdict: 'inconclusive', outcome: 'held' });
    expect(run.outputs.reason).toBe('The request counts cannot be read: grant roles/logging.viewer.');
    expect(evidence(run).watch.missingRole).toBe('roles/logging.viewer');
    expect(run.code).toBe(1);
  });
});

describe('the past in the log', () => {
  // A minute longer than the oldest request is old, because the process of a busy machine starts late.
  const since = { since: '210s', duration: '210s' };

  test('proves a good release at once, and says what it cost', async () => {
    world = await WatchWorld.open({ percent: 50 });
    world.stretch(world.next, 400, 140, 5);
    world.stretch(world.old, 400, 140, 5, 200);
    const run = await world.watch(since);
    expect(run.outputs).toMatchObject({
      verdict: 'pass',
      blame: 'none',
      next: 'go_on',
      requests: '400',
      bad: '0',
    });
    expect(run.code).toBe(0);
    expect(run.log).toMatch(/Passed: ocr-00002-\w+ keeps its objective: 0 of 400 requests failed/);
  });

  test('proves it at a log lag of 20 s as well, by what has arrived', async () => {
    world = await WatchWorld.open({ percent: 50 });
    world.lagMs = 20_000;
    world.stretch(world.next, 400, 140, 5);
    world.stretch(world.old, 400, 140, 5, 200);
    const run = await world.watch(since);
    expect(run.outputs).toMatchObject({ verdict: 'pass', next: 'go_on', bad: '0' });
    expect(Number(run.outputs.requests)).toBeGreaterThan(300);
    expect(Number(run.outputs.requests)).toBeLessThan(400);
    expect(evidence(run).watch.lagSeconds).toBeGreaterThanOrEqual(20);
  });

  test.each([1000, 20_000])(
    'blames the platform for an outage of both revisions at a log lag of %d ms',
    async (lagMs) => {
      world = await WatchWorld.open({ percent: 50 });
      world.lagMs = lagMs;
      for (const revision of [world.old, world.next]) world.stretch(revision, 200, 140, 5, 3);
      const run = await world.watch(since);
      expect(run.outputs).toMatchObject({ verdict: 'inconclusive', blame: 'platform', outcome: 'held' });
      expect(run.code).toBe(1);
    },
  );

  test('at 100 % a bad release is taken back, although the blame stays unknown', async () => {
    world = await WatchWorld.open({ percent: 100 });
    world.stretch(world.next, 200, 140, 5, 3);
    const run = await world.watch(since);
    expect(run.outputs).toMatchObject({
      verdict: 'fail',
      blame: 'unknown',
      decided_at_seconds: expect.any(String),
    });
  });

  test('probes, requests to tags and refused callers do not count as users', async () => {
    world = await WatchWorld.open({ percent: 50 });
    world.stretch(world.next, 100, 140, 5);
    const bad = { revision: world.next, secondsAgo: 60, status: 500 };
    for (let i = 0; i < 50; i++) {
      world.past({ ...bad, userAgent: 'backstay-smoke/1' });
      world.past({ ...bad, url: 'https://bs-c---ocr-abc.a.run.app/' });
      world.past({
        ...bad,
        status: 403,
        textPayload:
          'The request was not authenticated. Either allow unauthenticated invocations or set the proper Authorization header.',
      });
    }
    const run = await world.watch(since);
    expect(run.outputs).toMatchObject({ verdict: 'pass', requests: '100', bad: '0' });
  });

  test('a 429 without a free instance counts against the candidate, with or without the name of the revision', async () => {
    world = await WatchWorld.open({ percent: 100 });
    world.stretch(world.next, 60, 140, 5);
    for (let i = 0; i < 30; i++)
      world.past({ revision: i % 2 ? world.next : '', secondsAgo: 30 + i, status: 429 });
    const run = await world.watch(since);
    expect(run.outputs).toMatchObject({ verdict: 'fail', requests: '90', bad: '30' });
  });

  test('slow answers break a latency objective', async () => {
    world = await WatchWorld.open({ percent: 100 });
    for (let i = 0; i < 200; i++)
      world.past({ revision: world.next, secondsAgo: 10 + i / 2, latencyMs: i % 2 ? 3000 : 100 });
    const run = await world.watch({ ...since, latency_slo: '90%', latency_threshold: '2s' });
    expect(run.outputs.verdict).toBe('fail');
    expect(run.outputs.reason).toContain('requests were too slow');
  });

  test('a spent budget closes the gate; an override opens it and is recorded', async () => {
    world = await WatchWorld.open({ percent: 100, sandbox: { metricLagMs: 0 } });
    world.stretch(world.old, 100, 7200, 3600, 4, true);
    const blocked = await world.watch({ ...since, on_exhausted: 'block' });
    expect(blocked.outputs).toMatchObject({ verdict: 'fail', outcome: 'blocked' });
    expect(Number(blocked.outputs.budget_remaining)).toBeCloseTo(-4);
    const open = await world.watch({
      duration: '2s',
      on_exhausted: 'block',
      budget_override: 'fixes ticket 42',
    });
    expect(open.outputs.outcome).not.toBe('blocked');
    expect(evidence(open).budget.override).toBe('fixes ticket 42');
  });

  test('metrics count if this identity may not read logs', async () => {
    world = await WatchWorld.open({ percent: 50, sandbox: { metricLagMs: 1000 } });
    const denied = {
      status: 403,
      body: { error: { code: 403, status: 'PERMISSION_DENIED', message: 'no' } },
    };
    await world.client.control('POST', '/faults', { api: 'logging', times: 1000, fault: denied });
    world.stretch(world.next, 300, 590, 130, 3, true);
    world.stretch(world.old, 300, 590, 130, 0, true);
    const run = await world.watch({ since: '600s', duration: '600s' });
    expect(run.outputs).toMatchObject({ verdict: 'fail', blame: 'release' });
    expect(evidence(run).watch).toMatchObject({ source: 'metrics', lagSeconds: 61 });
    expect(evidence(run).watch.notes[0]).toContain('Counted by metrics, because logs cannot be read');
  });
});

test('probes of the smoke suite are counted separately from users', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bs-probes-'));
  writeFileSync(join(folder, 'page.png'), Buffer.from('89504e470d0a1a0a', 'hex'));
  writeFileSync(
    join(folder, 'probes.yaml'),
    'version: 1\ncases:\n  - name: page\n    image: page.png\n    expect: {contains: [hello]}\n',
  );
  world = await WatchWorld.open({ percent: 100, next: [{ status: 200, body: { text: 'nothing' } }] });
  const run = await world.watch(
    {
      duration: '30s',
      probes_per_minute: '120',
      probe_suite: 'probes.yaml',
      invoker_service_account: world.client.sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
    },
    { cwd: folder },
  );
  rmSync(folder, { recursive: true });
  expect(run.outputs).toMatchObject({ verdict: 'fail', requests: '0' });
  const probes = evidence(run).watch.tests.find((test: { stream: string }) => test.stream === 'probes');
  expect(probes.candidate.bad).toBeGreaterThanOrEqual(3);
  expect(probes.candidate.bad).toBe(probes.candidate.total);
}, 300_000);

test('wrong inputs are all reported at once, before any request', async () => {
  world = await WatchWorld.open({ percent: 50 });
  const run = await world.watch({
    slo: '100%',
    duration: 'soon',
    poll_interval: '0s',
    on_blind: 'maybe',
    latency_slo: '95%',
  });
  expect(run.code).toBe(1);
  for (const name of ['slo:', 'duration:', 'poll_interval:', 'on_blind:', 'latency_threshold:'])
    expect(run.log).toContain(name);
});

test('a mistake in the SLO file is annotated at its line, together with other wrong inputs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bs-slo-'));
  writeFileSync(
    join(folder, 'slo.yaml'),
    'apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: x}\nspec: {service: x, objectives: [{taget: 0.9}]}\n',
  );
  world = await WatchWorld.open({ percent: 50 });
  const run = await world.watch({ slo: '', slo_file: 'slo.yaml', on_blind: 'maybe' }, { cwd: folder });
  rmSync(folder, { recursive: true });
  expect(run.code).toBe(1);
  expect(run.log).toMatch(
    /::error title=The objectives are wrong,file=slo.yaml,line=4::taget is not known here: did you mean target\?/,
  );
  expect(run.log).toContain('slo.yaml:4:34: taget is not known here');
  expect(run.log).toContain('on_blind:');
});
