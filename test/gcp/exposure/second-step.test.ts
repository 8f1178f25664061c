import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { user } from '../../../sandbox/core/principals.ts';
import type { Binding } from '../../../sandbox/core/types.ts';
import { runState } from '../../../sandbox/run/model.ts';
import { guard, guardDefaults } from '../../../src/steps/guard/guard.ts';
import { type GuardWorld, guardWorld, resources } from '../../support/guard-world.ts';

/**
 * A stranger calls the function by acting as a service account, on the sandbox. An identity that can only read finds each
 * way and prints the command that closes it. Once that binding is gone, the stranger is really refused.
 */
let w: GuardWorld;

beforeAll(async () => {
  w = await guardWorld();
}, 300_000);
afterAll(() => w?.stop());
afterEach(() => w.reset());

const reader = () => w.sandbox.env.READER_SERVICE_ACCOUNT as string;
const invoker = () => w.sandbox.env.INVOKER_SERVICE_ACCOUNT as string;
const deployer = () => w.sandbox.env.SERVICE_ACCOUNT as string;
const accountPolicy = (email: string) =>
  `//iam.googleapis.com/projects/${w.sandbox.project}/serviceAccounts/${email}`;
const url = () =>
  runState(w.sandbox.world).services.get(w.service)?.doors.get('service')?.url ?? 'http://no.service';

const stranger = (email = 'stranger@gmail.com') =>
  w.sandbox.world.tokens.issue(
    {
      principal: user(email),
      scopes: ['https://www.googleapis.com/auth/cloud-platform'],
      expires: w.sandbox.world.now() + 3_600_000,
    },
    'ya29.d.',
  );
const credentials = (account: string, verb: string, body: object, token = stranger()) =>
  w.client.api('iamcredentials', 'POST', `/v1/projects/-/serviceAccounts/${account}:${verb}`, body, token);
const role = (id: string, ...includedPermissions: string[]) => {
  const name = `projects/${w.sandbox.project}/roles/${id}`;
  w.sandbox.world.roles.define({ name, title: id, stage: 'GA', etag: 'AA==', includedPermissions });
  return name;
};
const add = (resource: string, binding: Binding) =>
  w.set(resource, ...w.sandbox.world.policies.get(resource).bindings, binding);

/** Gets an ID token of the account and calls the function. Returns the first status that is not 200. */
async function callAs(account: string, delegates: string[] = [], token = stranger()): Promise<number> {
  const minted = await credentials(
    account,
    'generateIdToken',
    {
      audience: url(),
      includeEmail: true,
      delegates: delegates.map((each) => `projects/-/serviceAccounts/${each}`),
    },
    token,
  );
  if (minted.status !== 200) return minted.status;
  const headers = { authorization: `Bearer ${minted.body.token}` };
  return (await w.client.send(url(), 'POST', {}, headers)).status;
}

interface Way {
  what: string;
  /** The policy and the binding that open the way. */
  opens: () => { resource: string; binding: Binding };
  /** What else the scenario needs. */
  prepare?: () => void;
  /** What the stranger does, as the status of its last call. */
  walk: () => Promise<number>;
  path: RegExp;
  command: RegExp;
}

const any = ['allAuthenticatedUsers'];
const tokenCreator = 'roles/iam.serviceAccountTokenCreator';
const levels = ['project', 'folder', 'organization'] as const;

const ways: Way[] = [
  ...levels.map(
    (level): Way => ({
      what: `mints the invoker's ID token by a role on the ${level}`,
      opens: () => ({ resource: resources(w.sandbox)[level], binding: { role: tokenCreator, members: any } }),
      walk: () => callAs(invoker()),
      path: /\(allAuthenticatedUsers\) may mint ID tokens of .*@sandbox-project/,
      command:
        /^gcloud (projects|resource-manager folders|organizations) remove-iam-policy-binding \S+ --member=allAuthenticatedUsers --role=roles\/iam\.serviceAccountTokenCreator --condition=None$/,
    }),
  ),
  {
    what: "mints the invoker's ID token by a role on the account",
    opens: () => ({
      resource: accountPolicy(invoker()),
      binding: { role: 'roles/iam.serviceAccountOpenIdTokenCreator', members: any },
    }),
    walk: () => callAs(invoker()),
    path: /may mint ID tokens of invoker@/,
    command:
      /^gcloud iam service-accounts remove-iam-policy-binding invoker@\S+ --project=sandbox-project --member=allAuthenticatedUsers /,
  },
  {
    what: 'mints an access token',
    opens: () => ({
      resource: accountPolicy(invoker()),
      binding: { role: role('mints', 'iam.serviceAccounts.getAccessToken'), members: any },
    }),
    walk: async () =>
      (
        await credentials(invoker(), 'generateAccessToken', {
          scope: ['https://www.googleapis.com/auth/cloud-platform'],
        })
      ).status,
    path: /may mint access tokens of invoker@/,
    command: /service-accounts remove-iam-policy-binding invoker@/,
  },
  ...(['signJwt', 'signBlob'] as const).map(
    (verb): Way => ({
      what: `signs by ${verb}`,
      opens: () => ({
        resource: accountPolicy(invoker()),
        binding: { role: role(verb, `iam.serviceAccounts.${verb}`), members: any },
      }),
      walk: async () =>
        (await credentials(invoker(), verb, { payload: verb === 'signJwt' ? '{"sub":"x"}' : 'eA==' })).status,
      path: /may sign tokens as invoker@/,
      command: /service-accounts remove-iam-policy-binding invoker@/,
    }),
  ),
  {
    what: 'creates a key',
    opens: () => ({
      resource: accountPolicy(invoker()),
      binding: { role: role('keys', 'iam.serviceAccountKeys.create'), members: any },
    }),
    walk: async () =>
      (await w.client.api('iam', 'POST', `/v1/projects/-/serviceAccounts/${invoker()}/keys`, {}, stranger()))
        .status,
    path: /may create keys of invoker@/,
    command: /service-accounts remove-iam-policy-binding invoker@/,
  },
  {
    what: 'grants itself a role on the account',
    opens: () => ({
      resource: accountPolicy(invoker()),
      binding: { role: role('grants', 'iam.serviceAccounts.setIamPolicy'), members: any },
    }),
    walk: async () => {
      const resource = accountPolicy(invoker());
      const { bindings } = w.sandbox.world.policies.get(resource);
      const more = [...bindings, { role: tokenCreator, members: ['user:stranger@gmail.com'] }];
      const path = `/v1/projects/-/serviceAccounts/${invoker()}:setIamPolicy`;
      const set = await w.client.api('iam', 'POST', path, { policy: { bindings: more } }, stranger());
      if (set.status !== 200) return set.status;
      const status = await callAs(invoker());
      w.set(resource, ...bindings);
      return status;
    },
    path: /may grant itself any role on invoker@/,
    command: /service-accounts remove-iam-policy-binding invoker@/,
  },
  {
    what: 'delegates through an account that may mint',
    prepare: () =>
      add(accountPolicy(invoker()), { role: tokenCreator, members: [`serviceAccount:${reader()}`] }),
    opens: () => ({
      resource: accountPolicy(reader()),
      binding: { role: role('delegates', 'iam.serviceAccounts.implicitDelegation'), members: any },
    }),
    walk: () => callAs(invoker(), [reader()]),
    path: /may mint tokens through reader@/,
    command: /service-accounts remove-iam-policy-binding reader@/,
  },
  {
    what: 'mints an account that may mint the invoker',
    prepare: () =>
      add(accountPolicy(invoker()), { role: tokenCreator, members: [`serviceAccount:${reader()}`] }),
    opens: () => ({
      resource: accountPolicy(reader()),
      binding: { role: role('mints', 'iam.serviceAccounts.getAccessToken'), members: any },
    }),
    walk: async () => {
      const scope = ['https://www.googleapis.com/auth/cloud-platform'];
      const minted = await credentials(reader(), 'generateAccessToken', { scope });
      return minted.status === 200 ? callAs(invoker(), [], minted.body.accessToken as string) : minted.status;
    },
    path: /may mint access tokens of reader@/,
    command: /service-accounts remove-iam-policy-binding reader@/,
  },
  {
    what: 'deploys code that runs as the deployer',
    prepare: () =>
      add(resources(w.sandbox).folder, {
        role: role('deploys', 'cloudfunctions.functions.create'),
        members: any,
      }),
    opens: () => ({
      resource: accountPolicy(deployer()),
      binding: { role: 'roles/iam.serviceAccountUser', members: any },
    }),
    walk: async () => {
      const source = await w.client.upload({ 'index.js': '', 'package.json': '{}' });
      const functionId = `f${Math.random().toString(36).slice(2, 8)}`;
      const body = {
        environment: 'GEN_2',
        buildConfig: { runtime: 'nodejs22', entryPoint: 'x', source: { storageSource: source } },
        serviceConfig: { serviceAccountEmail: deployer() },
      };
      const path = `/v2/${w.client.parent}/functions?functionId=${functionId}`;
      return (await w.client.api('cloudfunctions', 'POST', path, body, stranger())).status;
    },
    path: /may deploy code that runs as deployer@/,
    command: /service-accounts remove-iam-policy-binding deployer@/,
  },
];

describe('a stranger calls in two steps', () => {
  test.each(ways)('and $what', async (way) => {
    way.prepare?.();
    expect(await way.walk()).not.toBe(200);
    expect(await w.guard({}, reader())).toMatchObject({ exposure: 'private', proof: 'complete' });

    const { resource, binding } = way.opens();
    const before = w.sandbox.world.policies.get(resource).bindings;
    add(resource, binding);
    expect(await way.walk()).toBe(200);

    const found = await w.guard({}, reader());
    expect(found).toMatchObject({ exposure: 'public', verdict: 'fail', outcome: 'exposed' });
    const finding = found.findings.find(({ rule }) => rule === 'public-impersonation');
    expect(finding).toMatchObject({ severity: 'critical', title: expect.stringMatching(way.path) });
    expect(finding?.commands?.[0]).toMatch(way.command);
    expect(found.attackPath?.at(-2)?.text).toMatch(/may call ocr|ocr runs as/);

    w.set(resource, ...before);
    expect(await way.walk()).toBe(403);
    expect(await w.guard({}, reader())).toMatchObject({ exposure: 'private', verdict: 'pass' });
  });
});

test('a pool without a condition, bound to the invoker: every workflow of GitHub is a caller', async () => {
  const provider = w.sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string;
  const pool = provider.replace(/\/providers\/.*/, '');
  const member = `principalSet://iam.googleapis.com/${pool}/*`;
  add(accountPolicy(invoker()), { role: 'roles/iam.workloadIdentityUser', members: [member] });
  expect(await w.guard({}, reader())).toMatchObject({ exposure: 'private' });
  const issuerUri = 'https://token.actions.githubusercontent.com';
  const settings = (change: object) =>
    w.client.control('PATCH', '/settings', { providers: { [provider]: change } });
  await settings({ attributeCondition: null, oidc: { issuerUri } });
  const found = await w.guard({}, reader());
  await settings({
    attributeCondition: "assertion.repository_owner_id == '4211'",
    oidc: { issuerUri: w.sandbox.world.urls.get('oidc') },
  });
  expect(found).toMatchObject({ exposure: 'public', outcome: 'exposed' });
  expect(found.attackPath?.[0]?.text).toContain('enters the pool');
});

test('a deployer that may not read the accounts passes with a partial proof, and the gap has a command', async () => {
  const result = await w.guard();
  expect(result).toMatchObject({ exposure: 'private', proof: 'partial' });
  expect(result.evidence.gaps).toContainEqual(expect.stringContaining('iam.serviceAccounts.getIamPolicy'));
  const finding = result.findings.find(({ rule }) => rule === 'account-unread');
  expect(finding?.fix).toBe('Grant roles/iam.securityReviewer to the identity of this job.');
});

test('the report names who calls in two steps, and a second look asks for no refused policy again', async () => {
  add(accountPolicy(invoker()), { role: tokenCreator, members: ['user:colleague@example.com'] });
  const seen = await w.guard({}, reader());
  const colleague = seen.evidence.callers.find(({ actsAs }) => actsAs === invoker());
  expect(colleague).toMatchObject({
    level: 'account',
    member: 'user:colleague@example.com',
    role: tokenCreator,
  });

  const ports = w.ports();
  const request = { ...guardDefaults, project: w.sandbox.project, region: w.sandbox.region, name: 'ocr' };
  const calls = async () => {
    w.sandbox.world.requests.length = 0;
    await guard(ports, { ...request, mode: 'verify' });
    const paths = w.sandbox.world.requests.map(({ path }) => path);
    return [paths.filter((path) => /serviceAccounts.*getIamPolicy/.test(path)).length, paths.length];
  };
  const [first, second] = [await calls(), await calls()];
  expect([first, second]).toEqual([
    [3, 14],
    [0, 7],
  ]);
});

/** Google refuses a condition on allUsers today. A policy from before, or of another server, may have one. */
test.each([
  ['false', 403, 'private'],
  ['request.time < timestamp("2020-01-01T00:00:00Z")', 403, 'private'],
  ['resource.name.startsWith("projects/_/buckets/")', 403, 'private'],
  ['request.time < timestamp("2999-01-01T00:00:00Z")', 200, 'public'],
])('a public binding under the condition %s: %d, %s', async (expression, status, exposure) => {
  w.set(w.policy, {
    role: 'roles/run.invoker',
    members: ['allUsers'],
    condition: { title: 't', expression },
  });
  expect((await w.client.send(url(), 'POST', {})).status).toBe(status);
  expect(await w.guard({}, reader())).toMatchObject({ exposure });
});

test.each([
  [false, 403],
  [true, 200],
])('whether a condition sees the name of the service (%s), the guard is not wrong', async (sees, status) => {
  await w.client.control('PATCH', '/settings', { quirks: { conditionsSeeRunServices: sees } });
  const condition = { title: 't', expression: 'resource.name.endsWith("/services/ocr")' };
  w.set(w.policy, { role: 'roles/run.invoker', members: ['allUsers'], condition });
  expect((await w.client.send(url(), 'POST', {})).status).toBe(status);
  const result = await w.guard({}, reader());
  await w.client.control('PATCH', '/settings', { quirks: { conditionsSeeRunServices: false } });
  expect(result).toMatchObject({ exposure: 'public' });
  expect(result.findings[0]?.why).toMatch(/cannot be evaluated|answer|requests reached/);
});
