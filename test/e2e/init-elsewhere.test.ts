import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { emailOf, emptyProject, tokenOf } from '../support/empty-project.ts';
import { runAction } from '../support/run-action.ts';
import { runCli } from '../support/run-cli.ts';

/** `init` and the doctor for a repository on a GitHub Enterprise Server, which is reached under its own name alone. */

jest.setTimeout(300_000);

const host = 'github.example.com';
const issuer = `https://${host}/_services/token`;
let sandbox: Sandbox;
let folder: string;
let home: string;

beforeAll(async () => {
  sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 20, logLagMs: 0, proxy: {} });
  const { names, urls } = sandbox.world;
  const local = (url: string) => names?.local(url) ?? '';
  names?.publish(`https://${host}/api/v3`, local('https://api.github.com/'));
  const tokens = local('https://token.actions.githubusercontent.com/');
  for (const url of [issuer, `https://${host}/token`]) names?.publish(url, tokens, true);
  emptyProject(sandbox);
  // From here on, GitHub's tokens come from the server.
  urls.set('oidc', `https://${host}`);
  await fetch(`${sandbox.control}/settings`, {
    method: 'PATCH',
    body: JSON.stringify({ issuerPath: '/_services/token' }),
  });
  home = mkdtempSync(join(tmpdir(), 'bs-elsewhere-'));
  folder = join(home, 'ocr');
  mkdirSync(folder);
  execFileSync('git', ['init', '-q'], { cwd: folder });
  execFileSync('git', ['remote', 'add', 'origin', `git@${host}:acme/ocr.git`], { cwd: folder });
  writeFileSync(join(folder, 'package.json'), '{"name":"ocr","version":"1.0.0"}');
  writeFileSync(join(folder, 'sandbox.json'), '{"responses":[{"status":200,"body":{"text":"ok"}}]}');
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
});

const asked = () => sandbox.proxy?.seen.map(({ target }) => target) ?? [];

async function init(more: string[], tokens: Record<string, string>) {
  const file = join(home, 'owner-token');
  writeFileSync(file, await tokenOf(sandbox));
  const { GITHUB_API_URL: _, ACTIONS_ID_TOKEN_REQUEST_URL: __, ...env } = sandbox.env;
  const where = ['--project', sandbox.project, '--region', sandbox.region, '--name', 'ocr-api'];
  const flags = [...where, '--actions', 'tools/backstay@v1', ...more];
  return runCli(['init', ...flags], {
    cwd: folder,
    env: { ...env, ...tokens, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: file },
  });
}

test("a token of github.com is not sent to the server, and nothing is sent to github.com's API", async () => {
  const ran = await init([], { GH_TOKEN: 'of-github-com' });
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toContain(`There is no login for ${host}.`);
  expect(ran.err).toContain('GH_ENTERPRISE_TOKEN');
  expect(ran.err).toContain(`gh auth login --hostname ${host}`);
  expect(asked().filter((target) => /github/.test(target))).toEqual([]);
});

test('the commands for an administrator name the server', async () => {
  const { code, out } = await init(['--print', 'gcloud'], { GH_ENTERPRISE_TOKEN: 'of-the-server' });
  expect(code).toBe(0);
  expect(out).toContain(`export GH_HOST=${host}`);
  expect(out).toContain(`--issuer-uri=${issuer}`);
});

test('the provider of the server, workflows with jobs of their own, and a login that works', async () => {
  const made = await init(['--apply'], { GH_ENTERPRISE_TOKEN: 'of-the-server' });
  expect([made.code, made.code ? made.out + made.err : '']).toEqual([0, '']);
  expect(made.out).toContain(`Google has to reach ${issuer}/.well-known/openid-configuration`);
  expect(made.out).toMatch(/curl .*_services\/token\/\.well-known\/jwks.* --jwk-json-path=jwks\.json/);
  expect(asked()).toContain(`${host}:443`);
  expect(asked().filter((target) => /api\.github\.com|githubusercontent/.test(target))).toEqual([]);
  const providers = sandbox.world.views.get('identity')?.() as {
    providers: Record<string, { oidc: { issuerUri: string } }>;
  };
  expect(Object.values(providers.providers).map(({ oidc }) => oidc.issuerUri)).toEqual([issuer]);
  const { jobs } = parse(readFileSync(join(folder, '.github/workflows/release.yml'), 'utf8'));
  expect(jobs.release.steps[1].uses).toBe('tools/backstay@v1');

  const answer = await fetch(`${sandbox.control}/jobs`, {
    method: 'POST',
    body: JSON.stringify({ claims: { environment: 'prod/ocr-api' } }),
  });
  const { env } = (await answer.json()) as { env: Record<string, string> };
  const { WORKLOAD_IDENTITY_PROVIDER: _, SERVICE_ACCOUNT: __, ...own } = sandbox.env;
  const provider = Object.keys(providers.providers)[0] ?? '';
  const ran = await runAction('doctor', {
    cwd: folder,
    inputs: {
      ...{ name: 'ocr-api', region: sandbox.region, workload_identity_provider: provider },
      ...{ service_account: emailOf(sandbox, 'ocr-api-deployer'), github_token: 'of-the-server' },
      runtime_service_account: emailOf(sandbox, 'ocr-api-runtime'),
    },
    env: {
      ...{ ...own, ...env, GITHUB_WORKSPACE: folder },
      ...{ GITHUB_API_URL: `https://${host}/api/v3`, GITHUB_SERVER_URL: `https://${host}` },
    },
  });
  expect(ran.log).toMatch(/Environment +prod\/ocr-api admits main\./);
  expect(ran.log).not.toMatch(/::error::|login-issuer/);
  expect(asked().filter((target) => /api\.github\.com|githubusercontent/.test(target))).toEqual([]);
});
