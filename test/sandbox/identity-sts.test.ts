import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { githubToken } from '../../sandbox/identity/oidc.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import {
  ask,
  claimsOf,
  defaultAudience,
  env,
  exchange,
  federatedToken,
  forge,
  jobToken,
  settings,
} from './identity-support.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());
const provider = () => env(sandbox, 'WORKLOAD_IDENTITY_PROVIDER');
const seconds = () => Math.floor(sandbox.world.now() / 1000);
let initial: unknown;
beforeAll(async () => {
  initial = structuredClone(
    ((await ask(`${sandbox.control}/state`)).body.identity as { providers: unknown }).providers,
  );
});
afterEach(async () => {
  await ask(`${sandbox.control}/faults`, { method: 'DELETE' });
  await settings(sandbox, { providers: { [provider()]: null } });
  await settings(sandbox, { providers: initial, clockOffsetMs: 0 });
});

test.each(['json', 'snake', 'form'] as const)(
  'a token is exchanged as %s and lives as long as the OIDC token',
  async (as) => {
    const token = await jobToken(sandbox);
    const before = sandbox.world.now();
    const answer = await exchange(sandbox, token, {}, as);
    const after = sandbox.world.now();
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      token_type: 'Bearer',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    const expires = Number(claimsOf(token).exp) * 1000;
    expect(answer.body.expires_in).toBeGreaterThanOrEqual(Math.floor((expires - after) / 1000));
    expect(answer.body.expires_in).toBeLessThanOrEqual(Math.ceil((expires - before) / 1000));
    expect(answer.body.expires_in).toBeLessThanOrEqual(300);
  },
);

test("the audience that auth@v3 derives from the sandbox's own iam address is accepted too", async () => {
  const host = new URL(env(sandbox, 'GHA_ENDPOINT_OVERRIDE_iam')).host;
  expect(
    (await exchange(sandbox, await jobToken(sandbox), { audience: `//${host}/${provider()}` })).status,
  ).toBe(200);
});

test.each(['//', 'https://', ''])('the default audience is accepted with the prefix "%s"', async (prefix) => {
  const token = await jobToken(sandbox, `${prefix}iam.googleapis.com/${provider()}`);
  expect((await exchange(sandbox, token)).status).toBe(200);
});

test('an expired federated token gets 401, and the token is opaque', async () => {
  const token = await federatedToken(sandbox);
  const url = `${env(sandbox, 'GHA_ENDPOINT_OVERRIDE_iam')}/${provider()}`;
  expect((await ask(url, { token })).status).toBe(200);
  await settings(sandbox, { clockOffsetMs: 301_000 });
  const late = await ask(url, { token });
  expect(late.status).toBe(401);
  expect(late.body).toMatchObject({
    error: { status: 'UNAUTHENTICATED', details: [{ reason: 'ACCESS_TOKEN_EXPIRED' }] },
  });
});

interface Case {
  name: string;
  claims?: () => Record<string, unknown>;
  change?: Record<string, string>;
  provider?: Record<string, unknown>;
  error: string;
  text: RegExp;
}
const cases: Case[] = [
  {
    name: 'another owner',
    claims: () => ({ repository_owner_id: '666' }),
    error: 'unauthorized_client',
    text: /^The given credential is rejected by the attribute condition\.$/,
  },
  {
    name: 'a condition on a claim that is not there',
    provider: { attributeCondition: "assertion.environment == 'prod'" },
    error: 'unauthorized_client',
    text: /attribute condition/,
  },
  {
    name: 'a subject of 128 bytes',
    claims: () => ({ sub: 'é'.repeat(64) }),
    error: 'invalid_request',
    text: /exceeds the 127 bytes limit/,
  },
  {
    name: 'a subject that is not a string',
    provider: { attributeMapping: { 'google.subject': 'assertion.sub == "x"' } },
    error: 'unauthorized_client',
    text: /^The mapped attribute 'google\.subject' must be of type STRING\.$/,
  },
  {
    name: 'no subject',
    claims: () => ({ sub: null }),
    error: 'unauthorized_client',
    text: /google\.subject/,
  },
  {
    name: 'another issuer',
    claims: () => ({ iss: 'https://token.actions.githubusercontent.com/acme' }),
    error: 'invalid_grant',
    text: /^The issuer in ID Token https:\S+ does not match the expected ones/,
  },
  {
    name: 'another audience',
    claims: () => ({ aud: 'sigstore' }),
    error: 'invalid_grant',
    text: /^The audience in ID Token \[sigstore\] does not match the expected audience\.$/,
  },
  {
    name: 'the default audience if others are allowed',
    provider: { oidc: { issuerUri: '', allowedAudiences: ['only-this'] } },
    error: 'invalid_grant',
    text: /audience/,
  },
  {
    name: 'expired by more than a minute',
    claims: () => ({ exp: seconds() - 62 }),
    error: 'invalid_grant',
    text: /^ID Token issued at \d+ is stale to sign-in\.$/,
  },
  {
    name: 'issued in the future',
    claims: () => ({ iat: seconds() + 120 }),
    error: 'invalid_grant',
    text: /stale to sign-in/,
  },
  {
    name: 'a disabled provider',
    provider: { disabled: true },
    error: 'invalid_target',
    text: /disabled or deleted or because it doesn't exist/,
  },
  { name: 'a deleted provider', provider: { state: 'DELETED' }, error: 'invalid_target', text: /audience/ },
  {
    name: 'a pool instead of a provider',
    change: {
      audience: '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/github',
    },
    error: 'invalid_request',
    text: /full resource name/,
  },
  {
    name: 'the project id instead of the number',
    change: {
      audience:
        '//iam.googleapis.com/projects/sandbox-project/locations/global/workloadIdentityPools/github/providers/gh',
    },
    error: 'invalid_request',
    text: /full resource name/,
  },
  {
    name: 'a stranger as host',
    change: {
      audience:
        '//evil.example/projects/123456789012/locations/global/workloadIdentityPools/github/providers/gh',
    },
    error: 'invalid_request',
    text: /audience/,
  },
  {
    name: 'not a JWT',
    change: { subjectToken: 'abc' },
    error: 'invalid_request',
    text: /parse the ID Token/,
  },
  {
    name: 'another grant',
    change: { grantType: 'password' },
    error: 'unsupported_grant_type',
    text: /grant/,
  },
];

test.each(cases.map((item) => [item.name, item] as const))('refused: %s', async (_, item) => {
  if (item.provider) {
    const change = { ...item.provider };
    if (change.oidc)
      change.oidc = {
        ...(change.oidc as object),
        issuerUri: new URL(env(sandbox, 'ACTIONS_ID_TOKEN_REQUEST_URL')).origin,
      };
    await settings(sandbox, { providers: { [provider()]: change } });
  }
  const token = githubToken(sandbox.world, { aud: defaultAudience(sandbox), ...item.claims?.() });
  const answer = await exchange(sandbox, token, item.change);
  expect(answer.status).toBe(400);
  expect(answer.body.error).toBe(item.error);
  expect(answer.body.error_description).toMatch(item.text);
  expect(answer.body.access_token).toBeUndefined();
});

test('a forged signature, alg none and an unknown key id are refused', async () => {
  const token = await jobToken(sandbox);
  expect((await exchange(sandbox, forge(token))).body.error_description).toBe(
    'Unable to verify the ID Token signature.',
  );
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`;
  expect((await exchange(sandbox, none)).status).toBe(400);
});

test('the error says if the issuer does not answer', async () => {
  await ask(`${sandbox.control}/faults`, { body: { api: 'oidc', path: 'jwks', fault: { status: 503 } } });
  const token = await jobToken(sandbox);
  const answer = await exchange(sandbox, token);
  expect(answer.body).toEqual({
    error: 'invalid_grant',
    error_description: "Error connecting to the given credential's issuer.",
  });
  expect((await exchange(sandbox, token)).status).toBe(200);
});

test('CEL in mapping and condition: extract, split, attributes and google.subject in one condition', async () => {
  const change = {
    attributeMapping: {
      'google.subject': "assertion.sub.extract('repo:{repo}:ref')",
      'attribute.branch': "assertion.ref.split('/')[2]",
    },
    attributeCondition:
      "google.subject == 'acme/ocr' && attribute.branch == 'main' && 'google.subject' != ''",
  };
  await settings(sandbox, { providers: { [provider()]: change } });
  const answer = await exchange(sandbox, await jobToken(sandbox));
  expect(answer.status).toBe(200);
  const found = sandbox.world.tokens.lookup(String(answer.body.access_token));
  if (typeof found === 'string') throw new Error(`the token is ${found}`);
  expect(found).toMatchObject({ principal: { member: expect.stringMatching(/\/subject\/acme\/ocr$/) } });
  expect(found.principal.members).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^principalSet:.*\/attribute\.branch\/main$/),
      expect.stringMatching(/workloadIdentityPools\/github\/\*$/),
    ]),
  );
});

test.each([
  ["assertion.repository.matches('(?i)^ACME/(?P<name>[[:alnum:]]+)\\\\z')", 200],
  ["assertion.repository.matches('(?=acme)')", 400],
  ["'acme' in google.groups", 200],
  ["'other' in google.groups", 400],
])('the condition %s is evaluated with RE2 and the mapped groups: %s', async (attributeCondition, status) => {
  const change = {
    attributeMapping: { 'google.subject': 'assertion.sub', 'google.groups': '[assertion.repository_owner]' },
    attributeCondition,
  };
  await settings(sandbox, { providers: { [provider()]: change } });
  expect((await exchange(sandbox, await jobToken(sandbox))).status).toBe(status);
});
