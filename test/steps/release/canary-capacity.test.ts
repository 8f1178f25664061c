import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { runState } from '../../../sandbox/run/model.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { releaseView } from '../../../src/domain/summary/release/view.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** A release says before it begins that a canary step has too few instances. */
jest.setTimeout(300_000);
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(10);
  world = await ReleaseWorld.open({}, time.clock);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const quick = { step_duration: '1s', duration: '1s', slo: 'none', smoke_suite: 'none' };

test("a plan shows the arithmetic of the service's maximum, and a first release has nothing to split", async () => {
  const name = 'starved';
  const first = await world.release(name, world.good(), { inputs: { ...quick, canary: '5%' } });
  expect(first.report.outcome).toBe('promoted');
  const service = [...runState(world.sandbox.world).services.values()].find(({ id }) => id === name);
  if (!service) throw new Error('the release made no service');
  service.scaling = { maxInstanceCount: 10 };

  const plan = (canary: string) =>
    world.release(name, world.good(), { inputs: { ...quick, canary, dry_run: 'true' } });
  const ran = await plan('5%,25%,50%');
  const said =
    'At 5 % of the traffic the new revision gets 5 % of at most 10 instances, which is 0.5: less than one.';
  expect(ran.report.findings.find(({ rule }) => rule === 'canary-starves')).toMatchObject({
    title: said,
    fix: 'Raise the maximum of the service to 20 (100 / 5), or begin with 10 %: canary: 10%,25%,50%',
  });
  expect(ran.log.join('\n')).toContain(said);
  expect(summaryOf(ran.report, releaseView)).toContain('which is 0.5: less than one.');
  expect(ran.exitCode).toBe(0);

  const enough = await plan('10%,25%,50%');
  const rules = [...first.report.findings, ...enough.report.findings].map(({ rule }) => rule);
  expect(rules).not.toContain('canary-starves');
});
