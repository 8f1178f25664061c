import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { grant } from '../../sandbox/core/policies.ts';
import { LoginSandbox, leaks, visible } from '../support/login-sandbox.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

/** Whole jobs: several logins, each with its post step and its identity. */

let world: LoginSandbox;
let folder: string;
let pool: string;
let workflows: string;
beforeAll(async () => {
  world = await LoginSandbox.start();
  folder = mkdtempSync(join(tmpdir(), 'bs-jobs-'));
  pool = `iam.googleapis.com/${world.provider.replace(/\/providers\/.*/, '')}`;
  workflows = `principalSet://${pool}/attribute.repository/acme/ocr`;
});
afterEach(() => world.clearFaults());
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

const annotation = (run: ActionRun) => /^::error [^\n]*/m.exec(run.log)?.[0] ?? '';

/** Replaces an API by a local server for the time of `act`, and records the requests. */
async function answering<T>(
  answer: (request: IncomingMessage) => [status: number, body: unknown],
  act: (base: string) => Promise<T>,
): Promise<T> {
  const server = createServer((request, response) => {
    const [status, body] = answer(request);
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('after the post steps of a job none of its files is left', () => {
  const hook = pathToFileURL(join(import.meta.dirname, '../support/kill-at.mjs')).href;
  const hooked = { NODE_OPTIONS: `--import ${hook}` };
  type Step = [
    name: string,
    inputs: Record<string, string>,
    env: Record<string, string>,
    code: number | null,
  ];
  const steps: Step[] = [
    ['that works', {}, {}, 0],
    ['that does not export', { export_environment_variables: 'false' }, {}, 0],
    ['that is refused', { service_account: 'typo@sandbox-project.iam.gserviceaccount.com' }, {}, 1],
    ['that fails after its file was written', {}, { ...hooked, ONCE_WRITTEN: 'fail' }, 1],
    ['that is killed while its file exists', {}, { ...hooked, ONCE_WRITTEN: 'kill' }, null],
  ];
  const pairs = steps.flatMap((first) =>
    steps.map((second) => [first[0], second[0], first, second] as const),
  );

  const files = (place: string) =>
    existsSync(place)
      ? readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('login-'))
      : [];
  const step = ([, inputs, env]: Step, temp: string, exported: Record<string, string>) =>
    world.auth(inputs, { temp, env: { ...exported, ...env } });

  test.each(pairs)(
    'a login %s, then one %s',
    async (_, __, first, second) => {
      const temp = mkdtempSync(join(folder, 'temp-'));
      const one = await step(first, temp, {});
      const two = await step(second, temp, one.exported);
      expect([one.code, two.code]).toEqual([first[3], second[3]]);
      const made = [first, second].filter(([name]) => name !== 'that is refused').length;
      expect(files(temp).filter((name) => name.endsWith('.json'))).toHaveLength(made);
      // The runner starts post steps in reverse order, with the environment that the steps left.
      for (const run of [two, one]) {
        const after = await runAction('auth', {
          env: { ...world.env, ...one.exported, ...two.exported },
          post: run,
          temp,
        });
        expect(after.code).toBe(0);
      }
      expect(files(temp)).toEqual([]);
    },
    300_000,
  );
});

describe('the principal of a direct login', () => {
  const direct = () => ({ service_account: '', project_id: world.sandbox.project });
  const mapping = {
    'google.subject': "'repo:' + assertion.repository_id + ':' + assertion.ref",
    'attribute.repository': 'assertion.repository',
  };
  const mapped = () => `principal://${pool}/subject/repo:770001:refs/heads/main`;
  const bySub = () => `principal://${pool}/subject/repo:acme/ocr:ref:refs/heads/main`;
  beforeAll(() => world.setProvider({ attributeMapping: mapping }));
  afterAll(() => world.setProvider({ attributeMapping: { ...mapping, 'google.subject': 'assertion.sub' } }));

  test('if the mapping of google.subject cannot be read, the principal is assumed and the log says so', async () => {
    const body = { error: { code: 403, status: 'PERMISSION_DENIED', message: 'denied' } };
    await world.fault({ api: 'iam', times: 9, fault: { status: 403, body } });
    const run = await world.auth(direct());
    expect(run.outputs.principal).toBe(bySub());
    expect(run.report?.evidence).toMatchObject({ login: { principal_assumed: true } });
    expect(visible(run)).toContain('The principal is assumed from sub');
    expect(run.summary).toContain('the provider could not be read');
    const guarded = await world.auth({ ...direct(), expected_principal: bySub() });
    expect(guarded.code).toBe(0);
    expect(guarded.log).toMatch(/^::warning::expected_principal was compared with an assumed principal/m);
  });

  test('comes from the mapping in provider_file', async () => {
    const file = join(folder, 'provider.json');
    writeFileSync(file, JSON.stringify({ name: world.provider, attributeMapping: mapping }));
    const run = await world.auth({ ...direct(), provider_file: file, expected_principal: mapped() });
    expect({ code: run.code, principal: run.outputs.principal }).toEqual({ code: 0, principal: mapped() });
    expect(run.log).not.toContain('::warning::');
    expect(run.outputs.subject).toBe('repo:acme/ocr:ref:refs/heads/main');
    const refused = await world.auth({ ...direct(), provider_file: file, expected_principal: bySub() });
    expect(refused.report?.errors).toMatchObject([{ code: 'login-unexpected-identity' }]);
  });

  test('comes from the provider itself if the identity may read it, and is the one that Google sees', async () => {
    grant(
      world.sandbox.world.policies,
      `//cloudresourcemanager.googleapis.com/projects/${world.sandbox.project}`,
      'roles/iam.workloadIdentityPoolViewer',
      workflows,
    );
    const before = (await world.requests()).length;
    const run = await world.auth(direct());
    expect(run.outputs.principal).toBe(mapped());
    const read = (await world.requests()).slice(before).find(({ api }) => api === 'iam');
    expect(read).toMatchObject({ status: 200, principal: mapped() });
    expect(leaks(run)).toEqual([]);
  });

  test('of an account needs no read of the provider', async () => {
    const before = (await world.requests()).length;
    await world.auth();
    expect((await world.requests()).slice(before).filter(({ api }) => api === 'iam')).toEqual([]);
  });
});

test('a second login uses the project of its account, as in auth@v3, unless project_id is set', async () => {
  const exported = { GOOGLE_CLOUD_PROJECT: 'another-project', GCP_PROJECT: 'another-project' };
  expect((await world.auth({}, { env: exported })).outputs.project_id).toBe(world.sandbox.project);
  const named = await world.auth({ project_id: 'third-project' }, { env: exported });
  expect(named.exported.GOOGLE_CLOUD_PROJECT).toBe('third-project');
  const direct = await world.auth({ service_account: '' }, { env: exported });
  expect(direct.outputs.project_id).toBe('another-project');
});

describe('refused domain-wide delegation', () => {
  const inputs = { token_format: 'access_token', access_token_subject: 'jane@example.com' };

  test('an account that this run may act as but not sign as', async () => {
    await world.setAccountPolicy([{ role: 'roles/iam.workloadIdentityUser', members: [workflows] }]);
    const run = await world.auth(inputs, { env: { RUNNER_DEBUG: '1' } });
    expect(run.code).toBe(1);
    expect(annotation(run)).toContain('it lacks iam.serviceAccounts.signJwt');
    expect(visible(run)).toContain('--role=roles/iam.serviceAccountTokenCreator --member="$member"');
    expect(visible(run)).toMatch(
      /google\.subject=assertion\.sub;"\*\) member=principal:\S+\/subject\/repo:acme\/ocr:ref:refs\/heads\/main;;/,
    );
    expect(run.summary).toContain('`repository_owner_id`');
    expect(run.outputs.credentials_file_path).toBeUndefined();
    expect(leaks(run)).toEqual([]);
  });

  test('an account to which no administrator has delegated', async () => {
    await world.setAccountPolicy([
      { role: 'roles/iam.workloadIdentityUser', members: [workflows] },
      { role: 'roles/iam.serviceAccountTokenCreator', members: [workflows] },
    ]);
    const body = {
      error: 'unauthorized_client',
      error_description:
        'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
    };
    const run = await answering(
      () => [401, body],
      (base) => world.auth(inputs, { env: { RUNNER_DEBUG: '1', GHA_ENDPOINT_OVERRIDE_oauth2: base } }),
    );
    expect(annotation(run)).toContain('unauthorized_client');
    expect(annotation(run)).toContain('admin.google.com');
    expect(visible(run)).toContain(`describe ${world.account} --format="value(uniqueId)"`);
    expect(leaks(run)).toEqual([]);
  });
});

test('every request to Google carries request_reason: exchange, impersonation, ID token, signing, provider', async () => {
  const reasons = new Map<string, string | undefined>();
  await answering(
    (request) => {
      const path = (request.url ?? '').replace(/\?.*/, '');
      const name = path.split(/[/:]/).at(-1) ?? '';
      reasons.set(name, request.headers['x-goog-request-reason'] as string | undefined);
      const end = new Date(Date.now() + 3600_000).toISOString();
      return [
        200,
        {
          ...{ value: 'a.e30.c', access_token: 'token-of-the-test', expires_in: 300 },
          ...{ accessToken: 'token-of-the-test', expireTime: end, token: 'a.e30.c', signedJwt: 'a.b.c' },
        },
      ];
    },
    async (base) => {
      const env: Record<string, string> = { ACTIONS_ID_TOKEN_REQUEST_URL: `${base}/oidc?x=1` };
      for (const api of ['sts', 'iamcredentials', 'iam', 'oauth2'])
        env[`GHA_ENDPOINT_OVERRIDE_${api}`] = base;
      const ask = (inputs: Record<string, string>) =>
        world.auth({ request_reason: 'ticket 42', ...inputs }, { env });
      const runs = [
        await ask({ token_format: 'access_token' }),
        await ask({ token_format: 'id_token', id_token_audience: 'https://ocr.example.com' }),
        await ask({ token_format: 'access_token', access_token_subject: 'jane@example.com' }),
        await ask({ service_account: '', project_id: 'my-project' }),
      ];
      expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    },
  );
  expect(reasons.get('oidc')).toBeUndefined();
  reasons.delete('oidc');
  expect([...reasons.keys()].sort()).toEqual([
    'generateAccessToken',
    'generateIdToken',
    'gh',
    'signJwt',
    'token',
  ]);
  expect(new Set(reasons.values())).toEqual(new Set(['ticket 42']));
});

test('the credentials file of another universe sends every tool to that universe', async () => {
  const answer = { accessToken: 'token-of-the-test', access_token: 'token-of-the-test', expires_in: 300 };
  const run = await answering(
    () => [200, answer],
    (base) =>
      world.auth(
        { universe: 'apis-example.goog' },
        { env: { GHA_ENDPOINT_OVERRIDE_sts: base, GHA_ENDPOINT_OVERRIDE_iamcredentials: base } },
      ),
  );
  const file = JSON.parse(readFileSync(run.outputs.credentials_file_path as string, 'utf8'));
  expect(file).toMatchObject({
    universe_domain: 'apis-example.goog',
    audience: `//iam.apis-example.goog/${world.provider}`,
    token_info_url: expect.stringContaining('/v1/introspect'),
  });
  expect(run.exported).toMatchObject({ CLOUDSDK_CORE_UNIVERSE_DOMAIN: 'apis-example.goog' });
});

test('a step whose outputs cannot be written fails and says why', async () => {
  const run = await world.auth(
    {},
    {
      env: {
        NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, '../support/kill-at.mjs')).href}`,
        ONCE_WRITTEN: 'fail',
      },
    },
  );
  expect(run.code).toBe(1);
  expect(run.log).toMatch(
    /^::warning::This step counts as failed, because its result could not be written.*no space left/m,
  );
  expect(leaks(run)).toEqual([]);
});
