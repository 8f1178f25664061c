import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { grant } from '../../sandbox/core/policies.ts';
import type { JsonObject } from '../../src/domain/data/json.ts';
import { backendsOf, comparable } from '../../src/domain/drill/balancer.ts';
import { createClock } from '../../src/runner/clock.ts';
import { buildBalancer } from '../sandbox/support/balancer.ts';
import { Client } from '../sandbox/support/client.ts';
import { ReleaseWorld } from '../support/release-world.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

/** The region drill as a process: it is killed while a region is out of the load balancer, and what comes next puts the region back. */
jest.setTimeout(300_000);
const [first, second] = ['europe-west1', 'us-central1'] as const;
let world: ReleaseWorld;
let sandbox: ReleaseWorld['sandbox'];
let folder: string;
let front: string;
let token: string;
let client: Client;
let start: JsonObject;

beforeAll(async () => {
  world = await ReleaseWorld.open({}, createClock());
  ({ sandbox, folder } = world);
  client = new Client(sandbox);
  const inputs = {
    ...{
      region: '',
      regions: `${first}; ${second}`,
      smoke_suite: 'none',
      step_duration: '1s',
      duration: '1s',
    },
    ...{ memory: '512Mi', cpu: '1', max_instance_request_concurrency: '4' },
  };
  const made = await world.release('ocr', world.good(), { inputs });
  expect([made.exitCode, made.report.errors]).toEqual([0, []]);
  front = await buildBalancer(client, { service: 'ocr', regions: [first, second] });
  await world.control('PATCH', '/settings', { fronts: { clientRegion: first } });
  const deployer = `serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`;
  grant(
    sandbox.world.policies,
    `//cloudresourcemanager.googleapis.com/projects/${sandbox.project}`,
    'roles/compute.loadBalancerAdmin',
    deployer,
  );
  token = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body.accessToken;
  writeFileSync(
    join(folder, 'capacity.json'),
    JSON.stringify({
      ...{ schema: 'backstay/capacity/v1', service: 'ocr', region: first, revision: 'ocr-00001-abc' },
      image: `europe-docker.pkg.dev/p/r/ocr@sha256:${'a'.repeat(64)}`,
      measured_at: '2026-11-01T00:00:00Z',
      settings: { cpu: 1, memory_mib: 512, concurrency: 4, instances: 1 },
      ...{ objective: { quantile: 0.95, limit_ms: 3000 }, requests_per_second: 5, concurrency: 4 },
      ...{ p95_ms: 100, calls: 200, misses: 0, confidence: 0.95 },
    }),
  );
  start = await backend();
});
afterAll(() => world?.close());

const backend = async () => {
  const path = `/compute/v1/projects/${sandbox.project}/global/backendServices/ocr-backend`;
  return (await client.api('compute', 'GET', path, undefined, token)).body as JsonObject;
};
const regionsIn = async () => backendsOf(await backend()).length;

const drill = (more: Parameters<typeof runAction>[1] = {}): Promise<ActionRun> =>
  runAction('drill', {
    env: { ...sandbox.env, GITHUB_WORKSPACE: folder },
    inputs: {
      workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER ?? '',
      service_account: sandbox.env.SERVICE_ACCOUNT ?? '',
      invoker_service_account: sandbox.env.INVOKER_SERVICE_ACCOUNT ?? '',
      project_id: sandbox.project,
      ...{ name: 'ocr', region: first, second_region: second, exercise: 'true', exercise_wait: '120s' },
      ...{
        backend_service: 'ocr-backend',
        front_url: front,
        needed_rate: '1',
        capacity_file: 'capacity.json',
      },
    },
    timeoutMs: 240_000,
    ...more,
  });

/** Runs the drill and kills it as soon as a region is out. */
async function killed(): Promise<ActionRun> {
  let end: (signal: NodeJS.Signals) => void = () => {};
  let over = false;
  const watching = (async () => {
    while (!over) {
      if ((await regionsIn()) === 1) return end('SIGKILL');
      await new Promise((done) => setTimeout(done, 50));
    }
  })();
  const ran = await drill({
    onStart: (kill) => {
      end = kill;
    },
  });
  over = true;
  await watching;
  expect({ signal: ran.signal, regions: await regionsIn(), log: ran.log }).toMatchObject({
    ...{ signal: 'SIGKILL', regions: 1 },
  });
  expect(ran.state).toMatchObject({ drill_run: expect.stringMatching(/^\d{8}T/), drill_out: 'out' });
  return ran;
}

test('killed in the middle: its post step puts the region back', async () => {
  const post = await drill({ post: await killed() });
  expect([post.code, post.log]).toEqual([
    0,
    expect.stringContaining('put back the region that the drill had taken out of ocr-backend'),
  ]);
  expect(comparable(await backend())).toEqual(comparable(start));
});

test('killed with its machine, so without a post step: the next run puts the region back, and the one after that drills', async () => {
  await killed();
  const next = await drill();
  // The killed one may still be at work, so the next one only makes both regions serve again.
  expect([next.code, next.outputs.verdict]).toEqual([1, 'inconclusive']);
  expect(next.log).toMatch(
    /The failover was not tried.*was under way or was killed, and its region is back now/,
  );
  expect(comparable(await backend())).toEqual(comparable(start));
  const again = await drill();
  expect({ code: again.code, bad: again.outputs.bad_answers, log: again.log }).toMatchObject({
    ...{ code: 0, bad: '0' },
  });
  expect(Number(again.outputs.failover_seconds)).toBeGreaterThan(0);
  expect(again.summary).toContain('ocr-backend');
  expect(comparable(await backend())).toEqual(comparable(start));
});
