import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Client, inline, type Json, openSandbox } from './support/client.ts';
import { zipOf } from './support/zip.ts';

jest.setTimeout(300_000);

let client: Client;
beforeAll(async () => {
  client = await openSandbox();
});
afterAll(() => client.sandbox.stop());

const bucket = 'run-sources-sandbox-project-us-central1';
const imageUri = 'us-central1-docker.pkg.dev/sandbox-project/containers/fn';

/** Uploads a source as a client does, and returns its location. */
async function upload(name: string, files: Record<string, string>): Promise<string> {
  await client.api('storage', 'POST', '/storage/v1/b?project=sandbox-project', { name: bucket });
  const token = (
    await client.control('POST', '/tokens', {
      member: `serviceAccount:${client.sandbox.env.SERVICE_ACCOUNT}`,
    })
  ).body.accessToken;
  const url = `${client.sandbox.world.urls.get('storage')}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`;
  const { body } = await client.send(url, 'POST', zipOf(files), {
    authorization: `Bearer ${token}`,
    'content-type': 'application/zip',
  });
  return `gs://${body.bucket}/${body.name}#${body.generation}`;
}
const service = (sourceLocation: string, config: Json = {}, container: Json = {}): Json => ({
  template: { containers: [{ image: imageUri, baseImageUri: 'nodejs24', ...container }] },
  buildConfig: {
    sourceLocation,
    functionTarget: 'ocr',
    imageUri,
    baseImage: 'nodejs24',
    enableAutomaticUpdates: true,
    ...config,
  },
});
const create = (id: string, body: Json) =>
  client.api('run', 'POST', `/v2/${client.parent}/services?serviceId=${id}`, body);
async function made(id: string, body: Json): Promise<Json> {
  const answer = await create(id, body);
  if (answer.status !== 200) throw new Error(answer.text);
  return ended(answer.body.name as string);
}
/** Waits for an operation that may install packages. */
async function ended(operation: string): Promise<Json> {
  for (const end = Date.now() + 110_000; Date.now() < end; ) {
    const { body } = await client.api('run', 'POST', `/v2/${operation}:wait`, { timeout: '100s' });
    if (body.done) return body;
  }
  throw new Error(`${operation} never ended`);
}
const answers = async (id: string) => {
  const { uri } = await client.service(id);
  return (await client.call(uri, await client.idToken(uri))).status;
};

describe("a function that Cloud Run's API makes", () => {
  test('is built from its source, and its revision runs the image by digest', async () => {
    const done = await made('fn', service(await upload('fn/1.zip', inline(200))));
    expect(done.error).toBeUndefined();
    const { buildConfig, labels } = await client.service('fn');
    expect(buildConfig).toMatchObject({
      functionTarget: 'ocr',
      baseImage: 'nodejs24',
      enableAutomaticUpdates: true,
    });
    expect(labels).toBeUndefined();
    const { body } = await client.api('run', 'GET', `/v2/${client.parent}/services/fn/revisions`);
    expect(body.revisions[0].containers[0]).toMatchObject({
      baseImageUri: 'nodejs24',
      image: expect.stringMatching(/\/containers\/fn@sha256:/),
    });
    const build = await client.api('cloudbuild', 'GET', `/v1/${buildConfig.name}`);
    expect(build.body).toMatchObject({
      status: 'SUCCESS',
      results: { images: [{ digest: body.revisions[0].containers[0].image.split('@')[1] }] },
    });
    expect(await answers('fn')).toBe(200);
    expect((await client.function('fn')).status).toBe(404);
  });

  test('is built again for a new source, and not for a setting', async () => {
    const builds = async () =>
      (await client.api('cloudbuild', 'GET', '/v1/projects/sandbox-project/locations/us-central1/builds'))
        .body.builds.length;
    const patch = async (mask: string, body: Json) => {
      const answer = await client.patchService('fn', mask, body);
      return client.wait('run', answer.body.name as string);
    };
    const before = await builds();
    const { template } = await client.service('fn');
    const next = await patch('template.scaling.max_instance_count', {
      template: { scaling: { maxInstanceCount: 7 } },
    });
    expect([next.error, await builds()]).toEqual([undefined, before]);
    const sourceLocation = await upload('fn/2.zip', inline(201));
    await patch('buildConfig.sourceLocation', { buildConfig: { sourceLocation } });
    expect([await answers('fn'), await builds()]).toEqual([201, before + 1]);
    expect((await client.service('fn')).template.containers).toEqual(template.containers);
  });

  test('whose build fails keeps what serves, and says why', async () => {
    const sourceLocation = await upload('fn/3.zip', {
      'sandbox.json': JSON.stringify({ buildFails: 'no such package' }),
    });
    const answer = await client.patchService('fn', 'buildConfig', {
      buildConfig: { ...service(sourceLocation).buildConfig },
    });
    const done = await client.wait('run', answer.body.name as string);
    expect(done.error).toMatchObject({ code: 3, message: expect.stringContaining('no such package') });
    expect(await answers('fn')).toBe(201);
  });

  test.each([
    ['without a source', ''],
    ['from a place that is not Cloud Storage', 'https://example.com/a.zip'],
  ])('%s is refused before anything changes', async (_, sourceLocation) => {
    const answer = await create('bad', service(sourceLocation));
    expect([answer.status, answer.body.error.message]).toEqual([
      400,
      expect.stringContaining('source_location'),
    ]);
  });

  test('may be a whole server, which its start script starts, with a base image for any language', async () => {
    const files = {
      'package.json': JSON.stringify({ name: 'app', scripts: { start: 'node server.js' } }),
      'server.js': "require('node:http').createServer((_, r) => r.end('app')).listen(process.env.PORT)",
    };
    const source = service(await upload('app/1.zip', files), { baseImage: 'google-22/run' });
    const { functionTarget: _, ...buildConfig } = source.buildConfig as Json;
    expect((await made('app', { ...source, buildConfig })).error).toBeUndefined();
    const { uri } = await client.service('app');
    expect((await client.call(uri, await client.idToken(uri))).text).toBe('app');
  });

  test('from an object that is not there fails its build', async () => {
    const done = await made('lost', service(`gs://${bucket}/none.zip`));
    expect(done.error.message).toContain('No such object');
  });

  test('needs the permission to build, and to act as the account of the build', async () => {
    const { accessToken } = (
      await client.control('POST', '/tokens', {
        member: 'serviceAccount:dev@sandbox-project.iam.gserviceaccount.com',
      })
    ).body;
    const project = '//cloudresourcemanager.googleapis.com/projects/sandbox-project';
    const before = client.sandbox.world.policies.get(project).bindings;
    const member = 'serviceAccount:dev@sandbox-project.iam.gserviceaccount.com';
    const runtime =
      '//iam.googleapis.com/projects/sandbox-project/serviceAccounts/123456789012-compute@developer.gserviceaccount.com';
    await client.control('PATCH', '/settings', {
      policies: {
        [project]: [...before, { role: 'roles/run.developer', members: [member] }],
        [runtime]: [
          {
            role: 'roles/iam.serviceAccountUser',
            members: [member, `serviceAccount:${client.sandbox.env.SERVICE_ACCOUNT}`],
          },
        ],
      },
    });
    const denied = await client.api(
      'run',
      'POST',
      `/v2/${client.parent}/services?serviceId=mine`,
      service(`gs://${bucket}/fn/1.zip`),
      accessToken,
    );
    expect([denied.status, denied.body.error.message]).toEqual([
      403,
      expect.stringContaining('cloudbuild.builds.create'),
    ]);
  });
});

describe('a function that leaves Cloud Functions', () => {
  test('is a Cloud Run service afterwards, with its URLs, and is released as one', async () => {
    await client.deploy('det', inline(200));
    const before = await client.service('det');
    const answer = await client.api(
      'cloudfunctions',
      'POST',
      `/v2/${client.parent}/functions/det:detachFunction`,
      {},
    );
    expect(answer.status).toBe(200);
    expect((await client.wait('cloudfunctions', answer.body.name)).error).toBeUndefined();
    expect((await client.function('det')).status).toBe(404);
    const after = await client.service('det');
    expect(after.urls).toEqual(before.urls);
    expect(after.labels).toBeUndefined();
    expect(after.buildConfig).toMatchObject({
      functionTarget: 'ocr',
      sourceLocation: expect.stringMatching(/^gs:\/\/gcf-v2-sources/),
    });
    expect(await answers('det')).toBe(200);
    const sourceLocation = await upload('det/2.zip', inline(201));
    const patched = await client.patchService('det', 'buildConfig.sourceLocation', {
      buildConfig: { sourceLocation },
    });
    expect((await client.wait('run', patched.body.name)).error).toBeUndefined();
    expect(await answers('det')).toBe(201);
  });
});

const python = spawnSync('python3', ['-m', 'venv', '--help'], { encoding: 'utf8' }).status === 0;
const withPython = python ? describe : describe.skip;

withPython('a Python source', () => {
  test('is built with its requirements in an environment, and answers', async () => {
    const files = {
      'main.py':
        'import os\ndef ocr(request):\n    return {"service": os.environ["K_SERVICE"], "got": len(request.data)}\n',
      'requirements.txt': 'functions-framework==3.9.2\n',
    };
    const done = await made('py', service(await upload('py/1.zip', files), { baseImage: 'python313' }));
    if (
      /Could not find a version|Temporary failure in name resolution|Failed to establish/.test(
        done.error?.message ?? '',
      )
    ) {
      process.stderr.write('run-functions.test: skipped, PyPI cannot be reached\n');
      return;
    }
    expect(done.error).toBeUndefined();
    const { uri } = await client.service('py');
    const { body } = await client.call(uri, await client.idToken(uri), 'POST', 'abc');
    expect(body).toEqual({ service: 'py', got: 3 });
  });

  test('with a mistake in it, or without main.py, fails its build as at Google', async () => {
    const wrong = await made(
      'py2',
      service(
        await upload('py/2.zip', {
          'main.py': 'def ocr(:\n',
          'requirements.txt': 'functions-framework==3.9.2\n',
        }),
        { baseImage: 'python313' },
      ),
    );
    expect(wrong.error.message).toMatch(/SyntaxError|invalid syntax/);
    const none = await made(
      'py3',
      service(await upload('py/3.zip', { 'app.py': '' }), { baseImage: 'python313' }),
    );
    expect(none.error.message).toContain('missing main.py and GOOGLE_FUNCTION_SOURCE not specified');
  });
});

if (!python)
  test('Python is not installed: skipped', () => {
    process.stderr.write(
      'run-functions.test: the Python builds are skipped, there is no python3 with venv\n',
    );
    expect(python).toBe(false);
  });
