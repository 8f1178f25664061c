import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyIdToken } from '../../sandbox/core/id-tokens.ts';
import { grant } from '../../sandbox/core/policies.ts';
import { accountResource } from '../../sandbox/identity/state.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import {
  accessToken,
  ask,
  claimsOf,
  credentials,
  env,
  federatedToken,
  settings,
} from './identity-support.ts';

let sandbox: Sandbox;
let federated: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  federated = await federatedToken(sandbox);
});
afterAll(() => sandbox.stop());

const scope = ['https://www.googleapis.com/auth/cloud-platform'];
const deployer = () => env(sandbox, 'SERVICE_ACCOUNT');
const invoker = () => env(sandbox, 'INVOKER_SERVICE_ACCOUNT');
const error = (answer: { body: Record<string, unknown> }) => answer.body.error as Record<string, unknown>;

test('an access token of the deployer opens the project and lives as long as requested', async () => {
  const before = sandbox.world.now();
  const answer = await credentials(sandbox, deployer(), 'generateAccessToken', federated, {
    scope,
    lifetime: '600s',
  });
  const after = sandbox.world.now();
  expect(answer.status).toBe(200);
  const expires = Date.parse(String(answer.body.expireTime));
  // The time has whole seconds.
  expect(expires).toBeGreaterThan(before + 599_000);
  expect(expires).toBeLessThanOrEqual(after + 600_000);
  const url = `${env(sandbox, 'GHA_ENDPOINT_OVERRIDE_cloudresourcemanager').replace('/v3', '/v1')}/projects/${sandbox.project}`;
  expect((await ask(url, { token: String(answer.body.accessToken) })).body).toMatchObject({
    projectId: sandbox.project,
  });
  await settings(sandbox, { clockOffsetMs: 601_000 });
  expect((await ask(url, { token: String(answer.body.accessToken) })).status).toBe(401);
  await settings(sandbox, { clockOffsetMs: 0 });
});

test.each([
  ['0s', /larger then zero/],
  ['3601s', /cannot exceed 3600 seconds/],
  ['an hour', /Duration/],
])('lifetime %s is refused', async (lifetime, text) => {
  const answer = await credentials(sandbox, deployer(), 'generateAccessToken', federated, {
    scope,
    lifetime,
  });
  expect(answer.status).toBe(400);
  expect(error(answer).message).toMatch(text);
});

test('a missing permission gets 403 with the words and details of IAM', async () => {
  const compute = `${sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`;
  for (const [verb, body, permission] of [
    ['generateAccessToken', { scope }, 'iam.serviceAccounts.getAccessToken'],
    ['generateIdToken', { audience: 'https://x' }, 'iam.serviceAccounts.getOpenIdToken'],
    ['signJwt', { payload: '{}' }, 'iam.serviceAccounts.signJwt'],
  ] as const) {
    const answer = await credentials(sandbox, compute, verb, federated, body);
    expect(answer.status).toBe(403);
    expect(error(answer)).toEqual({
      code: 403,
      status: 'PERMISSION_DENIED',
      message: `Permission '${permission}' denied on resource (or it may not exist).`,
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'IAM_PERMISSION_DENIED',
          domain: 'iam.googleapis.com',
          metadata: { permission },
        },
      ],
    });
  }
});

test('a missing account gets 404, an unknown field 400, and garbage as bearer token 401', async () => {
  expect(
    (
      await credentials(sandbox, 'nobody@x.iam.gserviceaccount.com', 'generateAccessToken', federated, {
        scope,
      })
    ).status,
  ).toBe(404);
  const unknown = await credentials(sandbox, deployer(), 'generateAccessToken', federated, { scope, ttl: 1 });
  expect(error(unknown).message).toBe(
    'Invalid JSON payload received. Unknown name "ttl": Cannot find field.',
  );
  const garbage = await credentials(sandbox, deployer(), 'generateAccessToken', 'ya29.nope', { scope });
  expect(error(garbage)).toMatchObject({ code: 401, status: 'UNAUTHENTICATED' });
});

test("an ID token has the audience and the e-mail, lives for an hour, and passes the front end's check", async () => {
  const answer = await credentials(sandbox, invoker(), 'generateIdToken', federated, {
    audience: 'https://ocr.run.app',
    includeEmail: true,
  });
  const token = String(answer.body.token);
  expect(claimsOf(token)).toMatchObject({
    aud: 'https://ocr.run.app',
    email: invoker(),
    email_verified: true,
    iss: 'https://accounts.google.com',
  });
  expect(verifyIdToken(sandbox.world, token)).toMatchObject({
    audience: 'https://ocr.run.app',
    principal: { member: `serviceAccount:${invoker()}` },
  });
  await settings(sandbox, { clockOffsetMs: 3_600_001 });
  expect(verifyIdToken(sandbox.world, token)).toBe('expired');
  await settings(sandbox, { clockOffsetMs: 0 });
  expect(verifyIdToken(sandbox.world, `${token.slice(0, -6)}AAAAAA`)).toBe('invalid');
  expect(verifyIdToken(sandbox.world, federated)).toBe('invalid');
});

test('without includeEmail, the token names the account only by its id', async () => {
  const answer = await credentials(sandbox, invoker(), 'generateIdToken', federated, { audience: 'a' });
  expect(claimsOf(String(answer.body.token)).email).toBeUndefined();
  expect(verifyIdToken(sandbox.world, String(answer.body.token))).toMatchObject({
    principal: { member: `serviceAccount:${invoker()}` },
  });
});

test('a chain of delegates works, and the error names a missing link', async () => {
  const { world } = sandbox;
  const [middle, last] = ['middle', 'last'].map((id) => `${id}@${world.project}.iam.gserviceaccount.com`) as [
    string,
    string,
  ];
  await settings(sandbox, { serviceAccounts: { [middle]: {}, [last]: {} } });
  const token = await accessToken(sandbox, 'SERVICE_ACCOUNT');
  const body = { scope, delegates: [`projects/-/serviceAccounts/${middle}`] };
  const without = await credentials(sandbox, last, 'generateAccessToken', token, body);
  expect(error(without).message).toContain('iam.serviceAccounts.implicitDelegation');
  grant(
    world.policies,
    accountResource(world, middle),
    'roles/iam.serviceAccountTokenCreator',
    `serviceAccount:${deployer()}`,
  );
  const half = await credentials(sandbox, last, 'generateAccessToken', token, body);
  expect(error(half).message).toContain('iam.serviceAccounts.getAccessToken');
  grant(
    world.policies,
    accountResource(world, last),
    'roles/iam.serviceAccountTokenCreator',
    `serviceAccount:${middle}`,
  );
  expect((await credentials(sandbox, last, 'generateAccessToken', token, body)).status).toBe(200);
});

test('a token with a narrow scope is refused by the other APIs', async () => {
  const narrow = ['https://www.googleapis.com/auth/logging.read'];
  const answer = await credentials(sandbox, deployer(), 'generateAccessToken', federated, { scope: narrow });
  const url = `${env(sandbox, 'GHA_ENDPOINT_OVERRIDE_iam')}/${env(sandbox, 'WORKLOAD_IDENTITY_PROVIDER')}`;
  const refused = await ask(url, { token: String(answer.body.accessToken) });
  expect(error(refused)).toMatchObject({
    code: 403,
    details: [{ reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' }],
  });
});

test('the error of a disabled API has the link that enables it', async () => {
  await settings(sandbox, { services: { 'iamcredentials.googleapis.com': 'DISABLED' } });
  const answer = await credentials(sandbox, deployer(), 'generateAccessToken', federated, { scope });
  await settings(sandbox, { services: { 'iamcredentials.googleapis.com': 'ENABLED' } });
  expect(error(answer)).toMatchObject({
    code: 403,
    details: [{ reason: 'SERVICE_DISABLED', metadata: { service: 'iamcredentials.googleapis.com' } }],
  });
  expect(error(answer).message).toContain('has not been used in project');
});
