import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Client, inline, type Json, openSandbox } from './support/client.ts';

const version = spawnSync('gcloud', ['version', '--format=value(core)'], {
  encoding: 'utf8',
  timeout: 100_000,
});
const installed = version.status === 0;
const withGcloud = installed ? describe : describe.skip;

// Each call of gcloud takes a second on an idle machine, and many seconds on a busy one.
jest.setTimeout(300_000);

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

withGcloud('a real gcloud with nothing but the printed environment', () => {
  let client: Client;
  let home: string;
  beforeAll(async () => {
    client = await openSandbox();
    home = mkdtempSync(join(tmpdir(), 'bs-gcloud-'));
  });
  afterAll(async () => {
    await client.sandbox.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const gcloud = (...args: string[]) =>
    new Promise<Run>((resolve) => {
      const env = { PATH: process.env.PATH ?? '', HOME: home, ...client.sandbox.env };
      execFile(
        'gcloud',
        [...args, '--quiet'],
        { env, cwd: home, timeout: 100_000 },
        (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
      );
    });
  const write = (files: Record<string, string>) => {
    const folder = join(home, 'src');
    mkdirSync(folder, { recursive: true });
    // gcloud refuses a Node.js source without a package.json.
    for (const [name, text] of Object.entries({ 'package.json': '{}', ...files }))
      writeFileSync(join(folder, name), text);
  };
  const here = () => `--region=${client.sandbox.region}`;
  const good = async (...args: string[]) => {
    const run = await gcloud(...args);
    expect({ code: run.code, stderr: run.code ? run.stderr : '' }).toEqual({ code: 0, stderr: '' });
    return run;
  };
  const deploy = (...flags: string[]) =>
    gcloud(
      'functions',
      'deploy',
      'ocr',
      '--gen2',
      here(),
      '--runtime=nodejs22',
      '--trigger-http',
      '--source=src',
      '--entry-point=ocr',
      ...flags,
    );

  test('deploys a new function that is private', async () => {
    write(inline(200));
    const run = await deploy('--no-allow-unauthenticated', '--memory=512MB', '--max-instances=10');
    expect({ code: run.code, stderr: run.code ? run.stderr : '' }).toEqual({ code: 0, stderr: '' });
    const { body } = await client.function('ocr');
    expect(body.labels).toEqual({ 'deployment-tool': 'cli-gcloud' });
    expect(body.serviceConfig).toMatchObject({ availableMemory: '512M', maxInstanceCount: 10 });
    expect((await client.call(body.url, undefined)).status).toBe(403);
  });

  test('deploys it again, keeps the settings that the command does not name, and leaves traffic alone', async () => {
    write(inline(201));
    const run = await deploy('--no-allow-unauthenticated', '--update-labels=a=b', '--set-env-vars=K=V');
    expect({ code: run.code, stderr: run.code ? run.stderr : '' }).toEqual({ code: 0, stderr: '' });
    const { body } = await client.function('ocr');
    expect(body.labels).toEqual({ a: 'b', 'deployment-tool': 'cli-gcloud' });
    expect(body.serviceConfig).toMatchObject({
      availableMemory: '512M',
      maxInstanceCount: 10,
      environmentVariables: { K: 'V' },
    });
    expect((await client.call(body.url, await client.idToken(body.serviceConfig.uri))).status).toBe(201);
  });

  test('describes and lists it', async () => {
    const described = JSON.parse(
      (await good('functions', 'describe', 'ocr', '--gen2', here(), '--format=json')).stdout,
    ) as Json;
    expect(described).toMatchObject({ state: 'ACTIVE', environment: 'GEN_2' });
    const listed = JSON.parse((await good('functions', 'list', '--format=json')).stdout) as Json[];
    expect(listed.map(({ name }) => name)).toEqual([described.name]);
  });

  test('reads its policy and lets an account invoke it', async () => {
    expect((await good('functions', 'get-iam-policy', 'ocr', '--gen2', here())).stdout).toContain('etag');
    const member = `serviceAccount:${client.sandbox.env.READER_SERVICE_ACCOUNT}`;
    await good('functions', 'add-invoker-policy-binding', 'ocr', here(), `--member=${member}`);
    const { body } = await client.api('run', 'GET', `/v2/${client.parent}/services/ocr:getIamPolicy`);
    expect(body.bindings).toEqual([{ role: 'roles/run.invoker', members: [member] }]);
  });

  test('shows why a build failed', async () => {
    write({ 'sandbox.json': JSON.stringify({ buildFails: 'could not resolve tesseract.js' }) });
    const run = await deploy();
    expect(run.code).not.toBe(0);
    expect(run.stderr).toContain('could not resolve tesseract.js');
    write(inline(200));
  });

  test('reads the logs of the revision', async () => {
    const { uri } = await client.service('ocr');
    await client.call(uri, undefined);
    const run = await gcloud('logging', 'read', 'httpRequest.status=403', '--limit=1', '--format=json');
    expect({ code: run.code, stderr: run.code ? run.stderr : '' }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(run.stdout)[0].resource.labels.service_name).toBe('ocr');
  });

  test('deletes it', async () => {
    await good('functions', 'delete', 'ocr', '--gen2', here());
    expect((await client.function('ocr')).status).toBe(404);
    const missing = await gcloud('functions', 'describe', 'ocr', '--gen2', here());
    expect(missing.code).not.toBe(0);
  });
});

if (!installed)
  test('gcloud is not installed: skipped', () => {
    process.stderr.write('gcloud.test: skipped, there is no gcloud on the PATH\n');
    expect(installed).toBe(false);
  });
