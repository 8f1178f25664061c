import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { subject } from '../../sandbox/identity/claims.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { ask, claimsOf, defaultAudience, env, jobToken, settings } from './identity-support.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());
afterEach(async () => {
  await ask(`${sandbox.control}/claims`, { body: {} });
  await settings(sandbox, { issuerPath: '' });
});

const issuer = () => new URL(env(sandbox, 'ACTIONS_ID_TOKEN_REQUEST_URL')).origin;

test('a job gets a token that the published keys verify, with the claims GitHub sends and 300 seconds of life', async () => {
  const token = await jobToken(sandbox);
  const discovery = await ask(`${issuer()}/.well-known/openid-configuration`);
  const keys = (await ask(String(discovery.body.jwks_uri))).body.keys as (JsonWebKey & { kid: string })[];
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const kid = (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
  const key = createPublicKey({
    key: keys.find((candidate) => candidate.kid === kid) as JsonWebKey,
    format: 'jwk',
  });
  expect(
    verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')),
  ).toBe(true);
  const claims = claimsOf(token);
  expect(claims).toMatchObject({
    iss: discovery.body.issuer,
    aud: defaultAudience(sandbox),
    sub: 'repo:acme/ocr:ref:refs/heads/main',
    repository_owner_id: '4211',
    runner_environment: 'github-hosted',
  });
  expect((claims.exp as number) - (claims.iat as number)).toBe(300);
});

test('without an audience parameter, the audience is the owner', async () => {
  const answer = await ask(env(sandbox, 'ACTIONS_ID_TOKEN_REQUEST_URL'), {
    token: env(sandbox, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'),
  });
  expect(claimsOf(String(answer.body.value)).aud).toBe('https://github.com/acme');
});

test.each([[undefined], ['wrong']])('bearer %p gets no token', async (token) => {
  const answer = await ask(env(sandbox, 'ACTIONS_ID_TOKEN_REQUEST_URL'), token ? { token } : {});
  expect(answer.status).toBe(401);
  expect(answer.body.value).toBeUndefined();
});

test('claims can be set for all jobs or for one job', async () => {
  await ask(`${sandbox.control}/claims`, { body: { event_name: 'pull_request', ref: 'refs/pull/7/merge' } });
  expect(claimsOf(await jobToken(sandbox)).sub).toBe('repo:acme/ocr:pull_request');
  const job = (
    await ask(`${sandbox.control}/jobs`, { body: { claims: { environment: 'prod:eu', actor: null } } })
  ).body.env as Record<string, string>;
  const answer = await ask(job.ACTIONS_ID_TOKEN_REQUEST_URL as string, {
    token: job.ACTIONS_ID_TOKEN_REQUEST_TOKEN as string,
  });
  const claims = claimsOf(String(answer.body.value));
  expect(claims.sub).toBe('repo:acme/ocr:environment:prod%3Aeu');
  expect('actor' in claims).toBe(false);
});

test.each([['/acme-corp'], ['/_services/token']])(
  'an issuer under %s answers there, and its tokens name it',
  async (path) => {
    await settings(sandbox, { issuerPath: path });
    expect(claimsOf(await jobToken(sandbox)).iss).toBe(`${issuer()}${path}`);
    expect((await ask(`${issuer()}${path}/.well-known/openid-configuration`)).body.issuer).toBe(
      `${issuer()}${path}`,
    );
    expect((await ask(`${issuer()}/.well-known/openid-configuration`)).status).toBe(404);
  },
);

const claims = {
  repository: 'acme/ocr',
  repository_id: '7',
  repository_owner_id: '4',
  ref: 'refs/tags/v1',
  event_name: 'push',
  job_workflow_ref: 'a/b@c',
};

test.each([
  [{ use_default: true }, {}, 'repo:acme/ocr:ref:refs/tags/v1'],
  [{ use_default: true, use_immutable_subject: true }, {}, 'repo:acme@4/ocr@7:ref:refs/tags/v1'],
  [
    { use_default: true, use_immutable_subject: true },
    { environment: 'prod' },
    'repo:acme@4/ocr@7:environment:prod',
  ],
  [
    { use_default: false, include_claim_keys: ['repository_id', 'job_workflow_ref'] },
    {},
    'repository_id:7:job_workflow_ref:a/b@c',
  ],
  [
    { use_default: false, include_claim_keys: ['repo', 'context'] },
    { event_name: 'pull_request' },
    'repo:acme/ocr:pull_request',
  ],
])('subject format %j with %j', (format, change, expected) => {
  expect(subject({ ...claims, ...change }, format)).toBe(expected);
});

test("GitHub's REST API sets and reads a custom subject format", async () => {
  const url = `${env(sandbox, 'GITHUB_API_URL')}/repos/acme/ocr/actions/oidc/customization/sub`;
  expect((await ask(url)).body).toEqual({ use_default: true });
  expect(
    (await ask(url, { method: 'PUT', body: { use_default: true, use_immutable_subject: true } })).status,
  ).toBe(201);
  expect(claimsOf(await jobToken(sandbox)).sub).toBe('repo:acme@4211/ocr@770001:ref:refs/heads/main');
});
