import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { logs } from '../../../src/actions/logs/logs.ts';
import { smokeTest } from '../../../src/actions/smoke-test/smoke-test.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { logsView } from '../../../src/domain/summary/logs/section.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** A 429 of a service without a free instance, explained with what the service takes now. */
jest.setTimeout(300_000);
const quick = { step_duration: '1s', duration: '1s', slo: 'none', smoke_suite: 'none', canary: 'none' };
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(10);
  world = await ReleaseWorld.open({ logLagMs: 0 }, time.clock, 'run-image');
  // It refuses a second request at once, as Cloud Run does after a wait.
  const source = world.source([{ status: 200, body: { text: 'ok' }, latencyMs: 400 }], { maxConcurrency: 1 });
  const sizes = {
    ...{ cpu: '1', memory: '512Mi' },
    ...{ max_instance_count: '3', max_instance_request_concurrency: '2' },
  };
  const { report } = await world.release('busy', source, { inputs: { ...quick, ...sizes } });
  if (report.outcome !== 'promoted') throw new Error(report.reason);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

test('the log: instances times requests, from the live settings, and the two other limits', async () => {
  await world.control('POST', '/load', { function: 'busy', rps: 20, seconds: 1 });
  await world.clock.sleep(15_000);
  const ran = await world.run(logs, { inputs: world.inputsFor('logs', 'busy') });
  const said = 'At most 3 instances with 2 requests each take 6 at once.';
  expect(ran.log.join('\n')).toContain('No instance was free');
  expect(ran.log.join('\n')).toContain(said);
  expect(ran.log.join('\n')).toContain('A gateway in front has a quota of its own');
  expect(summaryOf(ran.report, logsView)).toContain(said);
});

test('the smoke test: also with the time of its own requests that were answered', async () => {
  world.suite();
  let calls = 0;
  const restore = world.onCalls(({ api, method }) =>
    // The first request warms up, the second one is the case. Every attempt of the case is refused.
    api === 'invoke' && method === 'POST' && ++calls > 1
      ? { status: 429, body: 'Rate exceeded.', headers: { server: 'Google Frontend' } }
      : undefined,
  );
  const ran = await world.run(smokeTest, {
    inputs: { ...world.inputsFor('smoke-test', 'busy'), suite: 'suite.yaml' },
  });
  restore();
  expect(ran.report.verdict).toBe('inconclusive');
  const [finding] = ran.report.findings;
  expect(finding?.why).toContain('At most 3 instances with 2 requests each take 6 at once.');
  expect(finding?.fix).toContain('Set max_instance_count to');
});
