import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeClaims } from '../../../src/domain/login/claims.ts';
import { LoginError } from '../../../src/domain/login/failure/login-error.ts';
import { parseProvider } from '../../../src/domain/login/identity.ts';
import { cloudPlatformScope, type LoginRequest } from '../../../src/domain/login/request.ts';
import { createTokens } from '../../../src/gcp/login/token-source.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import { createRest } from '../../../src/http/rest.ts';
import type { Clock } from '../../../src/steps/ports/clock.ts';
import type { LoginTokens } from '../../../src/steps/ports/tokens.ts';
import { LoginSandbox } from '../../support/login-sandbox.ts';

let world: LoginSandbox;
beforeAll(async () => {
  world = await LoginSandbox.start();
});
afterEach(() => world.clearFaults());
afterAll(() => world.stop());

interface Opened {
  tokens: LoginTokens;
  lines: string[];
  secrets: string[];
  waits: number[];
  clock: Clock & { ahead: number };
}

/** A token source on the sandbox. Its sleeps take no time and only move its own clock. */
function open(change: Partial<LoginRequest> = {}, signal?: AbortSignal): Opened {
  const lines: string[] = [];
  const secrets: string[] = [];
  const waits: number[] = [];
  const clock = {
    ahead: 0,
    now: () => Date.now() + clock.ahead,
    steady: () => Date.now() + clock.ahead,
    sleep: async (milliseconds: number, aborted?: AbortSignal) => {
      aborted?.throwIfAborted();
      waits.push(milliseconds);
      clock.ahead += milliseconds;
    },
  };
  const log = {
    line: (text: string) => void lines.push(text),
    warning: (text: string) => void lines.push(text),
    detail: () => {},
    debug: (text: string) => void lines.push(text),
  };
  const found = endpoints(world.env);
  const request: LoginRequest = {
    source: 'inputs',
    provider: parseProvider(world.provider),
    endpoint: {
      url: world.env.ACTIONS_ID_TOKEN_REQUEST_URL as string,
      headers: { authorization: `Bearer ${world.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
      field: 'value',
    },
    serviceAccount: world.account,
    delegates: [],
    scopes: [cloudPlatformScope],
    lifetimeSeconds: 3600,
    includeEmail: true,
    universe: 'googleapis.com',
    propagationSeconds: 0,
    projectId: world.sandbox.project,
    run: {},
    ...change,
  };
  const rest = createRest({
    endpoints: found,
    clock,
    log,
    accessToken: async () => '',
    redact: (text) => text,
    userAgent: 'test',
    random: () => 1,
  });
  const tokens = createTokens({
    request,
    rest,
    clock,
    log,
    addSecret: (value) => void secrets.push(value),
    userAgent: 'test',
    random: () => 1,
    ...(signal ? { signal } : {}),
  });
  return { tokens, lines, secrets, waits, clock };
}

/** Paths of the calls that reached the sandbox during `act`. */
async function callsDuring(act: () => Promise<unknown>): Promise<string[]> {
  const before = (await world.requests()).length;
  await act();
  return (
    (await world.requests())
      .slice(before)
      .filter(({ api }) => ['oidc', 'sts', 'iamcredentials'].includes(api))
      // The exchange also fetches the keys of the issuer.
      .filter(({ path }) => !path.includes('.well-known'))
      .map(({ api, path }) => `${api} ${path.replace(/\?.*/, '').split(':').at(-1)}`)
  );
}

const direct = { serviceAccount: undefined };

describe('whose tokens they are', () => {
  test('with an account: exchange, then impersonation', async () => {
    const { tokens } = open();
    const calls = await callsDuring(() => tokens.accessToken());
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['oidc', 'sts', 'iamcredentials']);
    expect(calls[2]).toBe('iamcredentials generateAccessToken');
    expect(tokens.claims()).toMatchObject({ repository: 'acme/ocr', repository_id: '770001' });
  });

  test('direct: the federated token itself', async () => {
    const { tokens } = open(direct);
    const calls = await callsDuring(() => tokens.accessToken());
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['oidc', 'sts']);
    expect(await tokens.accessToken()).toBe((await tokens.federated()).token);
  });

  test('an ID token belongs to the account, or to the invoker if one is set', async () => {
    const own = decodeClaims(await open().tokens.idToken('https://ocr.example.com'));
    expect(own).toMatchObject({ aud: 'https://ocr.example.com', email: world.account });
    const invoker = world.env.INVOKER_SERVICE_ACCOUNT as string;
    for (const serviceAccount of [undefined, world.account]) {
      const claims = decodeClaims(
        await open({ serviceAccount, invokerServiceAccount: invoker }).tokens.idToken(
          'https://ocr.example.com',
        ),
      );
      expect(claims).toMatchObject({ aud: 'https://ocr.example.com', email: invoker });
    }
  });

  test('a direct login without an invoker gets no ID token, and the error says what to set', async () => {
    await expect(open(direct).tokens.idToken('https://x.example')).rejects.toMatchObject({
      code: 'login-id-token-needs-account',
      fix: expect.stringContaining('invoker_service_account'),
    });
  });

  test('impersonates through the delegates in order', async () => {
    const project = world.sandbox.project;
    const hop = `hop@${project}.iam.gserviceaccount.com`;
    const target = `target@${project}.iam.gserviceaccount.com`;
    const set = `principalSet://iam.googleapis.com/${world.provider.replace(/\/providers.*/, '')}/attribute.repository/acme/ocr`;
    await world.set({ serviceAccounts: { [hop]: {}, [target]: {} } });
    await world.setAccountPolicy([{ role: 'roles/iam.serviceAccountTokenCreator', members: [set] }], hop);
    await world.setAccountPolicy(
      [{ role: 'roles/iam.serviceAccountTokenCreator', members: [`serviceAccount:${hop}`] }],
      target,
    );
    const chain = open({ serviceAccount: target, delegates: [hop] }).tokens;
    expect(await chain.accessToken()).toMatch(/^ya29\.c\./);
    expect(decodeClaims(await chain.idToken('https://x.example'))).toMatchObject({ email: target });
    await expect(open({ serviceAccount: target }).tokens.accessToken()).rejects.toMatchObject({
      code: 'login-impersonation-denied',
    });
  });

  test('after a sleep of the machine, tokens that have expired without its clock noticing are made again', async () => {
    const { tokens } = open();
    const first = await tokens.accessToken();
    expect(await tokens.accessToken()).toBe(first);
    // Google's time goes on, and the monotonic clock of the machine stands still.
    await world.set({ clockOffsetMs: 2 * 3_600_000 });
    tokens.renew?.();
    const second = await tokens.accessToken();
    expect(second).not.toBe(first);
    // Only the federated token is old: Google refuses it, and it is exchanged again.
    await world.set({ clockOffsetMs: 4 * 3_600_000 });
    expect(await tokens.idToken('https://x.example')).toMatch(/^eyJ/);
    await world.set({ clockOffsetMs: 0 });
  });

  test('a login without credentials is an error of its own', async () => {
    await expect(open({ provider: undefined }).tokens.accessToken()).rejects.toMatchObject({
      code: 'login-missing',
    });
    await expect(open({ endpoint: undefined }).tokens.accessToken()).rejects.toMatchObject({
      code: 'login-oidc-unavailable',
    });
    await expect(
      open({ endpoint: undefined, run: { fromFork: true } }).tokens.accessToken(),
    ).rejects.toMatchObject({
      why: expect.stringContaining('fork'),
    });
  });

  test.each([
    ['github', 'GitHub gave', 'id-token: write'],
    ['act', 'act gave', 'Run this job on GitHub.'],
    ['gitea', 'Gitea gave', 'Run this job on GitHub or on Forgejo.'],
    ['forgejo', 'Forgejo gave', 'enable-openid-connect: true'],
  ] as const)('without a token, the error knows what %s can do', async (runner, what, fix) => {
    const failure = open({ endpoint: undefined, run: { runner } }).tokens.accessToken();
    await expect(failure).rejects.toMatchObject({
      code: 'login-oidc-unavailable',
      what: expect.stringContaining(what),
      fix: expect.stringContaining(fix),
    });
  });
});

describe('tokens are kept in memory and renewed', () => {
  test('concurrent and later callers share one exchange', async () => {
    const { tokens } = open();
    const calls = await callsDuring(async () => {
      const many = await Promise.all(Array.from({ length: 20 }, () => tokens.accessToken()));
      expect(new Set(many).size).toBe(1);
      await Promise.all([
        tokens.accessToken(),
        tokens.idToken('https://a.example'),
        tokens.idToken('https://a.example'),
      ]);
    });
    expect(calls).toEqual([
      'oidc /token',
      'sts /v1/token',
      'iamcredentials generateAccessToken',
      'iamcredentials generateIdToken',
    ]);
  });

  test('each audience has a token of its own', async () => {
    const { tokens } = open();
    const [a, b] = await Promise.all([
      tokens.idToken('https://a.example'),
      tokens.idToken('https://b.example'),
    ]);
    expect(decodeClaims(a)?.aud).toBe('https://a.example');
    expect(decodeClaims(b)?.aud).toBe('https://b.example');
  });

  test('before its five minutes end, a federated token is replaced with a fresh token of GitHub', async () => {
    const { tokens, clock } = open(direct);
    const first = await tokens.federated();
    expect((first.expiresAt - clock.now()) / 1000).toBeGreaterThan(290);
    clock.ahead = 200_000;
    expect((await tokens.federated()).token).toBe(first.token);
    clock.ahead = 245_000;
    const calls = await callsDuring(() => tokens.federated());
    expect(calls).toEqual(['oidc /token', 'sts /v1/token']);
    expect((await tokens.federated()).token).not.toBe(first.token);
  });

  test('an hour later the account is impersonated again, so a job can last as long as it needs', async () => {
    const { tokens, clock } = open();
    const first = await tokens.accessToken();
    for (const minutes of [30, 58]) {
      clock.ahead = minutes * 60_000;
      expect(await tokens.accessToken()).toBe(first);
    }
    clock.ahead = 59.5 * 60_000;
    const calls = await callsDuring(() => tokens.accessToken());
    expect(calls).toEqual(['oidc /token', 'sts /v1/token', 'iamcredentials generateAccessToken']);
    clock.ahead = 10 * 3600_000;
    expect(await tokens.accessToken()).not.toBe(first);
  });

  test("expiry refers to the server's clock, so a wrong clock of the runner changes nothing", async () => {
    const { tokens, clock } = open();
    clock.ahead = -6 * 3600_000;
    const { expiresAt } = await tokens.access();
    expect((expiresAt - clock.now()) / 1000).toBeGreaterThan(3590);
    expect((expiresAt - clock.now()) / 1000).toBeLessThan(3605);
  });

  test('a failure is not kept', async () => {
    const { tokens } = open();
    await world.fault({
      api: 'sts',
      fault: { status: 400, body: { error: 'invalid_scope', error_description: 'no' } },
    });
    await expect(tokens.accessToken()).rejects.toThrow('invalid_scope');
    await expect(tokens.accessToken()).resolves.toMatch(/^ya29/);
  });

  test('a caller that gives up does not stop the exchange for the others', async () => {
    const { tokens } = open();
    const impatient = new AbortController();
    const given = tokens.accessToken(impatient.signal);
    const other = tokens.accessToken();
    impatient.abort(new Error('gave up'));
    await expect(given).rejects.toThrow('gave up');
    await expect(other).resolves.toMatch(/^ya29/);
  });

  test('the end of the process ends every exchange', async () => {
    const process = new AbortController();
    await world.fault({ api: 'sts', fault: { hang: true } });
    const { tokens } = open({}, process.signal);
    const asked = tokens.accessToken();
    setTimeout(() => process.abort(new Error('the runner stops')), 50);
    await expect(asked).rejects.toThrow('the runner stops');
  });

  test('every token becomes a secret before it is used', async () => {
    const { tokens, secrets } = open();
    const all = [
      await tokens.accessToken(),
      (await tokens.federated()).token,
      await tokens.idToken('https://a.example'),
    ];
    for (const token of all) expect(secrets).toContain(token);
    // GitHub's own token is a secret too.
    expect(secrets.filter((secret) => decodeClaims(secret)?.repository === 'acme/ocr')).toHaveLength(1);
  });
});

describe('retries', () => {
  test.each([
    ['GitHub 503', { api: 'oidc', times: 3, fault: { status: 503 } }],
    ['GitHub resets', { api: 'oidc', times: 2, fault: { reset: true } }],
    ['GitHub answers no JSON', { api: 'oidc', fault: { malformed: true } }],
    ['STS 503', { api: 'sts', times: 3, fault: { status: 503 } }],
    ['STS 429', { api: 'sts', times: 2, fault: { status: 429 } }],
    ['STS resets after taking effect', { api: 'sts', times: 2, fault: { reset: 'after' } }],
    ['IAM Credentials 500', { api: 'iamcredentials', times: 2, fault: { status: 500 } }],
    [
      'keys of the issuer',
      {
        api: 'sts',
        times: 2,
        fault: {
          status: 400,
          body: {
            error: 'invalid_grant',
            error_description: "Error connecting to the given credential's issuer.",
          },
        },
      },
    ],
  ])('transient: %s', async (_, fault) => {
    const { tokens, waits } = open();
    await world.fault(fault);
    expect(await tokens.accessToken()).toMatch(/^ya29\.c\./);
    expect(waits.length).toBeGreaterThan(0);
  });

  test('transient failures end with the deadline, and the error says what was seen', async () => {
    const { tokens, waits } = open();
    await world.fault({ api: 'sts', times: 1000, fault: { status: 503 } });
    await expect(tokens.accessToken()).rejects.toMatchObject({ failure: { status: 503 } });
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(31_000);
  });

  test('a host name that does not resolve is tried again as long as any other failure', async () => {
    const endpoint = { url: 'https://nowhere.invalid/token?x=1', headers: {}, field: 'value' };
    const { tokens, waits } = open({ endpoint });
    await expect(tokens.accessToken()).rejects.toMatchObject({ code: 'network-failed' });
    expect(waits.length).toBeGreaterThan(5);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(31_000);
  });

  const denied = {
    status: 403,
    body: {
      error: {
        code: 403,
        status: 'PERMISSION_DENIED',
        message: "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
      },
    },
  };

  test('a denial that a recent grant may explain is tried again, and the log says so once', async () => {
    const { tokens, lines, waits } = open({ propagationSeconds: 120 });
    await world.fault({ api: 'iamcredentials', times: 3, fault: denied });
    expect(await tokens.accessToken()).toMatch(/^ya29\.c\./);
    expect(lines.filter((line) => line.includes('propagation_timeout'))).toHaveLength(1);
    expect(waits).toEqual([2000, 4000, 8000]);
  });

  test('the wait for a recent grant has a limit', async () => {
    const { tokens, waits } = open({ propagationSeconds: 20 });
    await world.fault({ api: 'iamcredentials', times: 1000, fault: denied });
    await expect(tokens.accessToken()).rejects.toBeInstanceOf(LoginError);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(20_000);
  });

  test('a permanent refusal is tried once', async () => {
    const { tokens, waits } = open({ propagationSeconds: 120 });
    const before = (await world.requests()).length;
    await world.fault({
      api: 'sts',
      times: 1000,
      fault: {
        status: 400,
        body: {
          error: 'unauthorized_client',
          error_description: 'The given credential is rejected by the attribute condition.',
        },
      },
    });
    await expect(tokens.accessToken()).rejects.toMatchObject({ code: 'login-condition-false' });
    expect(waits).toEqual([]);
    expect((await world.requests()).slice(before).filter(({ api }) => api === 'sts')).toHaveLength(1);
  });

  test('a wrong request token is not tried again', async () => {
    const { tokens, waits } = open({
      endpoint: {
        url: world.env.ACTIONS_ID_TOKEN_REQUEST_URL as string,
        headers: { authorization: 'Bearer wrong' },
        field: 'value',
      },
    });
    await expect(tokens.accessToken()).rejects.toMatchObject({ code: 'login-oidc-refused' });
    expect(waits).toEqual([]);
  });
});

test('the audience of the exchange depends on the universe and never on an endpoint override', async () => {
  // The sandbox answers invalid_request for any host but Google's and its own.
  const { tokens } = open({
    ...direct,
    universe: 'apis-example.goog',
    oidcAudience: `https://iam.googleapis.com/${world.provider}`,
  });
  await expect(tokens.accessToken()).rejects.toMatchObject({
    failure: { message: expect.stringContaining('audience') },
  });
});

test('a token is sent only to https, or to loopback in the sandbox', async () => {
  const { tokens } = open({ endpoint: { url: 'http://192.0.2.7/token', headers: {}, field: 'value' } });
  await expect(tokens.accessToken()).rejects.toMatchObject({ code: 'endpoint-refused' });
});
