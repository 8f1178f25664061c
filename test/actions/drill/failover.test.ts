import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { drill } from '../../../src/actions/drill/drill.ts';
import { drillPost } from '../../../src/actions/drill/post.ts';
import { backendsOf, comparable, takeOut } from '../../../src/domain/drill/balancer.ts';
import { createClock } from '../../../src/runner/clock.ts';
import { balancedRegions, balancedWorld } from '../../support/balanced-world.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** The action itself, from its inputs to its outputs, on two regions that a release has made. */
jest.setTimeout(300_000);
let world: ReleaseWorld;
beforeAll(async () => {
  world = await ReleaseWorld.open({}, createClock());
});
afterAll(() => world?.close());

test('compares two regions that a release has made, moves the traffic, and says what it cost', async () => {
  const { client, owner, path, backend, inputs } = await balancedWorld(world);
  const [first] = balancedRegions;
  const taken = new Set(['workload_identity_provider', 'service_account', 'project_id']);
  const login = Object.fromEntries(
    Object.entries(world.inputs('ocr', '.')).filter(([name]) => taken.has(name)),
  );
  const asked = { ...login, ...inputs, exercise_wait: '60s' };
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
