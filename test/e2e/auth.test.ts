import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { GoogleAuth } from 'google-auth-library';
import { decodeClaims } from '../../src/domain/login/claims.ts';
import { LoginSandbox, leaks, visible } from '../support/login-sandbox.ts';
import { isTurn } from '../support/part.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

let world: LoginSandbox;
let workspace: string;
beforeAll(async () => {
  world = await LoginSandbox.start();
  workspace = mkdtempSync(join(tmpdir(), 'bs-workspace-'));
});
afterEach(() => world.clearFaults());
afterAll(async () => {
  await world.stop();
  rmSync(workspace, { recursive: true, force: true });
});

const post = (run: ActionRun) =>
  runAction('auth', { env: world.env, post: run, temp: run.temp, cwd: workspace });

/** Files below a folder that contain the request token of the job. */
function credentialsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) =>
      readFileSync(path, 'utf8').includes(world.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN as string),
    );
}

const projectVariables = [
  'CLOUDSDK_CORE_PROJECT',
  'CLOUDSDK_PROJECT',
  'GCLOUD_PROJECT',
  'GCP_PROJECT',
  'GOOGLE_CLOUD_PROJECT',
];
const fileVariables = [
  'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'GOOGLE_GHA_CREDS_PATH',
];

describe('a login that works', () => {
  test('has the outputs, variables and file of auth@v3, and adds principal, subject and expiry', async () => {
    const run = await world.auth({}, { env: { RUNNER_DEBUG: '1' } });
    expect(run.code).toBe(0);
    expect(run.outputs).toMatchObject({
      verdict: 'pass',
      project_id: world.sandbox.project,
      principal: `serviceAccount:${world.account}`,
      subject: 'repo:acme/ocr:ref:refs/heads/main',
      auth_token: expect.stringMatching(/^ya29\.d\./),
    });
    expect(run.outputs.access_token).toBeUndefined();
    const minutes = (Date.parse(run.outputs.expires_at as string) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(58);
    expect(minutes).toBeLessThan(61);
    const path = run.outputs.credentials_file_path as string;
    for (const name of fileVariables) expect(run.exported[name]).toBe(path);
    for (const name of projectVariables) expect(run.exported[name]).toBe(world.sandbox.project);
    expect(Object.keys(run.exported).sort()).toEqual([...fileVariables, ...projectVariables].sort());
    expect(path.startsWith(run.temp)).toBe(true);
    expect(path).toMatch(/gha-creds-[0-9a-f]{16}\.json$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      type: 'external_account',
      audience: `//iam.googleapis.com/${world.provider}`,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${world.env.GHA_ENDPOINT_OVERRIDE_sts}/token`,
      service_account_impersonation_url: `${world.env.GHA_ENDPOINT_OVERRIDE_iamcredentials}/projects/-/serviceAccounts/${world.account}:generateAccessToken`,
      credential_source: {
        url: `${world.env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=${encodeURIComponent(`https://iam.googleapis.com/${world.provider}`)}`,
        headers: { Authorization: `Bearer ${world.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
        format: { type: 'json', subject_token_field_name: 'value' },
      },
    });
    expect(leaks(run)).toEqual([]);
  });

  test("Google's own library logs in with the file", async () => {
    const run = await world.auth();
    Object.assign(process.env, run.exported);
    const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
    expect(await auth.getAccessToken()).toMatch(/^ya29\.c\./);
    for (const name of Object.keys(run.exported)) delete process.env[name];
  });

  test('gives the requested token: access_token, id_token, or an ID token of a separate invoker', async () => {
    const access = await world.auth({ token_format: 'access_token', access_token_lifetime: '600s' });
    expect(access.outputs.access_token).toMatch(/^ya29\.c\./);
    expect(Date.parse(access.outputs.expires_at as string) - Date.now()).toBeLessThan(601_000);

    const id = await world.auth({ token_format: 'id_token', id_token_audience: 'https://ocr.example.com' });
    expect(decodeClaims(id.outputs.id_token as string)).toMatchObject({ aud: 'https://ocr.example.com' });
    expect(decodeClaims(id.outputs.id_token as string)).not.toHaveProperty('email');

    const direct = await world.auth({
      service_account: '',
      invoker_service_account: world.env.INVOKER_SERVICE_ACCOUNT as string,
      token_format: 'id_token',
      id_token_audience: 'https://ocr.example.com',
      id_token_include_email: 'true',
      project_id: world.sandbox.project,
    });
    expect(decodeClaims(direct.outputs.id_token as string)).toMatchObject({
      email: world.env.INVOKER_SERVICE_ACCOUNT,
    });
    expect(direct.outputs.principal).toBe(
      `principal://iam.googleapis.com/${world.provider.replace(/\/providers\/.*/, '')}/subject/repo:acme/ocr:ref:refs/heads/main`,
    );
    const file = JSON.parse(readFileSync(direct.outputs.credentials_file_path as string, 'utf8'));
    expect(file).not.toHaveProperty('service_account_impersonation_url');
    for (const run of [access, id, direct]) expect(leaks(run)).toEqual([]);
  });

  test('an account that may mint ID tokens and nothing else is enough for token_format id_token', async () => {
    const account = `minter@${world.sandbox.project}.iam.gserviceaccount.com`;
    const set = `principalSet://iam.googleapis.com/${world.provider.replace(/\/providers\/.*/, '')}/attribute.repository/acme/ocr`;
    await world.set({
      serviceAccounts: { [account]: {} },
      roles: {
        'projects/sandbox-project/roles/minter': {
          includedPermissions: ['iam.serviceAccounts.getOpenIdToken'],
        },
      },
    });
    await world.setAccountPolicy(
      [{ role: 'projects/sandbox-project/roles/minter', members: [set] }],
      account,
    );
    const inputs = {
      service_account: account,
      token_format: 'id_token',
      id_token_audience: 'https://ocr.example.com',
    };
    const run = await world.auth(inputs);
    expect(run.code).toBe(0);
    expect(Date.parse(run.outputs.expires_at as string)).toBeGreaterThan(Date.now() + 3_000_000);
    expect((await world.auth({ service_account: account })).code).toBe(1);
  });

  test('domain-wide delegation: the account signs for a user, and the token endpoint accepts it', async () => {
    let asked: URLSearchParams | undefined;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        asked = new URLSearchParams(body);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ access_token: 'ya29.of-the-person-0123456789' }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const set = `principalSet://iam.googleapis.com/${world.provider.replace(/\/providers\/.*/, '')}/attribute.repository/acme/ocr`;
    await world.setAccountPolicy([
      { role: 'roles/iam.workloadIdentityUser', members: [set] },
      { role: 'roles/iam.serviceAccountTokenCreator', members: [set] },
    ]);
    const run = await world.auth(
      { token_format: 'access_token', access_token_subject: 'jane@example.com' },
      { env: { GHA_ENDPOINT_OVERRIDE_oauth2: base } },
    );
    server.close();
    expect(run.outputs.access_token).toBe('ya29.of-the-person-0123456789');
    expect(asked?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(decodeClaims(asked?.get('assertion') ?? '')).toMatchObject({
      iss: world.account,
      sub: 'jane@example.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
    });
    expect(leaks(run)).toEqual([]);
  });

  test('without a file, and without exporting', async () => {
    const none = await world.auth({ create_credentials_file: 'false' });
    expect(none.outputs.credentials_file_path).toBeUndefined();
    expect(Object.keys(none.exported).sort()).toEqual([...projectVariables].sort());
    expect(credentialsIn(none.temp)).toEqual([]);
    const quiet = await world.auth({ export_environment_variables: 'false' });
    expect(quiet.exported).toEqual({});
    expect(credentialsIn(quiet.temp)).toHaveLength(1);
  });

  test('the reason is sent with every request to Google, and never to GitHub', async () => {
    const seen: Record<string, string | undefined> = {};
    const server = createServer((request, response) => {
      const path = (request.url ?? '').split('?')[0] as string;
      seen[path] = request.headers['x-goog-request-reason'] as string | undefined;
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify(
          path === '/oidc' ? { value: 'a.e30.c' } : { access_token: 'federated-token', expires_in: 300 },
        ),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const run = await world.auth(
      { request_reason: 'ticket 42', service_account: '' },
      { env: { GHA_ENDPOINT_OVERRIDE_sts: `${base}/v1`, ACTIONS_ID_TOKEN_REQUEST_URL: `${base}/oidc?x=1` } },
    );
    server.close();
    expect(run.code).toBe(0);
    expect(seen).toEqual({ '/oidc': undefined, '/v1/token': 'ticket 42' });
  });
});

describe('credentials of an earlier step', () => {
  test("of our auth, or of Google's auth with its audience from the endpoint override, log in the next action", async () => {
    const first = await world.auth();
    const theirs = join(first.temp, 'gha-creds-theirs.json');
    const content = JSON.parse(readFileSync(first.outputs.credentials_file_path as string, 'utf8'));
    const host = new URL(world.env.GHA_ENDPOINT_OVERRIDE_iam as string).host;
    writeFileSync(theirs, JSON.stringify({ ...content, audience: `//${host}/${world.provider}` }));
    for (const path of [first.outputs.credentials_file_path as string, theirs]) {
      const { InputReader } = await import('../../src/inputs/reader.ts');
      const { readLogin } = await import('../../src/actions/login/inputs.ts');
      const inputs = new InputReader({});
      const login = readLogin(
        { inputs, env: { GOOGLE_APPLICATION_CREDENTIALS: path } },
        inputs.of('smoke-test'),
      );
      inputs.done();
      expect(login).toMatchObject({
        source: 'file',
        serviceAccount: world.account,
        projectId: world.sandbox.project,
        provider: { name: world.provider },
        universe: 'googleapis.com',
      });
    }
  });
});

describe('the post step', () => {
  test('removes the file and its folder, and says so', async () => {
    const run = await world.auth();
    const path = run.outputs.credentials_file_path as string;
    const after = await post(run);
    expect(after.code).toBe(0);
    expect(existsSync(path)).toBe(false);
    expect(existsSync(dirname(path))).toBe(false);
    expect(credentialsIn(run.temp)).toEqual([]);
    expect(after.summary).toBe('');
    expect((await post(run)).code).toBe(0);
  });

  test('each of two post steps removes its own file, whatever was exported', async () => {
    const first = await world.auth();
    const second = await world.auth(
      { export_environment_variables: 'false' },
      { temp: first.temp, env: first.exported },
    );
    expect(credentialsIn(first.temp)).toHaveLength(2);
    await post(second);
    expect(credentialsIn(first.temp)).toEqual([first.outputs.credentials_file_path]);
    await post(first);
    expect(credentialsIn(first.temp)).toEqual([]);
  });

  test('removes nothing after a failed login', async () => {
    await world.fault({ api: 'iamcredentials', fault: { status: 404 } });
    const run = await world.auth();
    expect(run.code).toBe(1);
    expect(credentialsIn(run.temp)).toEqual([]);
    expect((await post(run)).code).toBe(0);
  });

  test('cleanup_credentials: false leaves the file', async () => {
    const run = await world.auth({ cleanup_credentials: 'false' });
    const after = await post(run);
    expect(existsSync(run.outputs.credentials_file_path as string)).toBe(true);
    expect(visible(after)).toContain('left ');
  });

  test('a file in the workspace comes with a warning and is removed at the end', async () => {
    const run = await world.auth(
      { credentials_file_path: 'gha-creds-docker.json' },
      { env: { GITHUB_WORKSPACE: workspace } },
    );
    const path = join(workspace, 'gha-creds-docker.json');
    expect(run.outputs.credentials_file_path).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(run.log).toMatch(/^::warning::.*Docker build context.*\.gitignore/m);
    await post(run);
    expect(existsSync(path)).toBe(false);
    expect(existsSync(workspace)).toBe(true);
  });

  test('anything that exists at that path is neither overwritten nor removed', async () => {
    const path = join(workspace, 'precious.json');
    writeFileSync(path, 'precious');
    const run = await world.auth({ credentials_file_path: path });
    expect(run.code).toBe(1);
    expect(run.report?.errors).toMatchObject([
      { code: 'login-file-failed', why: expect.stringContaining('exists already') },
    ]);
    expect(run.state.credentials_path).toBeUndefined();
    await post(run);
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });
});

/** A login that gets a signal shortly after its first request. */
function interrupted(signal: NodeJS.Signals): Promise<ActionRun> {
  let kill: ((signal: NodeJS.Signals) => void) | undefined;
  return world.auth(
    {},
    {
      onStart: (give) => {
        kill = give;
      },
      onOutput: (text) => {
        if (text.includes('Log in through')) setTimeout(() => kill?.(signal), 300);
      },
    },
  );
}

describe('killed at any moment', () => {
  const hook = pathToFileURL(join(import.meta.dirname, '../support/kill-at.mjs')).href;
  const killedRun = (at: number, after: boolean, inputs: Record<string, string>) =>
    world.auth(inputs, {
      env: {
        NODE_OPTIONS: `--import ${hook}`,
        KILL_AT: String(at),
        KILL_AFTER: after ? '1' : '0',
        GITHUB_WORKSPACE: workspace,
      },
    });

  test.each([
    ['under RUNNER_TEMP', {}],
    ['in the workspace', { credentials_file_path: 'gha-creds-kill.json' }],
  ])(
    'between any two file operations, half of them each day, %s: no credential is left once the post step has run',
    async (_, inputs) => {
      const whole = await killedRun(0, false, inputs);
      const calls = Number(/file calls: (\d+)/.exec(whole.log)?.[1]);
      expect(calls).toBeGreaterThan(10);
      await post(whole);
      let exposed = 0;
      for (let at = 1; at <= calls; at++) {
        // Two neighbours each time: one dies before its operation, and one after it.
        if (!isTurn(at >> 1, 2)) continue;
        const run = await killedRun(at, at % 2 === 0, inputs);
        expect(run.signal).toBe('SIGKILL');
        exposed += credentialsIn(run.temp).length + credentialsIn(workspace).length;
        await post(run);
        expect({ at, left: [...credentialsIn(run.temp), ...credentialsIn(workspace)] }).toEqual({
          at,
          left: [],
        });
        rmSync(run.temp, { recursive: true, force: true });
      }
      // Some of the kills must have hit while a file existed.
      expect(exposed).toBeGreaterThan(0);
    },
    300_000,
  );

  test.each(['oidc', 'sts', 'iamcredentials'])('while %s has not answered', async (api) => {
    await world.fault({ api, fault: { hang: true } });
    const run = await interrupted('SIGKILL');
    expect(run.signal).toBe('SIGKILL');
    await post(run);
    expect(credentialsIn(run.temp)).toEqual([]);
  });

  test('cancelled by the runner: the step ends at once with the outcome cancelled', async () => {
    await world.fault({ api: 'sts', fault: { hang: true } });
    const run = await interrupted('SIGTERM');
    expect(run.code).toBe(1);
    expect(run.outputs.outcome).toBe('cancelled');
    expect(run.signal).toBeNull();
  });
});

describe('refused before any request', () => {
  const refused = async (inputs: Record<string, string>, env: Record<string, string> = {}) => {
    const before = (await world.requests()).length;
    const run = await world.auth(inputs, { env });
    expect(run.code).toBe(1);
    expect((await world.requests()).length).toBe(before);
    return run;
  };

  test('a service-account key, with the steps to migrate and without printing any of the key', async () => {
    const secret = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';
    const key = JSON.stringify({
      type: 'service_account',
      private_key: `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END`,
    });
    const run = await refused({ credentials_json: key, workload_identity_provider: '' });
    expect(run.report?.errors).toMatchObject([
      { code: 'login-key-refused', fix: expect.stringContaining('workload_identity_provider') },
    ]);
    expect(visible(run) + run.summary + JSON.stringify(run.report)).not.toContain(secret.slice(0, 16));
    expect(leaks(run)).toEqual([]);
  });

  test('a provider in another project than expected', async () => {
    const run = await refused({ expected_project_number: '999' });
    expect(run.report?.errors).toMatchObject([
      { code: 'login-unexpected-identity', what: expect.stringContaining('123456789012') },
    ]);
  });

  test('another account than expected', async () => {
    const run = await refused({ expected_principal: 'somebody@else.iam.gserviceaccount.com' });
    expect(run.report?.errors).toMatchObject([{ code: 'login-unexpected-identity' }]);
  });

  test('every wrong input, all at once', async () => {
    const run = await refused({
      workload_identity_provider: 'projects/my-project/locations/global/workloadIdentityPools/p/providers/g',
      service_account: 'not an e-mail',
      token_format: 'id_token',
      access_token_lifetime: '13h',
      expected_project_number: 'abc',
      doctor: 'maybe',
    });
    const what = JSON.stringify(run.report?.errors);
    for (const name of [
      'gcloud projects describe my-project',
      'service_account',
      'id_token_audience',
      'access_token_lifetime',
      'expected_project_number',
      'doctor',
    ])
      expect(what).toContain(name);
  });
});

test('a direct login as another identity than expected is refused after the exchange', async () => {
  const run = await world.auth({
    service_account: '',
    expected_principal: 'principal://iam.googleapis.com/x/subject/y',
  });
  expect(run.report?.errors).toMatchObject([{ code: 'login-unexpected-identity' }]);
  expect(run.outputs.credentials_file_path).toBeUndefined();
});

test("an enterprise's own issuer works if the provider accepts it", async () => {
  const issuer = `${world.sandbox.world.urls.get('oidc')}`;
  await world.set({ issuerPath: '/acme-corp' });
  await world.setProvider({ oidc: { issuerUri: `${issuer}/acme-corp` } });
  const run = await world.auth();
  await world.set({ issuerPath: '' });
  await world.setProvider({ oidc: { issuerUri: issuer } });
  expect(run.code).toBe(0);
  expect(run.summary).toContain('/acme-corp');
});
