import { afterEach, describe, expect, test } from '@jest/globals';
import type { ActionRun } from '../support/run-action.ts';
import { WatchWorld } from '../support/watch-world.ts';

let world: WatchWorld;
afterEach(() => world.stop());

/** Ten minutes of requests to the new revision, which has all traffic, as AWS counts them. */
async function open(everyBad: number): Promise<void> {
  world = await WatchWorld.open({ percent: 100, sandbox: { monitors: true } });
  world.stretch(world.next, 600, 840, 5, everyBad, true);
}
function watch(inputs: Record<string, string> = {}): Promise<ActionRun> {
  const { env } = world.client.sandbox;
  return world.watch({
    since: '14m',
    duration: '14m',
    cloudwatch_counts: 'http-api',
    cloudwatch_dimensions: env.CLOUDWATCH_DIMENSIONS as string,
    cloudwatch_role: env.CLOUDWATCH_ROLE as string,
    cloudwatch_delay: '1m',
    ...inputs,
  });
}
// biome-ignore lint/suspicious/noExplicitAny: tests read reports by path and know what they hold.
const sourceIn = (report: unknown) => (report as any).evidence.watch.source;

describe('a watch by CloudWatch, as a process', () => {
  test("logs in with GitHub's token and passes what is healthy", async () => {
    await open(0);
    const run = await watch();
    expect([run.code, run.outputs.verdict, sourceIn(run.report)]).toEqual([0, 'pass', 'cloudwatch']);
    const { calls, keys } = world.client.sandbox.monitors?.aws ?? { calls: [], keys: new Map() };
    expect(calls[0]).toMatchObject({ action: 'AssumeRoleWithWebIdentity' });
    const [session] = [...keys.values()];
    for (const secret of [session?.secret, session?.token, calls[0]?.body.WebIdentityToken as string])
      expect([secret?.length > 20, run.log.replace(/::add-mask::.*/g, '').includes(secret)]).toEqual([
        true,
        false,
      ]);
  }, 300_000);

  test('takes back what is not', async () => {
    await open(5);
    expect((await watch()).outputs).toMatchObject({ verdict: 'fail', next: 'roll_back' });
  }, 300_000);

  test('says at the level of the login why it may not read', async () => {
    await open(0);
    world.client.sandbox.monitors?.aws.identity.providers.clear();
    const run = await watch();
    expect(run.outputs.verdict).not.toBe('pass');
    expect(run.log).toContain('aws iam create-open-id-connect-provider');
  }, 300_000);
});
