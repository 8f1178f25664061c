import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { earlierLogin } from '../../../src/actions/login/earlier-login.ts';
import { readLogin } from '../../../src/actions/login/inputs.ts';
import type { LoginRequest } from '../../../src/domain/login/request.ts';
import { InputReader } from '../../../src/inputs/reader.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-login-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const provider = 'projects/42/locations/global/workloadIdentityPools/p/providers/g';
const account = 'deployer@my-project.iam.gserviceaccount.com';
const runner = {
  ACTIONS_ID_TOKEN_REQUEST_URL: 'https://pipelines.example/token?x=1',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
};

function read(
  env: Record<string, string>,
  optional = false,
): { login: LoginRequest; problem: string | undefined } {
  const inputs = new InputReader(env);
  const login = readLogin({ inputs, env }, inputs.of('smoke-test'), { optional });
  try {
    inputs.done();
    return { login, problem: undefined };
  } catch (error) {
    return { login, problem: (error as Error).message };
  }
}

let files = 0;
function file(content: unknown): string {
  const path = join(folder, `${++files}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const external = {
  type: 'external_account',
  audience: `//iam.googleapis.com/${provider}`,
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  token_url: 'https://attacker.example/token',
  credential_source: {
    url: 'https://pipelines.example/token?x=1&audience=y',
    headers: { Authorization: 'Bearer request-token' },
    format: { type: 'json', subject_token_field_name: 'value' },
  },
  service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
};

describe('inputs', () => {
  test('everything at once', () => {
    const { login, problem } = read({
      INPUT_WORKLOAD_IDENTITY_PROVIDER: `//iam.googleapis.com/${provider}`,
      INPUT_SERVICE_ACCOUNT: account,
      INPUT_AUDIENCE: 'https://github.com/acme',
      INPUT_DELEGATES: 'a@my-project.iam.gserviceaccount.com, b@my-project.iam.gserviceaccount.com',
      INPUT_INVOKER_SERVICE_ACCOUNT: 'invoker@my-project.iam.gserviceaccount.com',
      INPUT_UNIVERSE: 'apis-example.goog',
      INPUT_REQUEST_REASON: 'ticket 42',
      ...runner,
    });
    expect(problem).toBeUndefined();
    expect(login).toMatchObject({
      source: 'inputs',
      provider: { name: provider, projectNumber: '42' },
      serviceAccount: account,
      oidcAudience: 'https://github.com/acme',
      delegates: ['a@my-project.iam.gserviceaccount.com', 'b@my-project.iam.gserviceaccount.com'],
      universe: 'apis-example.goog',
      projectId: 'my-project',
      endpoint: {
        url: runner.ACTIONS_ID_TOKEN_REQUEST_URL,
        headers: { authorization: 'Bearer request-token' },
        field: 'value',
      },
    });
  });

  test.each([
    [
      'the input',
      { INPUT_PROJECT_ID: 'given-project', GOOGLE_CLOUD_PROJECT: 'env-project' },
      'given-project',
    ],
    [
      'the environment',
      { GOOGLE_CLOUD_PROJECT: 'env-project', INPUT_SERVICE_ACCOUNT: account },
      'env-project',
    ],
    ["Google's older variables", { GCP_PROJECT: 'old-project' }, 'old-project'],
    [
      'the first variable that holds one',
      { GOOGLE_CLOUD_PROJECT: '../../x', GCP_PROJECT: 'old-project' },
      'old-project',
    ],
    ['the account', { INPUT_SERVICE_ACCOUNT: account }, 'my-project'],
  ])('the project comes from %s', (_, env, expected) => {
    expect(read({ INPUT_WORKLOAD_IDENTITY_PROVIDER: provider, ...env }).login.projectId).toBe(expected);
  });

  test('if nothing is set, both problems are reported at once, unless the login is optional', () => {
    const { problem } = read({});
    expect(problem).toContain('project_id: missing');
    expect(problem).toContain('workload_identity_provider: missing');
    expect(read({}, true)).toMatchObject({ problem: undefined, login: { source: 'none' } });
  });

  test.each([
    ['service_account', { INPUT_SERVICE_ACCOUNT: 'my deployer' }],
    ['delegates', { INPUT_DELEGATES: '$(whoami)' }],
    ['universe', { INPUT_UNIVERSE: 'googleapis' }],
    ['request_reason', { INPUT_REQUEST_REASON: 'a\nb' }],
    ['project_id', { INPUT_PROJECT_ID: '-p' }],
    ['audience', { INPUT_AUDIENCE: 'two words' }],
  ])('a wrong %s is named', (name, env) => {
    expect(
      read({ INPUT_WORKLOAD_IDENTITY_PROVIDER: provider, GOOGLE_CLOUD_PROJECT: 'p-123456', ...env }).problem,
    ).toContain(name);
  });
});

describe('credentials of an earlier step', () => {
  test.each([
    'GOOGLE_GHA_CREDS_PATH',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
  ])('%s is found', (variable) => {
    const { login, problem } = read({ [variable]: file(external) });
    expect(problem).toBeUndefined();
    expect(login).toMatchObject({
      source: 'file',
      provider: { name: provider },
      serviceAccount: account,
      projectId: 'my-project',
      endpoint: { url: external.credential_source.url, headers: { authorization: 'Bearer request-token' } },
    });
    // The file gives names only. The universe decides where a token is sent.
    expect(JSON.stringify(login)).not.toContain('attacker');
  });

  test('inputs on the step win over the file', () => {
    const other = provider.replace(/g$/, 'other');
    const { login } = read({
      INPUT_WORKLOAD_IDENTITY_PROVIDER: other,
      GOOGLE_APPLICATION_CREDENTIALS: file(external),
      GCP_PROJECT: 'p-123456',
      ...runner,
    });
    expect(login).toMatchObject({ source: 'inputs', provider: { name: other } });
    expect(login.serviceAccount).toBeUndefined();
  });

  test('an earlier login is found beside the inputs, for the doctor', () => {
    const env = {
      INPUT_WORKLOAD_IDENTITY_PROVIDER: provider,
      GOOGLE_APPLICATION_CREDENTIALS: file(external),
      GCP_PROJECT: 'p-123456',
    };
    expect(earlierLogin(env, read(env).login)).toMatchObject({ source: 'file', serviceAccount: account });
    expect(earlierLogin({}, read(env).login)).toBeUndefined();
  });

  test.each([
    ['a file that is gone', () => join(folder, 'none.json'), 'does not exist'],
    ['a file that is not JSON', () => file('not json'), 'cannot be read as JSON'],
    ['a key', () => file({ type: 'service_account', private_key: 'x' }), 'a service-account key'],
    ['a person', () => file({ type: 'authorized_user' }), 'authorized_user'],
    [
      'a pool for a provider',
      () => file({ ...external, audience: external.audience.replace(/\/providers.*/, '') }),
      'this is the name of a pool',
    ],
    [
      'a source that is not a URL',
      () => file({ ...external, credential_source: { file: '/etc/x' } }),
      'credential_source.url',
    ],
  ])('%s is refused with its reason', (_, path, reason) => {
    const { login } = read({ GOOGLE_APPLICATION_CREDENTIALS: path(), GCP_PROJECT: 'p-123456' });
    expect(login.refusal?.what).toContain(reason);
    expect(login.refusal?.code).toBe(reason.includes('key') ? 'login-key-refused' : 'login-missing');
    expect(login.refusal?.fix).toContain('workload_identity_provider');
  });
});

describe('a run of a pull request that got no token', () => {
  const event = (full_name: string | null) =>
    file({ pull_request: { head: { repo: full_name === null ? null : { full_name } } } });
  test.each([
    ['a fork', 'mallory/ocr', true],
    ['a deleted fork', null, true],
    ['a branch of its own', 'acme/ocr', false],
  ])('%s', (_, head, expected) => {
    const { login } = read({
      INPUT_WORKLOAD_IDENTITY_PROVIDER: provider,
      GCP_PROJECT: 'p-123456',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: event(head),
      GITHUB_REPOSITORY: 'acme/ocr',
    });
    expect(login.run.fromFork).toBe(expected);
    expect(login.endpoint).toBeUndefined();
  });
});
