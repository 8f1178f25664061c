import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { releaseView } from '../../../src/domain/summary/release/view.ts';
import { inputsOf } from '../../../src/inputs/table.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** A window of `freeze` ends a release before its first write. */
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

const short = { step_duration: '1s', duration: '1s', canary: 'none', slo: 'none', smoke_suite: 'none' };
const hours = (count: number) =>
  new Date(time.now() + count * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
const open = () => `${hours(-1)}-${hours(2)} UTC`;
const past = () => `${hours(-5)}-${hours(-3)} UTC`;

/** Every write to Google Cloud that an action sends. */
async function writesDuring<T>(act: () => Promise<T>): Promise<[T, string[]]> {
  const writes: string[] = [];
  const restore = world.onCalls(({ api, method, path }) => {
    const asks = /:(testIamPermissions|generateAccessToken|generateIdToken)|\/token$/.test(
      path.split('?')[0] ?? '',
    );
    if (method !== 'GET' && !asks && ['run', 'cloudfunctions', 'storage'].includes(api))
      writes.push(`${method} ${path}`);
    return undefined;
  });
  try {
    return [await act(), writes];
  } finally {
    restore();
  }
}

test('a release in a window is blocked before it changes anything, and says until when and how to go on', async () => {
  const window = open();
  const [ran, writes] = await writesDuring(() =>
    world.release('frozen', world.good(), { inputs: { ...short, freeze: `${past()}\n${window}` } }),
  );
  expect([ran.report.outcome, ran.report.verdict, ran.exitCode]).toEqual(['blocked', 'fail', 1]);
  expect(ran.report.reason).toContain(`frozen by the window "${window}" until `);
  expect(ran.report.reason).toContain('Nothing was changed.');
  expect(writes).toEqual([]);
  expect(await world.service('frozen')).toBeUndefined();
  expect(ran.report.evidence.freeze).toMatchObject({ window });
  expect(ran.report.timings.at(-1)?.stage).toBe('Freeze window');
  const summary = summaryOf(ran.report, releaseView);
  expect(summary).toMatch(/set freeze(_|&#95;)override to the reason/);
  expect(summary).toContain('A rollback is never frozen');
  // The post step has nothing to settle.
  const after = await world.post('frozen', world.good(), ran, { inputs: short });
  expect(after.report.reason).toBe('Nothing to settle.');
});

test('a dry run in a window says what a release would do', async () => {
  const ran = await world.release('frozen', world.good(), {
    inputs: { ...short, freeze: open(), dry_run: 'true' },
  });
  expect([ran.report.outcome, ran.exitCode]).toEqual([undefined, 0]);
  expect(ran.report.evidence.release?.warnings).toEqual([
    expect.stringContaining('A release would stop: Releases are frozen by the window'),
  ]);
});

test('with a reason it is released, and the reason stays in report and summary; outside of a window it is not needed', async () => {
  const why = 'repairs the outage of ticket 4711';
  const ran = await world.release('passed', world.good(), {
    inputs: { ...short, freeze: open(), freeze_override: why },
  });
  expect([ran.report.outcome, ran.exitCode]).toEqual(['promoted', 0]);
  expect(ran.report.evidence.freeze).toMatchObject({ override: why });
  expect(ran.report.inputs.freeze_override).toBe(why);
  expect(ran.report.findings.find(({ rule }) => rule === 'release-frozen')?.title).toContain(why);
  expect(summaryOf(ran.report, releaseView)).toContain(why);

  const calm = await world.release('passed', world.good(), {
    inputs: { ...short, freeze: past(), freeze_override: why },
  });
  expect(calm.report.outcome).toBe('promoted');
  expect(calm.report.findings.map(({ rule }) => rule)).not.toContain('release-frozen');
  expect(calm.report.evidence.freeze).toBeUndefined();
});

test('a deploy is frozen too, a rollback never', async () => {
  const [frozen, writes] = await writesDuring(() =>
    world.deploy('deployed', world.good(), { freeze: open() }),
  );
  expect([frozen.report.outcome, frozen.report.verdict, frozen.exitCode]).toEqual(['blocked', 'fail', 1]);
  expect(writes).toEqual([]);
  const passed = await world.deploy('deployed', world.good(), {
    freeze: open(),
    freeze_override: 'ticket 4711',
  });
  expect(passed.report.verdict).toBe('pass');
  expect(passed.report.findings.find(({ rule }) => rule === 'release-frozen')?.title).toContain(
    'ticket 4711',
  );
  expect(inputsOf('rollback').filter((name) => name.startsWith('freeze'))).toEqual([]);
});
