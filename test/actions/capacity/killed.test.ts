import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';
import { runAction } from '../../support/run-action.ts';
import { type WorldDriver, worldDrivers } from '../../support/world-driver.ts';
import { inputsOf, measureService, openService, stateOf, trialsOf } from './world.ts';

/** The built action as a process that is killed without a warning, with no post step, and the run after it. */
jest.setTimeout(600_000);

// At the speed of the machine, because processes take real time. No time passes while this process does not run.
let time: FastTime;
beforeAll(() => {
  time = installFastTime(1);
});
afterAll(() => time.restore());

/** Any size is fast enough. */
const quick = { latency_threshold: '60s', rate: '50', instance_choices: '4', memory_choices: '256Mi' };

type Call = Parameters<Parameters<ReleaseWorld['onCalls']>[0]>[0];
const isWrite = ({ api, method, path }: Call) =>
  api === 'run' && ['PATCH', 'DELETE'].includes(method) && !/[?&]validateOnly=true/.test(path);
const isCall = ({ api, method }: Call) => api === 'invoke' && method === 'POST';

/** When it dies: at the n-th call of a kind, which still takes effect if it is a write. */
const points = {
  'when the first revision is asked for': { of: isWrite, nth: 1 },
  'in the middle of the load': { of: isCall, nth: 30 },
  'when the size has been put back': { of: isWrite, nth: 2 },
  'when the revision is deleted': { of: isWrite, nth: 3 },
} as const;

/** Every point on one driver, and one point on each other: what is killed and put back is the same service of Cloud Run. */
const scenes = worldDrivers.flatMap((driver) =>
  Object.entries(points)
    .filter((_, i) => driver === 'run-image' || i === 1)
    .map(([when, point]) => [driver, when, point] as const),
);

async function killed(world: ReleaseWorld, name: string, { of, nth }: (typeof points)[keyof typeof points]) {
  let seen = 0;
  let kill = () => {};
  const restore = world.onCalls((call) => {
    if (of(call) && ++seen === nth) kill();
    return undefined;
  });
  const env = { ...world.sandbox.env, GITHUB_WORKSPACE: world.folder, GITHUB_RUN_ID: '4001' };
  const ran = await runAction('capacity', {
    inputs: inputsOf(world, name, quick),
    env,
    cwd: world.folder,
    timeoutMs: 240_000,
    onStart: (send) => (kill = () => send('SIGKILL')),
  });
  restore();
  return ran;
}

describe.each([...new Set(scenes.map(([driver]) => driver))])('%s', (driver: WorldDriver) => {
  test('killed, the next run puts service, tags and template back to the byte', async () => {
    const world = await ReleaseWorld.open({}, time.clock, driver);
    try {
      await openService(world, 'killed', {});
      const before = await stateOf(world, 'killed');
      for (const [, when, point] of scenes.filter(([one]) => one === driver)) {
        const dead = await killed(world, 'killed', point);
        expect([when, dead.signal]).toEqual([when, 'SIGKILL']);
        world.setRun('4001', 'completed');
        const next = await measureService(world, 'killed', quick, { env: { GITHUB_RUN_ID: '4002' } });
        expect([when, next.report.errors]).toEqual([when, []]);
        expect([when, await stateOf(world, 'killed')]).toEqual([when, before]);
        expect(trialsOf(world, 'killed')).toEqual([]);
      }
    } finally {
      await world.close();
    }
  });
});
