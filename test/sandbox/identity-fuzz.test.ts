import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { ask, env, federatedToken } from './identity-support.ts';

let sandbox: Sandbox;
let owner: string;
let federated: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  owner = String(
    (await ask(`${sandbox.control}/tokens`, { body: { member: 'user:owner@example.com' } })).body.accessToken,
  );
  federated = await federatedToken(sandbox);
});
afterAll(() => sandbox.stop());

const names = [
  'policy',
  'bindings',
  'role',
  'members',
  'condition',
  'etag',
  'version',
  'expression',
  'audience',
  'scope',
  'lifetime',
  'delegates',
  'subjectToken',
  'grantType',
  'options',
  'requestedPolicyVersion',
  'api',
  'fault',
  'quirks',
  'claims',
  'providers',
  'policies',
  'github',
  'runs',
  'roles',
  'services',
  'serviceAccounts',
  'denyPolicies',
  'orgPolicies',
  'permissions',
];
const hostile: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      null,
      true,
      0,
      -1,
      Number.MAX_VALUE,
      '',
      'allUsers',
      'roles/run.invoker',
      'user:a@b.c',
      '//x/projects/p',
      '__proto__',
      '\u0000',
    ),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names), tie('node'), { maxKeys: 4 }),
  ),
})).node;
const binding = fc.record({ role: hostile, members: hostile, condition: hostile }, { requiredKeys: [] });
const policy = fc.record({
  policy: fc.oneof(
    hostile,
    fc.record(
      { bindings: fc.oneof(hostile, fc.array(binding, { maxLength: 2 })), etag: hostile, version: hostile },
      { requiredKeys: [] },
    ),
  ),
});
const fields = (...keys: string[]) =>
  fc.record(Object.fromEntries(keys.map((key) => [key, hostile])), { requiredKeys: [] });
const named = (...keys: string[]) =>
  fc.dictionary(
    fc.constantFrom(...keys),
    fc.oneof(hostile, fc.dictionary(fc.constantFrom(...names), hostile, { maxKeys: 2 })),
    { maxKeys: 2 },
  );
const settingNames = [
  'claims',
  'issuerPath',
  'pools',
  'providers',
  'serviceAccounts',
  'policies',
  'denyPolicies',
  'orgPolicies',
  'roles',
  'services',
  'github',
  'quirks',
  'logLagMs',
];

interface Target {
  method: string;
  url: (sandbox: Sandbox) => string;
  token?: () => string;
  body: fc.Arbitrary<unknown>;
}
const account = (verb: string) => (box: Sandbox) =>
  `${env(box, 'GHA_ENDPOINT_OVERRIDE_iam')}/projects/-/serviceAccounts/${env(box, 'SERVICE_ACCOUNT')}:${verb}`;
const credentials = (verb: string) => (box: Sandbox) =>
  `${env(box, 'GHA_ENDPOINT_OVERRIDE_iamcredentials')}/projects/-/serviceAccounts/${env(box, 'SERVICE_ACCOUNT')}:${verb}`;
const control = (path: string) => (box: Sandbox) => `${box.control}/${path}`;
const targets: [string, Target][] = Object.entries({
  exchange: {
    method: 'POST',
    url: (box: Sandbox) => `${env(box, 'GHA_ENDPOINT_OVERRIDE_sts')}/token`,
    body: fields('audience', 'grantType', 'subjectToken', 'scope'),
  },
  generateAccessToken: {
    method: 'POST',
    url: credentials('generateAccessToken'),
    token: () => federated,
    body: fields('scope', 'lifetime', 'delegates'),
  },
  generateIdToken: {
    method: 'POST',
    url: credentials('generateIdToken'),
    token: () => federated,
    body: fields('audience', 'includeEmail', 'delegates'),
  },
  setIamPolicy: { method: 'POST', url: account('setIamPolicy'), token: () => owner, body: policy },
  getIamPolicy: { method: 'POST', url: account('getIamPolicy'), token: () => owner, body: fields('options') },
  testIamPermissions: {
    method: 'POST',
    url: account('testIamPermissions'),
    token: () => owner,
    body: fields('permissions'),
  },
  faults: { method: 'POST', url: control('faults'), body: fields('api', 'path', 'nth', 'fault') },
  tokens: { method: 'POST', url: control('tokens'), body: fields('member', 'audience', 'seconds') },
  jobs: { method: 'POST', url: control('jobs'), body: fields('claims') },
  settings: { method: 'PATCH', url: control('settings'), body: named(...settingNames) },
});

test.each(targets)(
  '%s: no body makes the sandbox itself fail, however odd it is',
  async (_, { method, url, token, body }) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(hostile, body), async (given) => {
        const before = sandbox.world.problems.length;
        const answer = await ask(url(sandbox), {
          method,
          body: JSON.stringify(given),
          ...(token ? { token: token() } : {}),
        });
        sandbox.world.faults.clear();
        expect(sandbox.world.problems.slice(before)).toEqual([]);
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
  },
);

test('afterwards the sandbox still answers', async () => {
  expect((await ask(`${sandbox.control}/state`)).status).toBe(200);
});
