import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { grant } from '../../../sandbox/core/policies.ts';
import { drill } from '../../../src/actions/drill/drill.ts';
import { drillPost } from '../../../src/actions/drill/post.ts';
import type { JsonObject } from '../../../src/domain/data/json.ts';
import { backendsOf, comparable, takeOut } from '../../../src/domain/drill/balancer.ts';
import { createClock } from '../../../src/runner/clock.ts';
import { buildBalancer } from '../../sandbox/support/balancer.ts';
import { Client } from '../../sandbox/support/client.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** The action itself, from its inputs to its outputs, on two regions that a release has made. */
jest.setTimeout(300_000);
const regions = ['europe-west1', 'us-central1'];
let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.open({}, createClock());
});
afterAll(() => world?.close());

test('compares two regions that a release has made, moves the traffic, and says what it cost', async () => {
  const { sandbox } = world;
  const inputs = {
    region: '',
    regions: regions.join('; '),
    smoke_suite: 'none',
    step_duration: '1s',
    duration: '1s',
    memory: '512Mi',
    cpu: '1',
    max_instance_request_concurrency: '4',
  };
  const made = await world.release('ocr', world.good(), { inputs });
  expect([made.exitCode, made.report.errors]).toEqual([0, []]);
  const front = await buildBalancer(new Client(sandbox), { service: 'ocr', regions });
  const [first = '', second = ''] = regions;
  await world.control('PATCH', '/settings', { fronts: { clientRegion: first } });
  grant(
    sandbox.world.policies,
    `//cloudresourcemanager.googleapis.com/projects/${sandbox.project}`,
    'roles/compute.loadBalancerAdmin',
    `serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`,
  );
  const taken = new Set(['workload_identity_provider', 'service_account', 'project_id']);
  const login = Object.fromEntries(
    Object.entries(world.inputs('ocr', '.')).filter(([name]) => taken.has(name)),
  );
  const asked = {
    ...login,
    ...{ name: 'ocr', region: first, second_region: second, exercise: 'true', exercise_wait: '60s' },
    ...{ backend_service: 'ocr-backend', front_url: front, needed_rate: '1', capacity_file: 'capacity.json' },
  };
  const settings = { cpu: 1, memory_mib: 512, concurrency: 4, instances: 1 };
  writeFileSync(
    join(world.folder, 'capacity.json'),
    JSON.stringify({
      ...{ schema: 'backstay/capacity/v1', service: 'ocr', region: first, revision: 'ocr-00001-abc' },
      image: `europe-docker.pkg.dev/p/r/ocr@sha256:${'a'.repeat(64)}`,
      ...{ measured_at: '2026-11-01T00:00:00Z', settings },
      ...{ objective: { quantile: 0.95, limit_ms: 3000 }, requests_per_second: 5, concurrency: 4 },
      ...{ p95_ms: 100, calls: 200, misses: 0, confidence: 0.95 },
    }),
  );
  const ran = await world.run(drill, { inputs: asked });
  expect([ran.report.findings, ran.report.errors]).toEqual([[], []]);
  expect(ran.report.reason).toMatch(
    /^us-central1 serves the same as europe-west1 and can take its load\. It answered in place of europe-west1 after /,
  );
  expect(ran.report.evidence.drill?.failover).toMatchObject({ put_back: 'as before', bad: 0 });
  expect([ran.exitCode, ran.outputs.bad_answers]).toEqual([0, 0]);
  expect(ran.outputs.failover_seconds).toBeGreaterThan(0);
  expect(ran.state.drill_run).toMatch(/^\d{8}T/);
  expect(ran.state.drill_out).toBe('back');

  // The post step finds nothing to do then.
  const after = await world.run(drillPost, { inputs: asked, state: ran.state });
  expect([after.exitCode, after.report.reason]).toEqual([0, 'No object of the drill was left.']);

  // A killed step leaves the region out. A drill without an exercise tells it, and the post step puts it back.
  const client = new Client(sandbox);
  const owner = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body
    .accessToken;
  const path = `/compute/v1/projects/${sandbox.project}/global/backendServices/ocr-backend`;
  const backend = async () => (await client.api('compute', 'GET', path, undefined, owner)).body as JsonObject;
  const start = await backend();
  const run = String(ran.state.drill_run);
  const change = takeOut(start, { from: first, run, until: 1 }) as object;
  expect((await client.api('compute', 'PATCH', path, change, owner)).status).toBe(200);
  const looked = await world.run(drill, { inputs: { ...asked, exercise: 'false' } });
  expect([looked.exitCode, looked.report.findings.map(({ rule }) => rule)]).toEqual([
    1,
    ['drill-balancer-left'],
  ]);
  expect(looked.state).not.toHaveProperty('drill_run');
  const other = await world.run(drillPost, { inputs: asked, state: { drill_run: 'another' } });
  expect([other.exitCode, (await backend()).backends]).toEqual([0, backendsOf(start).slice(1)]);
  const killed = await world.run(drillPost, { inputs: asked, state: { drill_run: run, drill_out: 'out' } });
  expect([killed.exitCode, killed.report.verdict, killed.report.reason]).toEqual([
    ...[0, 'pass', 'Put back the region that the drill had taken out of ocr-backend.'],
  ]);
  expect(comparable(await backend())).toEqual(comparable(start));
});
