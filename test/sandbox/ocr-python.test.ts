import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { endpoints } from '../../src/http/endpoints.ts';
import { createSmokeHttp } from '../../src/http/smoke-client.ts';
import { smokeTest } from '../../src/steps/smoke/smoke-test.ts';
import { smokePorts } from '../support/smoke-ports.ts';
import { type Client, type Json, openSandbox } from './support/client.ts';
import { Registry, tarOf } from './support/image.ts';
import { zipOf } from './support/zip.ts';

/** The Python example, built and run as a function. pip needs seconds for its requirements the first time. */
jest.setTimeout(300_000);

const root = join(import.meta.dirname, '../..');
const example = join(root, 'examples/ocr-python');
const images = join(root, 'examples/smoke/images');
const python = spawnSync('python3', ['-m', 'venv', '--help']).status === 0;
const withPython = python ? describe : describe.skip;

/** The files of the example, and the language data that its script would fetch. */
function source(): Record<string, string | Uint8Array> {
  const files = readdirSync(example).filter((name) => /\.(?:py|txt)$/.test(name));
  const data = ['eng', 'kor'].map((language) => {
    const packed = join(
      root,
      'node_modules/@tesseract.js-data',
      language,
      `4.0.0_best_int/${language}.traineddata.gz`,
    );
    return [`tessdata/${language}.traineddata`, gunzipSync(readFileSync(packed))] as const;
  });
  return Object.fromEntries([
    ...files.map((name) => [name, readFileSync(join(example, name))] as const),
    ...data,
  ]);
}

/** The folder of packages in an environment that the sandbox has made. */
function packagesOf(name: string): string {
  const cache = join(process.env.SANDBOX_CACHE ?? join(homedir(), '.cache', 'backstay-sandbox'), 'python');
  const folders = readdirSync(cache).flatMap((environment) => {
    const lib = join(cache, environment, 'lib');
    return existsSync(lib) ? readdirSync(lib).map((version) => join(lib, version, 'site-packages')) : [];
  });
  return folders.find((folder) => existsSync(join(folder, name))) ?? '';
}

/** What the Dockerfile of the example says about the start of its image. */
function dockerfile(): Json {
  const text = readFileSync(join(root, 'examples/ocr-container/Dockerfile'), 'utf8');
  const last = text.slice(text.lastIndexOf('\nFROM '));
  const line = (name: string) => new RegExp(`^${name} (.+)$`, 'm').exec(last)?.[1] ?? '';
  for (const from of text.match(/^FROM .*$/gm) ?? []) expect(from).toMatch(/@sha256:[0-9a-f]{64}/);
  expect(line('USER')).toMatch(/^[1-9]\d*:/);
  return {
    Env: line('ENV').split(' '),
    WorkingDir: line('WORKDIR'),
    Cmd: JSON.parse(line('CMD')) as string[],
  };
}

withPython('the OCR function in Python', () => {
  let client: Client;
  let url = '';
  let token = '';
  let built = false;
  beforeAll(async () => {
    client = await openSandbox();
    const storageSource = await client.upload(zipOf(source()));
    const body = {
      buildConfig: { runtime: 'python313', entryPoint: 'ocr', source: { storageSource } },
      serviceConfig: { availableMemory: '1Gi', maxInstanceRequestConcurrency: 8, availableCpu: '1' },
    };
    const started = await client.api(
      'cloudfunctions',
      'POST',
      `/v2/${client.parent}/functions?functionId=ocr`,
      body,
    );
    for (const end = Date.now() + 150_000; Date.now() < end; ) {
      const { body: operation } = await client.api('cloudfunctions', 'GET', `/v2/${started.body.name}`);
      if (operation.done) {
        if (
          /Could not find a version|Failed to establish|name resolution/.test(operation.error?.message ?? '')
        )
          return;
        expect(operation.error).toBeUndefined();
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { uri } = await client.service('ocr');
    url = uri;
    token = await client.idToken(uri);
    built = true;
  }, 300_000);
  afterAll(() => client.sandbox.stop());

  const post = async (body: Uint8Array | string, contentType: string) => {
    const answer = await client.send(url, 'POST', body, {
      authorization: `Bearer ${token}`,
      'content-type': contentType,
    });
    return { status: answer.status, ...answer.body };
  };
  const skipped = () => {
    if (!built) process.stderr.write('ocr-python.test: skipped, PyPI cannot be reached\n');
    return !built;
  };

  test.each(['invoice-en', 'letter-en', 'receipt-ko', 'notice-ko', 'mixed'])(
    'reads %s without a mistake',
    async (name) => {
      if (skipped()) return;
      const answer = await post(readFileSync(join(images, `${name}.png`)), 'image/png');
      expect(answer).toMatchObject({
        status: 200,
        text: readFileSync(join(images, `${name}.txt`), 'utf8').trim(),
      });
    },
  );

  test('takes the shapes of Vision and Document AI', async () => {
    if (skipped()) return;
    const content = readFileSync(join(images, 'invoice-en.png')).toString('base64');
    const vision = await post(JSON.stringify({ requests: [{ image: { content } }] }), 'application/json');
    expect(vision).toMatchObject({
      responses: [{ fullTextAnnotation: { text: expect.stringContaining('TOTAL 128.40') } }],
    });
    const document = await post(JSON.stringify({ rawDocument: { content } }), 'application/json');
    expect(document).toMatchObject({ document: { text: expect.stringContaining('TOTAL 128.40') } });
  });

  test('with its cache it passes the suite of the example, whose preset changes language and options', async () => {
    if (skipped()) return;
    const storageSource = await client.upload(zipOf(source()));
    const started = await client.api(
      'cloudfunctions',
      'POST',
      `/v2/${client.parent}/functions?functionId=ocr-cached`,
      {
        buildConfig: { runtime: 'python313', entryPoint: 'ocr_cached', source: { storageSource } },
        serviceConfig: { availableMemory: '1Gi', maxInstanceRequestConcurrency: 8, availableCpu: '1' },
      },
    );
    for (const end = Date.now() + 150_000; Date.now() < end; ) {
      const { body: operation } = await client.api('cloudfunctions', 'GET', `/v2/${started.body.name}`);
      expect(operation.error).toBeUndefined();
      if (operation.done) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { uri } = await client.service('ocr-cached');
    const cachedToken = await client.idToken(uri);
    const ports = smokePorts(root, {
      http: createSmokeHttp(endpoints(client.sandbox.env), 'backstay-test'),
      tokens: { idToken: async () => cachedToken },
    });
    const suite = 'examples/smoke/cached.smoke.yaml';
    const result = await smokeTest(ports, { suite, target: { url: uri, audience: uri } });
    expect(result.cases.map(({ name, status, failures }) => [name, status, failures])).toEqual([
      ['Korean and English', 'passed', []],
      ['cache-correct', 'passed', []],
    ]);
  });

  test('is a container too, which runs what its Dockerfile puts together, and tells its health', async () => {
    if (skipped()) return;
    const registry = new Registry(client);
    const path = `${client.sandbox.project}/containers/ocr`;
    const folder = mkdtempSync(join(tmpdir(), 'bs-ocr-container-'));
    // The stage `packages` of the Dockerfile: what pip has installed for the function above.
    const packages = packagesOf('tesserocr');
    const tar = ['-C', packages, '--transform=s,^\\.,packages,', '-cf', join(folder, 'packages.tar'), '.'];
    expect(spawnSync('tar', tar, { stdio: 'inherit' }).status).toBe(0);
    const files = Object.entries(source()).map(([name, data]) => [`app/${name}`, data] as const);
    const server = readFileSync(join(root, 'examples/ocr-container/server.py'));
    const image = await registry.pushLayers(
      path,
      'v1',
      [
        readFileSync(join(folder, 'packages.tar')),
        tarOf(Object.fromEntries([...files, ['app/server.py', server]])),
      ],
      dockerfile(),
    );
    rmSync(folder, { recursive: true });
    const body = { template: { containers: [{ image, resources: { limits: { memory: '1Gi' } } }] } };
    const started = await client.api(
      'run',
      'POST',
      `/v2/${client.parent}/services?serviceId=ocr-container`,
      body,
    );
    const ended = await client.api('run', 'POST', `/v2/${started.body.name}:wait`, { timeout: '100s' });
    expect(ended.body).toMatchObject({ done: true, response: expect.anything() });
    const { uri } = await client.service('ocr-container');
    const authorization = `Bearer ${await client.idToken(uri)}`;
    expect((await client.send(`${uri}/health`, 'GET', undefined, { authorization })).body).toEqual({
      status: 'ok',
    });
    const png = readFileSync(join(images, 'receipt-ko.png'));
    const read = await client.send(uri, 'POST', png, { authorization, 'content-type': 'image/png' });
    expect(read.body.text).toBe(readFileSync(join(images, 'receipt-ko.txt'), 'utf8').trim());
    expect((await client.send(uri, 'GET', undefined, { authorization })).status).toBe(405);
  });

  test.each([
    ['an empty body', '', 'image/png', 400],
    ['bad base64', '{"image":"%%%"}', 'application/json', 400],
    ['text', 'hello', 'text/plain', 415],
    ['half an image', readFileSync(join(images, 'invoice-en.png')).subarray(0, 900), 'image/png', 422],
  ])('refuses %s', async (_, body, type, status) => {
    if (skipped()) return;
    expect(await post(body, type)).toMatchObject({
      status,
      error: { code: status, message: expect.any(String) },
    });
  });
});

if (!python)
  test('Python is not installed: skipped', () => {
    process.stderr.write('ocr-python.test: skipped, there is no python3 with venv\n');
    expect(python).toBe(false);
  });
