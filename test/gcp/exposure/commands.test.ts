import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findGcloud, runGcloud } from '../../support/gcloud.ts';
import { type GuardWorld, guardWorld } from '../../support/guard-world.ts';

/** The most important command of the guard, run by a real gcloud. test/peers/repairs reads and runs all others. */
const gcloud = findGcloud();

let w: GuardWorld;
beforeAll(async () => {
  w = await guardWorld();
}, 300_000);
afterAll(() => w?.stop());

if (!gcloud) test.skip('skipped: no gcloud on this machine', () => undefined);
else
  test('the printed command closes what the guard may not close', async () => {
    w.set(w.policy, { role: 'roles/run.invoker', members: ['allUsers', 'user:kept@example.com'] });
    const refused = await w.guard({ mode: 'enforce' }, w.sandbox.env.READER_SERVICE_ACCOUNT);
    expect(refused).toMatchObject({ exposure: 'public', outcome: 'exposed' });
    const [, ...args] = (refused.findings[0]?.commands?.[0] ?? '').split(' ');
    const { code, output } = await runGcloud(gcloud, args, w.sandbox.env);
    expect(code === 0 ? '' : output).toBe('');
    expect(w.sandbox.world.policies.get(w.policy).bindings).toEqual([
      { role: 'roles/run.invoker', members: ['user:kept@example.com'] },
    ]);
    expect(await w.guard()).toMatchObject({ exposure: 'private' });
  }, 300_000);
