import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type GuardWorld, guardWorld } from '../../support/guard-world.ts';

/** Something between the runner and Google answers the guard's anonymous requests. */
let w: GuardWorld;

beforeAll(async () => {
  w = await guardWorld();
}, 300_000);
afterAll(() => w?.stop());
afterEach(() => {
  w.reset();
  w.sandbox.world.faults.clear();
});

const forbidden = '<html><head><title>403 Forbidden</title></head><body>nginx</body></html>';

test.each([
  ['a redirect to a sign-in', 302, '', { location: 'https://sso.corp.example/' }],
  ['a page that blocks', 200, '<title>Blocked</title>', {}],
  ['a refusal of its own', 403, forbidden, { server: 'nginx', 'content-type': 'text/html' }],
])('%s is unknown: neither public nor private', async (_, status, body, headers) => {
  w.sandbox.world.faults.add({ api: 'invoke', times: 1000, fault: { status, body, headers } });
  const result = await w.guard();
  expect(result).toMatchObject({ exposure: 'unknown', outcome: undefined });
  expect(result.findings).toContainEqual(
    expect.objectContaining({ rule: 'probe-unclear', fix: expect.stringContaining('NO_PROXY') }),
  );
  expect(new Set(result.probes.map((probe) => probe.class))).toEqual(new Set(['foreign']));
});

test('the configuration still counts: with a public binding, a function behind a gateway is public too', async () => {
  w.set(w.policy, { role: 'roles/run.invoker', members: ['allUsers'] });
  const fault = { status: 302, headers: { location: 'https://sso.corp.example/' } };
  w.sandbox.world.faults.add({ api: 'invoke', times: 1000, fault });
  expect(await w.guard()).toMatchObject({ exposure: 'public', outcome: 'exposed' });
});
