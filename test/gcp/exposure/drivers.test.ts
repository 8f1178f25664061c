import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runState } from '../../../sandbox/run/model.ts';
import { type GuardWorld, guardWorld } from '../../support/guard-world.ts';

/** A sample of the ways to be public, on services that are no functions of Cloud Functions. `npm run sweep -- --stories` plays all. */
describe.each(['run-function', 'run-image'] as const)('%s', (driver) => {
  let w: GuardWorld;
  beforeAll(async () => {
    w = await guardWorld({}, driver);
  });
  afterAll(() => w?.stop());

  const service = () => {
    const found = runState(w.sandbox.world).services.get(w.service);
    if (!found) throw new Error('there is no service');
    return found;
  };
  const anonymously = async () =>
    (await w.client.send(service().doors.get('service')?.url as string, 'POST', {})).status;

  test.each<[string, string, () => void]>([
    [
      'a binding',
      'public-binding',
      () => w.set(w.policy, { role: 'roles/run.invoker', members: ['allUsers'] }),
    ],
    [
      'the invoker check',
      'invoker-check-disabled',
      () => void Object.assign(service(), { invokerIamDisabled: true }),
    ],
  ])('open by %s: found, and closed', async (_what, rule, build) => {
    w.reset();
    build();
    expect(await anonymously()).toBe(200);
    const seen = await w.guard();
    expect(seen).toMatchObject({ exposure: 'public', verdict: 'fail' });
    expect(seen.findings.map((finding) => finding.rule)).toContain(rule);
    const closed = await w.guard({ mode: 'enforce' });
    expect(closed).toMatchObject({ exposure: 'private', verdict: 'pass' });
    expect(await anonymously()).toBe(403);
  });
});
