import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { grant } from '../../sandbox/core/policies.ts';
import { type Client, inline, openSandbox } from '../sandbox/support/client.ts';
import { runCli } from '../support/run-cli.ts';

/** The command line as a process, against the sandbox. */

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let client: Client;
let folder: string;
const env = () => {
  const {
    ACTIONS_ID_TOKEN_REQUEST_URL: _url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: _token,
    ...rest
  } = client.sandbox.env;
  return rest;
};
const run = (argv: string[], more: Record<string, string> = {}) =>
  runCli(argv, { env: { ...env(), ...more }, cwd: folder });
const requests = async () =>
  (await (await fetch(`${client.sandbox.control}/requests`)).json()) as { method: string; path: string }[];

beforeAll(async () => {
  client = await openSandbox({});
  await client.deploy('ocr', inline(200, { text: 'ok' }));
  folder = mkdtempSync(join(tmpdir(), 'bs-cli-'));
  writeFileSync(join(folder, 'sandbox.json'), JSON.stringify({ responses: [{ status: 200 }] }));
  writeFileSync(join(folder, 'package.json'), '{"name":"x","version":"1.0.0","main":"index.js"}');
  writeFileSync(join(folder, 'index.js'), 'exports.ocr = (_, answer) => answer.send("ok");\n');
}, 300_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await client.sandbox.stop();
});

describe('without a cloud', () => {
  test('help, and no verb at all', async () => {
    const [help, bare, verb] = await Promise.all([
      runCli(['help']),
      runCli([]),
      runCli(['help', 'rollback', '--json']),
    ]);
    expect([help.code, bare.code, verb.code, help.err]).toEqual([0, 2, 0, '']);
    expect(help.out).toContain('rollback');
    expect(help.out).not.toContain('\u001b[');
    const { flags } = JSON.parse(verb.out) as { flags: { name: string; required: boolean }[] };
    expect(flags.filter(({ required }) => required).map(({ name }) => name)).toEqual(['--name']);
  });

  test('FORCE_COLOR colours, --json never does', async () => {
    const [forced, data] = await Promise.all([
      runCli(['help'], { env: { FORCE_COLOR: '1' } }),
      runCli(['version', '--json'], { env: { FORCE_COLOR: '1' } }),
    ]);
    expect(forced.out).toContain('\u001b[1m');
    expect(JSON.parse(data.out)).toMatchObject({ version: expect.any(String) });
  });

  test('a reader that goes away ends nothing with noise', async () => {
    const ran = await runCli(['help'], { hangUp: true });
    expect([ran.code, ran.err]).toEqual([0, '']);
  });

  test('wrong words: all problems, on standard error, with exit code 2', async () => {
    const ran = await runCli(['rollback', '--nmae', 'x', '--verify-duration', 'soon', '--json']);
    expect(ran.code).toBe(2);
    const { error } = JSON.parse(ran.out) as { error: { problems: string[] } };
    expect(error.problems).toEqual([
      '--nmae: no such flag; did you mean --name?',
      expect.stringMatching(/^--name: missing/),
      expect.stringMatching(/^--verify-duration: "soon"/),
    ]);
    for (const problem of error.problems) expect(ran.err).toContain(problem);
  });

  test('no login on this machine: what to do, and no call', async () => {
    const ran = await runCli(['status', '--name', 'ocr', '--project', 'my-project'], { env: { PATH: '' } });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('gcloud auth application-default login');
  });
});

test('plan shows what would change and changes nothing', async () => {
  const before = (await requests()).length;
  const ran = await run(['plan', '--name', 'ocr', '--entry-point', 'ocr', '--memory', '512Mi']);
  expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('availableMemory: 256M -> 512Mi')]);
  expect(ran.err).toContain('Logged in as deployer@');
  const made = (await requests()).slice(before);
  const writes = made.filter(
    ({ method, path }) =>
      method !== 'GET' && !/:(getIamPolicy|testIamPermissions|getAncestry)|tokeninfo|entries:list/.test(path),
  );
  expect(writes).toEqual([]);
});

test('status shows what serves, and says as whom it looked', async () => {
  const owner = {
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: '',
    GOOGLE_APPLICATION_CREDENTIALS: env().OWNER_CREDENTIALS_FILE as string,
  };
  const [text, data] = [
    await run(['status', '--name', 'ocr'], owner),
    await run(['status', '--name', 'ocr', '--json']),
  ];
  expect([text.code, text.out]).toEqual([0, expect.stringMatching(/100 % {2}█{10} {2}ocr-00001-\w+/)]);
  expect(text.err).toContain('Logged in as owner@example.com (from GOOGLE_APPLICATION_CREDENTIALS');
  expect(JSON.parse(data.out)).toMatchObject({
    name: 'ocr',
    revisions: [{ percent: 100, state: 'ready' }],
    release: { kind: 'none' },
    exposure: { exposure: 'private' },
  });
  expect((await run(['status', '--name', 'none'])).code).toBe(2);
});

test('logs shows why a revision failed, and exits with 1 if an entry says so', async () => {
  const quiet = await run(['logs', '--name', 'ocr', '--since', '1s']);
  expect([quiet.code, quiet.out]).toEqual([0, expect.stringContaining('No entry since')]);
  const { project, region } = client.sandbox;
  grant(
    client.sandbox.world.policies,
    `//cloudresourcemanager.googleapis.com/projects/${project}`,
    'roles/logging.logWriter',
    `serviceAccount:${env().SERVICE_ACCOUNT}`,
  );
  const written = await client.api('logging', 'POST', '/v2/entries:write', {
    logName: `projects/${project}/logs/run.googleapis.com%2Fstderr`,
    resource: {
      type: 'cloud_run_revision',
      labels: { location: region, service_name: 'ocr', revision_name: 'ocr-00001-abc' },
    },
    entries: [
      {
        severity: 'ERROR',
        textPayload: 'RangeError: page 7 of kim@example.com\n    at read (/workspace/ocr.js:3:1)',
      },
    ],
  });
  expect(written.status).toBe(200);
  const [text, data] = [
    await run(['logs', '--name', 'ocr']),
    await run(['logs', '--name', 'ocr', '--log-text', 'false', '--json']),
  ];
  expect([text.code, text.out]).toEqual([
    1,
    expect.stringContaining('RangeError at ocr.js:3: page 7 of ***'),
  ]);
  expect(data.out).not.toContain('page 7');
  expect(JSON.parse(data.out).evidence.logs.groups[0].lines[0]).toMatchObject({
    kind: 'exception',
    text: 'RangeError at ocr.js:3',
  });
});

test('smoke calls a private service as the invoker that it is told', async () => {
  const page = join(folder, 'page.png');
  writeFileSync(page, onePixel);
  writeFileSync(
    join(folder, 'backstay.smoke.yaml'),
    'version: 1\ncases:\n  - name: answers\n    image: page.png\n    expect: { status: 200, contains: [ok] }\n',
  );
  const own = await run(['smoke', '--name', 'ocr', '--ready-timeout', '5s']);
  expect([own.code, own.err + own.out]).toEqual([2, expect.stringContaining('--invoker-service-account')]);
  const as = ['--invoker-service-account', env().INVOKER_SERVICE_ACCOUNT as string];
  // The deployer may not act as the invoker, and neither may an owner, until the command that is printed has been run.
  const owner = {
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: '',
    GOOGLE_APPLICATION_CREDENTIALS: env().OWNER_CREDENTIALS_FILE as string,
  };
  const refused = await run(['smoke', '--name', 'ocr', ...as], owner);
  expect(refused.code).toBe(2);
  expect(refused.err + refused.out).toContain(
    `add-iam-policy-binding ${env().INVOKER_SERVICE_ACCOUNT} --role=roles/iam.serviceAccountOpenIdTokenCreator --member=user:owner@example.com --condition=None`,
  );
  const { world } = client.sandbox;
  const account = `//iam.googleapis.com/projects/${world.project}/serviceAccounts/${env().INVOKER_SERVICE_ACCOUNT}`;
  grant(world.policies, account, 'roles/iam.serviceAccountOpenIdTokenCreator', 'user:owner@example.com');
  const allowed = await run(['smoke', '--name', 'ocr', ...as], owner);
  expect([allowed.code, allowed.err + allowed.out]).toEqual([0, expect.stringContaining('Passed')]);
});

test('rollback refuses as the action does, with exit code 1', async () => {
  const ran = await run(['rollback', '--name', 'ocr', '--dry-run']);
  expect([ran.code, ran.out]).toEqual([1, expect.stringContaining('has no record of a release')]);
});

test('Ctrl-C ends a call that hangs, with exit code 130', async () => {
  await fetch(`${client.sandbox.control}/faults`, {
    method: 'POST',
    body: JSON.stringify({ api: 'cloudfunctions', times: 99, fault: { hang: true } }),
  });
  const ran = await runCli(['status', '--name', 'ocr'], {
    env: env(),
    signalAt: { text: 'Logged in as', signal: 'SIGINT' },
  });
  await fetch(`${client.sandbox.control}/faults`, { method: 'DELETE' });
  expect([ran.code, ran.signal]).toEqual([130, null]);
  expect(ran.err).not.toMatch(/\bat \S+\.js:\d+/);
});
