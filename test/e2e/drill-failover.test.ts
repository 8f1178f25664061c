import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { JsonObject } from '../../src/domain/data/json.ts';
import { backendsOf, comparable } from '../../src/domain/drill/balancer.ts';
import { createClock } from '../../src/runner/clock.ts';
import { type BalancedWorld, balancedWorld } from '../support/balanced-world.ts';
import { ReleaseWorld } from '../support/release-world.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

/** The region drill as a process: it is killed while a region is out of the load balancer, and what comes next puts the region back. */
jest.setTimeout(300_000);
let world: ReleaseWorld;
let two: BalancedWorld;
let start: JsonObject;

beforeAll(async () => {
  world = await ReleaseWorld.open({}, createClock());
  two = await balancedWorld(world);
  start = await two.backend();
});
afterAll(() => world?.close());

const regionsIn = async () => backendsOf(await two.backend()).length;

const drill = (more: Parameters<typeof runAction>[1] = {}): Promise<ActionRun> => {
  const { env, project } = world.sandbox;
  return runAction('drill', {
    env: { ...env, GITHUB_WORKSPACE: world.folder },
    inputs: {
      workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER ?? '',
      service_account: env.SERVICE_ACCOUNT ?? '',
      invoker_service_account: env.INVOKER_SERVICE_ACCOUNT ?? '',
      project_id: project,
      ...two.inputs,
      exercise_wait: '120s',
    },
    timeoutMs: 240_000,
    ...more,
  });
};

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
  expect(comparable(await two.backend())).toEqual(comparable(start));
});

test('killed with its machine, so without a post step: the next run puts the region back, and the one after that drills', async () => {
  await killed();
  const next = await drill();
  // The killed one may still be at work, so the next one only makes both regions serve again.
  expect([next.code, next.outputs.verdict]).toEqual([1, 'inconclusive']);
  expect(next.log).toMatch(
    /The failover was not tried.*was under way or was killed, and its region is back now/,
  );
  expect(comparable(await two.backend())).toEqual(comparable(start));
  const again = await drill();
  expect({ code: again.code, bad: again.outputs.bad_answers, log: again.log }).toMatchObject({
    ...{ code: 0, bad: '0' },
  });
  expect(Number(again.outputs.failover_seconds)).toBeGreaterThan(0);
  expect(again.summary).toContain('ocr-backend');
  expect(comparable(await two.backend())).toEqual(comparable(start));
});
