import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { can } from '../../sandbox/core/iam.ts';
import { anonymous, federated, serviceAccount, user } from '../../sandbox/core/principals.ts';
import type { Binding, Principal } from '../../sandbox/core/types.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { type Answer, accessToken, ask, env, settings } from './identity-support.ts';

let sandbox: Sandbox;
let deployer: string;
let reader: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  deployer = await accessToken(sandbox, 'SERVICE_ACCOUNT');
  reader = await accessToken(sandbox, 'READER_SERVICE_ACCOUNT');
});
afterAll(() => sandbox.stop());

const base = (api: string) => env(sandbox, `GHA_ENDPOINT_OVERRIDE_${api}`);
const post = (url: string, token: string, body: unknown = {}): Promise<Answer> =>
  ask(url, { method: 'POST', token, body });
const service = () => `//run.googleapis.com/projects/${sandbox.project}/locations/us-central1/services/ocr`;
const pool = 'projects/1/locations/global/workloadIdentityPools/p';

test('a project refuses allUsers in its policy; a folder accepts it', async () => {
  const crm = base('cloudresourcemanager');
  const policy = { bindings: [{ role: 'roles/run.invoker', members: ['allUsers'] }] };
  const { world } = sandbox;
  const owner = world.tokens.issue(
    {
      principal: user('owner@example.com'),
      scopes: ['https://www.googleapis.com/auth/cloud-platform'],
      expires: world.now() + 60_000,
    },
    'ya29.c.',
  );
  const refused = await post(`${crm}/projects/${sandbox.project}:setIamPolicy`, owner, { policy });
  expect(refused.status).toBe(400);
  await settings(sandbox, {
    policies: {
      [`//cloudresourcemanager.googleapis.com/folders/${world.folderId}`]: [
        { role: 'roles/resourcemanager.folderAdmin', members: ['user:owner@example.com'] },
      ],
    },
  });
  expect((await post(`${crm}/folders/${world.folderId}:setIamPolicy`, owner, { policy })).status).toBe(200);
  expect(can(world, anonymous, 'run.routes.invoke', service())).toBe(true);
  world.policies.set(`//cloudresourcemanager.googleapis.com/folders/${world.folderId}`, [], 'once');
  expect(can(world, anonymous, 'run.routes.invoke', service())).toBe(false);
});

test('a stale etag gets 409 ABORTED; conditions need version 3 and are hidden below it', async () => {
  const account = env(sandbox, 'SERVICE_ACCOUNT');
  const url = (verb: string, query = '') =>
    `${base('iam')}/projects/-/serviceAccounts/${account}:${verb}${query}`;
  await settings(sandbox, {
    policies: {
      [`//iam.googleapis.com/projects/${sandbox.project}/serviceAccounts/${account}`]: [
        { role: 'roles/owner', members: [`serviceAccount:${account}`] },
        {
          role: 'roles/iam.workloadIdentityUser',
          members: ['user:a@example.com'],
          condition: { title: 'x', expression: 'false' },
        },
      ],
    },
  });
  const shown = await post(url('getIamPolicy'), deployer);
  expect((shown.body.bindings as Binding[])[1]?.role).toMatch(
    /^roles\/iam\.workloadIdentityUser_withcond_[0-9a-f]{20}$/,
  );
  const whole = await post(url('getIamPolicy', '?options.requestedPolicyVersion=3'), deployer);
  expect(whole.body).toMatchObject({ version: 3, bindings: [{}, { condition: { expression: 'false' } }] });
  expect(Buffer.from(String(whole.body.etag), 'base64').toString('base64')).toBe(whole.body.etag);
  const stale = await post(url('setIamPolicy'), deployer, {
    policy: { ...whole.body, etag: 'BwAAAAAAAAA=' },
  });
  expect(stale.body).toMatchObject({ error: { code: 409, status: 'ABORTED' } });
  const old = await post(url('setIamPolicy'), deployer, { policy: { ...whole.body, version: 1 } });
  expect(old.body).toMatchObject({ error: { code: 400, message: expect.stringContaining('version 3') } });
  const written = await post(url('setIamPolicy'), deployer, { policy: whole.body });
  expect(written.status).toBe(200);
  expect(written.body.etag).not.toBe(whole.body.etag);
});

test.each([
  [
    { bindings: [{ role: 'roles/run.invoker', members: ['allUsers'], expires: 1 }] },
    /Unknown name "expires" at 'policy\.bindings\[0\]': Cannot find field\./,
  ],
  [{ bindings: [{ role: 'run.invoker', members: ['allUsers'] }] }, /Role run\.invoker is not supported/],
  [
    { bindings: [{ role: 'roles/run.invoker', members: ['a@example.com'] }] },
    /unknown type\. Please set a valid type prefix/,
  ],
  [
    {
      bindings: [{ role: 'roles/run.invoker', members: ['allUsers'], condition: { expression: 'true' } }],
      version: 3,
    },
    /Conditions can not be set/,
  ],
  [{ etag: [] }, /Invalid value at 'policy\.etag' \(TYPE_BYTES\)/],
])('a policy is refused: %j', async (policy, text) => {
  const owner = String(
    (await ask(`${sandbox.control}/tokens`, { body: { member: 'user:owner@example.com' } })).body.accessToken,
  );
  const answer = await post(
    `${base('iam')}/projects/-/serviceAccounts/${env(sandbox, 'INVOKER_SERVICE_ACCOUNT')}:setIamPolicy`,
    owner,
    { policy },
  );
  expect(answer.status).toBe(400);
  expect((answer.body.error as { message: string }).message).toMatch(text);
});

const grants: [string, Principal, string, boolean][] = [
  ['allUsers lets anybody in', anonymous, 'allUsers', true],
  ['allAuthenticatedUsers does not include anonymous callers', anonymous, 'allAuthenticatedUsers', false],
  [
    'allAuthenticatedUsers takes any service account',
    serviceAccount('x@other.iam.gserviceaccount.com'),
    'allAuthenticatedUsers',
    true,
  ],
  [
    'allAuthenticatedUsers leaves federated identities out',
    federated(pool, 's', {}),
    'allAuthenticatedUsers',
    false,
  ],
  [
    'a principal',
    federated(pool, 'repo:a/b', {}),
    `principal://iam.googleapis.com/${pool}/subject/repo:a/b`,
    true,
  ],
  [
    'an attribute',
    federated(pool, 's', { repository: 'a/b' }),
    `principalSet://iam.googleapis.com/${pool}/attribute.repository/a/b`,
    true,
  ],
  [
    'an attribute with another value',
    federated(pool, 's', { repository: 'a/b' }),
    `principalSet://iam.googleapis.com/${pool}/attribute.repository/a/c`,
    false,
  ],
  [
    'case matters',
    federated(pool, 's', { repository: 'a/b' }),
    `principalSet://iam.googleapis.com/${pool}/attribute.repository/A/B`,
    false,
  ],
  ['the whole pool', federated(pool, 's', {}), `principalSet://iam.googleapis.com/${pool}/*`, true],
  [
    'a group of the pool',
    federated(pool, 's', {}, ['g']),
    `principalSet://iam.googleapis.com/${pool}/group/g`,
    true,
  ],
  ['a domain', user('a@example.com'), 'domain:example.com', true],
  ['another user', user('b@example.com'), 'user:a@example.com', false],
];

test.each(grants)('%s', (_, principal, member, expected) => {
  const { world } = sandbox;
  world.policies.set(service(), [{ role: 'roles/run.servicesInvoker', members: [member] }], 'once');
  expect(can(world, principal, 'run.routes.invoke', service())).toBe(expected);
  expect(can(world, principal, 'run.services.update', service())).toBe(false);
});

test('conditions can use the time and the resource name; one that cannot be evaluated does not hold', () => {
  const { world } = sandbox;
  const holds = (expression: string) => {
    world.policies.set(
      service(),
      [{ role: 'roles/run.invoker', members: ['user:a@b.c'], condition: { expression } }],
      'once',
    );
    return can(world, user('a@b.c'), 'run.routes.invoke', service());
  };
  expect(holds('request.time < timestamp("2000-01-01T00:00:00Z")')).toBe(false);
  expect(holds('request.time > timestamp("2000-01-01T00:00:00Z")')).toBe(true);
  expect(holds('resource.name.endsWith("/services/ocr")')).toBe(false);
  world.quirks.conditionsSeeRunServices = true;
  expect(holds('resource.name.endsWith("/services/ocr")')).toBe(true);
  world.quirks.conditionsSeeRunServices = false;
  expect(holds('resource.nope == 1')).toBe(false);
});

test('a grant is visible at once and effective after the propagation delay', async () => {
  const { world } = sandbox;
  await settings(sandbox, { iamPropagationMs: 120_000 });
  world.policies.set(service(), [{ role: 'roles/run.invoker', members: ['user:new@b.c'] }]);
  expect(world.policies.get(service()).bindings[0]?.members).toEqual(['user:new@b.c']);
  expect(can(world, user('new@b.c'), 'run.routes.invoke', service())).toBe(false);
  await settings(sandbox, { clockOffsetMs: 121_000 });
  expect(can(world, user('new@b.c'), 'run.routes.invoke', service())).toBe(true);
  await settings(sandbox, { iamPropagationMs: 0, clockOffsetMs: 0 });
});

test('a deny policy wins over a grant, and the list shows it without its rules', async () => {
  const project = `//cloudresourcemanager.googleapis.com/projects/${sandbox.world.projectNumber}`;
  const name = `policies/cloudresourcemanager.googleapis.com%2Fprojects%2F${sandbox.world.projectNumber}/denypolicies/no-public`;
  const denyRule = {
    deniedPrincipals: ['principalSet://goog/public:all'],
    exceptionPrincipals: ['user:a@b.c'],
    deniedPermissions: ['run.googleapis.com/routes.invoke'],
  };
  await settings(sandbox, { denyPolicies: { [project]: [{ name, etag: 'x', rules: [{ denyRule }] }] } });
  sandbox.world.policies.set(service(), [{ role: 'roles/run.invoker', members: ['allUsers'] }], 'once');
  expect(can(sandbox.world, anonymous, 'run.routes.invoke', service())).toBe(false);
  expect(can(sandbox.world, user('a@b.c'), 'run.routes.invoke', service())).toBe(true);
  const url = `${base('iam').replace('/v1', '/v2')}/policies/cloudresourcemanager.googleapis.com%2Fprojects%2F${sandbox.world.projectNumber}/denypolicies`;
  const listed = (await ask(url, { token: reader })).body.policies as Record<string, unknown>[];
  expect(listed).toEqual([{ name, etag: 'x', kind: 'DenyPolicy' }]);
  expect((await ask(`${url}/no-public`, { token: reader })).body).toMatchObject({ rules: [{ denyRule }] });
  expect((await ask(url, { token: deployer })).status).toBe(403);
  await settings(sandbox, { denyPolicies: { [project]: null } });
});
