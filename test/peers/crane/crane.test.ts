import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Client, openSandbox } from '../../sandbox/support/client.ts';
import { tarOf } from '../../sandbox/support/image.ts';

/** `crane`, the client of github.com/google/go-containerregistry, as someone who pushes an image from a workflow uses it. */
const path = [process.env.PATH, join(homedir(), 'go', 'bin')].join(delimiter);
const version = spawnSync('crane', ['version'], { encoding: 'utf8', env: { PATH: path }, timeout: 100_000 });
const installed = version.status === 0;
const withCrane = installed ? describe : describe.skip;

jest.setTimeout(300_000);

const server = `require('node:http').createServer((_, response) => response.end('from ' + process.env.K_SERVICE))
  .listen(process.env.PORT);`;

withCrane('a real crane', () => {
  let client: Client;
  let home: string;
  let image: string;
  beforeAll(async () => {
    client = await openSandbox();
    home = mkdtempSync(join(tmpdir(), 'bs-crane-'));
    const host = new URL(client.sandbox.env.GHA_ENDPOINT_OVERRIDE_registry as string).host;
    image = `${host}/${client.sandbox.project}/containers/ocr`;
  });
  afterAll(async () => {
    await client.sandbox.stop();
    rmSync(home, { recursive: true, force: true });
  });
  const crane = (...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const env = { PATH: path, HOME: home };
      execFile('crane', args, { env, cwd: home, timeout: 100_000 }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout: stdout.trim(), stderr }),
      );
    });
  const good = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await crane(...args);
    expect({ args, code, stderr: code ? stderr : '' }).toEqual({ args, code: 0, stderr: '' });
    return stdout;
  };

  test('is refused without a login, and logs in with an access token', async () => {
    writeFileSync(join(home, 'app.tar'), tarOf({ 'app/server.js': server }));
    const refused = await crane('append', '--new_layer', 'app.tar', '--new_tag', `${image}:v1`);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('403 Forbidden')]);
    const token = await client.accessToken();
    await good('auth', 'login', image.split('/')[0] as string, '-u', 'oauth2accesstoken', '-p', token);
  });

  test('pushes an image, which Cloud Run resolves and runs', async () => {
    await good('append', '--new_layer', 'app.tar', '--new_tag', `${image}:raw`);
    await good(
      'mutate',
      `${image}:raw`,
      '--set-platform',
      'linux/amd64',
      '--entrypoint',
      'node,/app/server.js',
      '--tag',
      `${image}:v1`,
    );
    const digest = await good('digest', `${image}:v1`);
    const body = { template: { containers: [{ image: `${image}:v1` }] } };
    const { body: started } = await client.api(
      'run',
      'POST',
      `/v2/${client.parent}/services?serviceId=ocr`,
      body,
    );
    expect((await client.wait('run', started.name)).error).toBeUndefined();
    const revisions = await client.api('run', 'GET', `/v2/${client.parent}/services/ocr/revisions`);
    expect(revisions.body.revisions[0].containers[0].image).toBe(`${image}@${digest}`);
    const { uri } = await client.service('ocr');
    expect((await client.call(uri, await client.idToken(uri), 'GET')).text).toBe('from ocr');
  });

  test('lists, reads, copies, indexes and deletes', async () => {
    expect((await good('ls', image)).split('\n').sort()).toEqual(['raw', 'v1']);
    expect(JSON.parse(await good('config', `${image}:v1`)).config.Entrypoint).toEqual([
      'node',
      '/app/server.js',
    ]);
    await good('validate', '--remote', `${image}:v1`);
    await good('copy', `${image}:v1`, `${image}-copy:v2`);
    expect(await good('digest', `${image}-copy:v2`)).toBe(await good('digest', `${image}:v1`));
    await good('index', 'append', '--manifest', `${image}:v1`, '--tag', `${image}:multi`);
    expect(JSON.parse(await good('manifest', `${image}:multi`)).manifests[0].platform).toEqual({
      os: 'linux',
      architecture: 'amd64',
    });
    await good('tag', `${image}:v1`, 'stable');
    await good('pull', `${image}:stable`, 'out.tar');
    const refused = await crane('delete', `${image}@${await good('digest', `${image}:raw`)}`);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('artifactregistry.repositories.deleteArtifacts'),
    ]);
  });
});

if (!installed)
  test('crane is not installed: skipped', () => {
    process.stderr.write('crane.test: skipped, there is no crane on the PATH or in ~/go/bin\n');
    expect(installed).toBe(false);
  });
