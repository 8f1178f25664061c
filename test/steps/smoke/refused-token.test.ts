import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { smokeTest } from '../../../src/actions/smoke-test/smoke-test.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** If the account of the ID tokens lacks run.invoker, every action that calls the function prints the command that grants it. */

jest.setTimeout(300_000);

let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const quick = { step_duration: '1s', duration: '1s' };

test('release, smoke test and rollback print the grant with the real names', async () => {
  const { env, project, region } = world.sandbox;
  const name = 'Ocr_Api'.toLowerCase();
  const first = await world.release(name, world.good(), { inputs: quick });
  const second = await world.release(name, world.good(), { inputs: quick });
  expect([first.report.outcome, second.report.outcome]).toEqual(['promoted', 'promoted']);
  // The deployer may impersonate the reader account, which may call no service.
  const stranger = env.READER_SERVICE_ACCOUNT as string;
  const command = `gcloud run services add-iam-policy-binding ocr-api --project=${project} --region=${region} --member=serviceAccount:${stranger} --role=roles/run.invoker --condition=None`;
  const caller = { invoker_service_account: stranger };
  const soon = { propagation_timeout: '1s' };

  const tested = await world.run(smokeTest, {
    inputs: { ...world.inputsFor('smoke-test', name), ...caller, ...soon, suite: world.suite() },
  });
  expect(tested.exitCode).toBe(1);
  expect(tested.report.findings.flatMap(({ commands = [] }) => commands)).toContain(command);

  const source = world.good();
  const inputs = { ...quick, ...caller, ...soon, smoke_suite: world.suite() };
  const blocked = await world.release(name, source, { inputs });
  expect([blocked.report.outcome, blocked.exitCode]).toEqual(['blocked', 1]);
  expect(blocked.report.findings.flatMap(({ commands = [] }) => commands).join('\n')).toContain(command);
  const released = await world.release(name, source, { inputs: { ...inputs, preflight: 'warn' } });
  // The environment failed, not the code.
  expect([released.report.outcome, released.report.errors]).toEqual(['rolled_back', []]);
  expect([released.report.verdict, released.exitCode]).toEqual(['inconclusive', 1]);
  expect(released.report.evidence.release).toMatchObject({ unjudged: true });
  expect(released.report.findings.flatMap(({ commands = [] }) => commands)).toContain(command);
  expect((await world.record('ocr-api'))?.failed).toEqual([]);
  const granted = await world.release(name, source, { inputs: { ...quick, smoke_suite: world.suite() } });
  expect([granted.report.outcome, granted.report.reason]).toEqual(['promoted', expect.anything()]);
  expect(granted.report.evidence.smoke).toMatchObject({ results: [{ status: 'passed' }] });

  const back = await world.rollback(name, String(first.outputs.revision), { inputs: caller });
  expect(back.report.reason).toContain('it answers 403');
  expect(back.log.join('\n')).toContain(command);
});

test('a first release whose smoke test could not reach the function is tested when it runs again', async () => {
  const name = 'firsts';
  const source = world.good();
  const inputs = { ...quick, smoke_suite: world.suite() };
  const stranger = { invoker_service_account: world.sandbox.env.READER_SERVICE_ACCOUNT as string };
  const first = await world.release(name, source, {
    inputs: { ...inputs, ...stranger, propagation_timeout: '1s' },
  });
  expect([first.report.outcome, (await world.record(name))?.failed]).toEqual(['rejected', []]);
  expect([first.report.verdict, first.exitCode]).toEqual(['inconclusive', 1]);
  const again = await world.release(name, source, { inputs });
  expect(again.report.outcome).toBe('promoted');
  expect(again.report.evidence.smoke).toMatchObject({ results: [{ status: 'passed' }] });
});
