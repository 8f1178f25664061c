import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** Mistakes that people make with services of Cloud Run. What can be known before a change stops the release there. */

const quick = { step_duration: '1s', duration: '1s' };

describe.each(['run-image', 'run-function'] as const)('%s', (driver) => {
  let time: FastTime;
  let world: ReleaseWorld;
  beforeAll(async () => {
    time = installFastTime(20);
    world = await ReleaseWorld.open({ trafficSettleMs: 0 }, time.clock, driver);
  });
  afterAll(async () => {
    await world.close();
    time.restore();
  });
  const writes = (from: number) =>
    world.sandbox.world.requests
      .slice(from)
      .filter(({ api, method }) => ['run', 'storage', 'cloudfunctions'].includes(api) && method !== 'GET')
      .filter(({ path }) => !/:(get|test)Iam/.test(path))
      .map(({ api, method, path }) => `${method} ${api} ${path}`);

  test('a first release in another region than before stops before it writes anything', async () => {
    await world.release('moved', world.good(), { inputs: quick });
    const from = world.sandbox.world.requests.length;
    const inputs = { ...quick, region: 'europe-west1' };
    const ran = await world.release('moved', world.good(), { inputs });
    expect([ran.report.outcome, ran.exitCode]).toEqual(['blocked', 1]);
    expect(ran.report.reason).toContain(world.sandbox.region);
    expect(ran.report.findings[0]?.fix).toContain('new_region: true');
    expect(writes(from)).toEqual([]);
  });

  test('a project that this identity does not know stops before it writes anything', async () => {
    const from = world.sandbox.world.requests.length;
    const inputs = { ...quick, project_id: 'other-project' };
    const ran = await world.release('foreign', world.good(), { inputs });
    expect(ran.exitCode).toBe(1);
    expect(`${ran.report.reason} ${ran.report.errors.map(({ what }) => what).join(' ')}`).toContain(
      'other-project',
    );
    expect(writes(from)).toEqual([]);
  });

  test('a container that does not listen: no traffic moves, and the error says how to start it as Cloud Run does', async () => {
    await world.release('deaf', world.good(), { inputs: quick });
    const before = await world.serving('deaf');
    const ran = await world.release('deaf', world.good({ startFails: 'Listening on 3000' }), {
      inputs: quick,
    });
    expect([ran.report.outcome, ran.report.errors[0]?.code]).toEqual(['rolled_back', 'deploy-failed']);
    const { what = '', why = '', fix = '', commands = [] } = ran.report.errors[0] ?? {};
    expect(`${what} ${why}`).toMatch(/PORT|port/);
    expect(fix).toContain('$PORT');
    expect(commands.join()).toContain(
      driver === 'run-image' ? 'docker run' : 'functions-framework --target=ocr',
    );
    if (driver === 'run-image') expect(commands.join()).toMatch(/@sha256:[0-9a-f]{64}/);
    expect(await world.serving('deaf')).toEqual(before);
  });
});

test('source without a target: a Cloud Run function of that name in another region stops the release', async () => {
  const time = installFastTime(20);
  const world = await ReleaseWorld.open({ trafficSettleMs: 0 }, time.clock, 'run-function');
  await world.release('here', world.good(), { inputs: quick });
  const { target: _, ...inputs } = world.inputs('here', world.good(), { ...quick, region: 'europe-west1' });
  const { release } = await import('../../../src/actions/release/release.ts');
  const ran = await world.run(release, { inputs });
  expect([ran.report.outcome, ran.report.findings[0]?.fix]).toEqual([
    'blocked',
    expect.stringContaining('new_region: true'),
  ]);
  await world.close();
  time.restore();
});
