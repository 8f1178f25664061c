import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { logInUser } from '../../../sandbox/identity/oauth2.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { openLocalLogin } from '../../../src/gcp/login/local/local-login.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import { createRest } from '../../../src/http/rest.ts';
import { createClock } from '../../../src/runner/clock.ts';

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  folder = mkdtempSync(join(tmpdir(), 'bs-local-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await sandbox.stop();
});

const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

/** A program named gcloud that prints `answer` and ends with `code`. Returns a PATH that has it. */
function fakeGcloud(name: string, answer: unknown, code = 0): string {
  const bin = join(folder, name);
  mkdirSync(bin);
  const said = file(`${name}.json`, answer);
  writeFileSync(join(bin, 'gcloud'), `#!/bin/sh\n/bin/cat ${said}${code ? ' >&2' : ''}\nexit ${code}\n`);
  chmodSync(join(bin, 'gcloud'), 0o755);
  return bin;
}

function open(env: Record<string, string>, account?: string) {
  const told: string[] = [];
  const secrets: string[] = [];
  const clock = createClock();
  const quiet = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
  const all: Record<string, string> = { CLOUDSDK_CONFIG: join(folder, 'nothing'), PATH: '', ...sandbox.env };
  const { CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: _token, ...base } = all;
  const mine: Record<string, string> = { ...base, ...env };
  const rest = createRest({
    ...{ endpoints: endpoints(mine), clock, log: quiet, userAgent: 'test', redact: (text) => text },
    accessToken: () => Promise.reject(new Error('no token')),
  });
  const login = () =>
    openLocalLogin({
      ...{ env: mine, rest, clock, account },
      addSecret: (value) => void secrets.push(value),
      tell: (text) => void told.push(text),
    });
  return { login, told, secrets };
}

describe('the login of a machine', () => {
  test('a token file wins, and Google says whose token it is', async () => {
    const token = sandbox.env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string;
    const { login, told } = open({
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token,
      GOOGLE_APPLICATION_CREDENTIALS: '/none',
    });
    const local = login();
    expect((await local?.access())?.token).toMatch(/^ya29\./);
    expect(local?.member()).toBe(`serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`);
    await local?.access();
    expect(told).toEqual([
      expect.stringContaining(`Logged in as ${sandbox.env.SERVICE_ACCOUNT} (from CLOUDSDK`),
    ]);
  });

  test("a user's credentials are refreshed, and none of their secrets is shown", async () => {
    const user = logInUser(sandbox.world, 'jane@example.com');
    const { login, told, secrets } = open({ GOOGLE_APPLICATION_CREDENTIALS: file('user.json', user) });
    const local = login();
    await local?.access();
    expect([local?.member(), local?.account]).toEqual(['user:jane@example.com', undefined]);
    expect(secrets).toEqual(expect.arrayContaining([user.refresh_token, user.client_secret]));
    expect(told.join()).not.toContain(user.refresh_token);
  });

  test('the file of `gcloud auth application-default login`, with an account to act as, is found by itself', async () => {
    const config = join(folder, 'config');
    mkdirSync(join(config, 'configurations'), { recursive: true });
    writeFileSync(
      join(config, 'configurations', 'config_default'),
      '[core]\naccount = j\nproject = from-gcloud\n',
    );
    file('config/application_default_credentials.json', {
      type: 'impersonated_service_account',
      service_account_impersonation_url:
        'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/robot@p.iam.gserviceaccount.com:generateAccessToken',
      source_credentials: logInUser(sandbox.world, 'jane@example.com'),
    });
    const { login, told } = open({ CLOUDSDK_CONFIG: config });
    const local = login();
    await local?.access();
    expect([local?.account, local?.project]).toEqual(['robot@p.iam.gserviceaccount.com', 'from-gcloud']);
    expect(told[0]).toBe(
      'Logged in as robot@p.iam.gserviceaccount.com, by jane@example.com (from Application Default Credentials).',
    );
    expect(open({ CLOUDSDK_CONFIG: config }, 'other@p.iam.gserviceaccount.com').login()?.account).toBe(
      'other@p.iam.gserviceaccount.com',
    );
  });

  test("gcloud's active account gives access tokens and ID tokens", async () => {
    const PATH = fakeGcloud('logged-in', {
      configuration: { properties: { core: { account: 'jane@example.com', project: 'p' } } },
      credential: {
        access_token: 'ya29.fake-access-token',
        id_token: 'header.payload.signature',
        token_expiry: new Date(Date.now() + 600_000).toISOString(),
      },
    });
    const { login, told, secrets } = open({ PATH });
    const local = login();
    expect((await local?.access())?.token).toBe('ya29.fake-access-token');
    expect((await local?.id('https://service.example'))?.token).toBe('header.payload.signature');
    expect([told, secrets.length]).toEqual([['Logged in as jane@example.com (from gcloud).'], 2]);
  });

  test.each<[string, () => Record<string, string>, string, string]>([
    ['no login at all', () => ({}), 'login-missing', 'gcloud auth application-default login'],
    [
      'gcloud without an account',
      () => ({ PATH: fakeGcloud('none', 'ERROR: (gcloud.config.config-helper) no active account', 1) }),
      'login-missing',
      'gcloud auth login',
    ],
    [
      'a revoked login',
      () => ({
        GOOGLE_APPLICATION_CREDENTIALS: file('revoked.json', {
          ...logInUser(sandbox.world, 'jane@example.com'),
          refresh_token: '1//revoked',
        }),
      }),
      'login-missing',
      'gcloud auth application-default login',
    ],
    [
      'an empty token file',
      () => ({ CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: file('empty', '\n') }),
      'login-missing',
      '',
    ],
  ])('%s says what to do', async (_, env, code, command) => {
    const error = await open(env())
      .login()
      ?.access()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect((error as { commands?: string[] }).commands?.[0] ?? '').toBe(command);
  });

  test.each<[string, unknown, string]>([
    [
      'a key',
      { type: 'service_account', client_email: 'robot@p.iam.gserviceaccount.com', private_key: 'x' },
      'login-key-refused',
    ],
    ['another type', { type: 'gdch_service_account' }, 'login-missing'],
    ['no JSON', 'not json', 'login-missing'],
  ])('%s is refused before any call', (name, content, code) => {
    const { login } = open({ GOOGLE_APPLICATION_CREDENTIALS: file(`${name}.json`, content) });
    expect(login).toThrow(expect.objectContaining({ code }));
  });

  test("a workflow's own login is left to the actions", () => {
    const path = file('external.json', { type: 'external_account' });
    expect(open({ GOOGLE_APPLICATION_CREDENTIALS: path }).login()).toBeUndefined();
  });
});
