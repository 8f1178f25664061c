import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ReleaseFacts, SegmentFacts } from '../../../src/domain/release/facts.ts';
import type { WatchEvidence } from '../../../src/steps/watch/evidence.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { type Ran, ReleaseWorld } from '../../support/release-world.ts';

jest.setTimeout(300_000);

/** A function without users: only probes can judge it. */
describe('a release with probes', () => {
  let time: FastTime;
  let world: ReleaseWorld;
  let made = 0;
  beforeAll(async () => {
    time = installFastTime(10);
    world = await ReleaseWorld.open({}, time.clock);
  });
  afterAll(async () => {
    await world.close();
    time.restore();
  });

  const probing = () => ({
    slo: '80%',
    smoke_suite: world.suite(),
    canary: '50%',
    step_duration: '40s',
    duration: '40s',
    poll_interval: '2s',
    probes_per_minute: '120',
  });
  async function served(): Promise<{ name: string; revision: string }> {
    const name = `probes${++made}`;
    const first = await world.release(name, world.good(), {
      inputs: { step_duration: '1s', duration: '1s', canary: 'none' },
    });
    return { name, revision: String(first.outputs.revision) };
  }
  const segments = (ran: Ran) => (ran.report.evidence.release as ReleaseFacts).segments;
  const streams = (segment: SegmentFacts | undefined) =>
    Object.fromEntries(
      ((segment?.evidence as WatchEvidence | undefined)?.tests ?? []).map((one) => [
        one.stream,
        { candidate: one.candidate.total, baseline: one.baseline.total },
      ]),
    );

  test('probes prove a good candidate at every step and do not count as requests of users', async () => {
    const { name } = await served();
    const ran = await world.release(name, world.good(), { inputs: probing() });
    expect([ran.report.outcome, ran.exitCode]).toEqual(['promoted', 0]);
    const [half, full] = segments(ran);
    expect([half?.verdict, full?.verdict]).toEqual(['pass', 'pass']);
    const split = streams(half);
    expect(split.users).toEqual({ candidate: 0, baseline: 0 });
    expect(split.probes?.candidate).toBeGreaterThan(15);
    expect(split.probes?.baseline).toBeGreaterThan(15);
    expect(streams(full).users).toEqual({ candidate: 0, baseline: 0 });
    expect(streams(full).probes?.candidate).toBeGreaterThan(split.probes?.candidate ?? 0);
  });

  test('a candidate that fails some of them is taken back', async () => {
    const { name, revision } = await served();
    // The candidate passes the smoke test and fails from its third request on.
    const bad = world.source([
      { status: 200, body: { text: 'ok' }, latencyMs: 0, share: 0.2 },
      { status: 500, share: 0.8 },
    ]);
    const suite = world.suite();
    const inputs = {
      ...probing(),
      smoke_suite: 'none',
      probe_suite: suite,
      slo: '90%',
      verify_duration: '0s',
    };
    const ran = await world.release(name, bad, { inputs });
    expect(ran.report.outcome).toBe('rolled_back');
    expect(await world.serving(name)).toEqual([{ revision, percent: 100 }]);
    expect(segments(ran).at(-1)?.verdict).toBe('fail');
  });

  test('a probe that the platform refuses does not judge the candidate, and the log says which permission to grant', async () => {
    const { name } = await served();
    // This account may be impersonated, but it may not call the function.
    const stranger = world.sandbox.env.READER_SERVICE_ACCOUNT as string;
    const inputs = {
      ...probing(),
      canary: 'none',
      smoke_suite: 'none',
      probe_suite: world.suite(),
      invoker_service_account: stranger,
    };
    const ran = await world.release(name, world.good(), { inputs });
    expect([ran.report.outcome, ran.exitCode]).toEqual(['promoted', 0]);
    expect(streams(segments(ran).at(-1)).probes?.candidate).toBe(0);
    const warnings = ran.log.filter((line) => line.startsWith('Probes cannot be sent'));
    expect(warnings).toEqual([expect.stringContaining(`${stranger} lacks roles/run.invoker`)]);
  });

  test.each([
    ['by metrics', { source: 'metrics' }, 'metrics count test requests'],
    [
      "by Cloud Run's metrics in Prometheus",
      { prometheus_google: 'true' },
      'leave out the user agent backstay',
    ],
    ['without a suite', { smoke_suite: 'none' }, 'probe_suite: missing'],
    ['too many', { probes_per_minute: '500' }, 'probes_per_minute'],
  ])('%s: refused before anything is sent', async (_, more, why) => {
    const { name } = await served();
    const before = await world.service(name);
    const ran = await world.release(name, world.good(), { inputs: { ...probing(), ...more } });
    expect([ran.exitCode, ran.report.reason]).toEqual([1, expect.stringContaining(why)]);
    expect(await world.service(name)).toEqual(before);
  });
});
