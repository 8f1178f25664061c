import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type Client, type Json, openSandbox } from './support/client.ts';
import { digestOf, Registry } from './support/image.ts';

const LATEST = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
const PINNED = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
let client: Client;
let registry: Registry;
let good: string;
const short = (name: string) => name.split('/').pop() as string;

beforeAll(async () => {
  client = await openSandbox();
  registry = new Registry(client);
  good = await registry.pushInline('ocr:v1', 200);
});
afterAll(() => client.sandbox.stop());

const create = (id: string, service: Json, query = ''): Promise<Answer> =>
  client.api('run', 'POST', `/v2/${client.parent}/services?serviceId=${id}${query}`, service);
const template = (image: string, more: Json = {}, container: Json = {}): Json => ({
  containers: [{ image, ...container }],
  ...more,
});
async function made(id: string, service: Json): Promise<Json> {
  const answer = await create(id, service);
  if (answer.status !== 200) throw new Error(answer.text);
  return client.wait('run', answer.body.name as string);
}
const newest = async (id: string): Promise<Json> =>
  (await client.api('run', 'GET', `/v2/${client.parent}/services/${id}/revisions`)).body.revisions[0];

describe('a service with an image', () => {
  test('is created with the defaults of Cloud Run, and serves', async () => {
    const started = await create('ocr', { template: template(good), labels: { a: 'b' } });
    expect([started.status, started.body.metadata?.['@type']]).toEqual([
      200,
      'type.googleapis.com/google.cloud.run.v2.Service',
    ]);
    const done = await client.wait('run', started.body.name);
    expect(done.error).toBeUndefined();
    const service = await client.service('ocr');
    expect(service).toMatchObject({
      labels: { a: 'b' },
      traffic: [{ type: LATEST, percent: 100 }],
      template: {
        timeout: '300s',
        maxInstanceRequestConcurrency: 80,
        serviceAccount: `${client.sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`,
        scaling: { maxInstanceCount: 100 },
        containers: [
          {
            image: good,
            resources: { limits: { cpu: '1', memory: '512Mi' } },
            ports: [{ containerPort: 8080 }],
          },
        ],
      },
    });
    expect(service.labels).not.toHaveProperty('goog-managed-by');
    expect(service.urls).toHaveLength(2);
    expect((await client.call(service.uri, await client.idToken(service.uri))).status).toBe(200);
  });

  test('keeps the tag in the template and the digest in the revision', async () => {
    const revision = await newest('ocr');
    expect((await client.service('ocr')).template.containers[0].image).toBe(good);
    expect(revision.containers[0].image).toMatch(/\/containers\/ocr@sha256:[0-9a-f]{64}$/);
    expect(revision.conditions[0]).toMatchObject({ type: 'Ready', state: 'CONDITION_SUCCEEDED' });
  });

  test('a second one of that name is refused, and so is a name that Cloud Run does not have', async () => {
    const again = await create('ocr', { template: template(good) });
    expect([again.status, again.body.error.status]).toEqual([409, 'ALREADY_EXISTS']);
    for (const id of ['Ocr', 'ocr-', 'x'.repeat(50), '1a', ''])
      expect([id, (await create(id, { template: template(good) })).status]).toEqual([id, 400]);
  });

  test('validateOnly checks everything and makes nothing', async () => {
    const answer = await create('draft', { template: template(good) }, '&validateOnly=true');
    expect([answer.status, answer.body.done]).toEqual([200, true]);
    expect((await client.api('run', 'GET', `/v2/${client.parent}/services/draft`)).status).toBe(404);
  });

  test.each<[string, Json, RegExp]>([
    ['no container', { containers: [] }, /containers/],
    ['no image', { containers: [{}] }, /image/],
    ['a reserved name', template('x', {}, { env: [{ name: 'PORT', value: '1' }] }), /reserved env names/],
    [
      'two containers without a port',
      { containers: [{ image: 'a' }, { image: 'b' }] },
      /exactly one container/,
    ],
    [
      'a size that does not exist',
      template('x', {}, { resources: { limits: { memory: '64Gi' } } }),
      /memory/,
    ],
    [
      'half a CPU for many requests',
      template('x', { maxInstanceRequestConcurrency: 9 }, { resources: { limits: { cpu: '500m' } } }),
      /cpu/,
    ],
    ['an unknown field', template('x', { replicas: 3 }), /Cannot find field/],
    ['a time out of range', template('x', { timeout: '9000s' }), /timeout/],
  ])('refuses %s before it changes anything', async (_what, sent, why) => {
    const answer = await create('wrong', { template: sent });
    expect([answer.status, answer.body.error.status]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(answer.body.error.message).toMatch(why);
  });
});

describe('a change of a service', () => {
  const patch = (mask: string, body: Json, query = '') => client.patchService('ocr', mask, body, query);
  const patched = async (mask: string, body: Json, query = ''): Promise<Json> => {
    const answer = await patch(mask, body, query);
    if (answer.status !== 200) throw new Error(answer.text);
    return client.wait('run', answer.body.name as string);
  };

  test('of one field of the template makes a revision and keeps every other field', async () => {
    await patched('template.containers', {
      template: template(
        good,
        {},
        { env: [{ name: 'A', value: '1' }], livenessProbe: { httpGet: { path: '/up' } } },
      ),
    });
    await patched('template.scaling.min_instance_count', { template: { scaling: { minInstanceCount: 1 } } });
    const { template: now } = await client.service('ocr');
    expect(now.scaling).toEqual({ minInstanceCount: 1, maxInstanceCount: 100 });
    expect(now.containers[0]).toMatchObject({
      env: [{ name: 'A', value: '1' }],
      livenessProbe: { httpGet: { path: '/up' } },
    });
    expect(short((await newest('ocr')).name)).toMatch(/^ocr-00003-/);
  });

  test('to what is there already makes no revision, unless one is asked for', async () => {
    const before = (await newest('ocr')).name;
    await patched('template.scaling.min_instance_count', { template: { scaling: { minInstanceCount: 1 } } });
    expect((await newest('ocr')).name).toBe(before);
    await patched(
      'template.scaling.min_instance_count',
      { template: { scaling: { minInstanceCount: 1 } } },
      '&forceNewRevision=true',
    );
    expect((await newest('ocr')).name).not.toBe(before);
  });

  test('may name its revision and send no traffic to it, but a tag', async () => {
    const { latestReadyRevision } = await client.service('ocr');
    const stable = short(latestReadyRevision);
    const traffic = [
      { type: PINNED, revision: stable, percent: 100 },
      { type: PINNED, revision: 'ocr-next', tag: 'bs-c' },
    ];
    const second = await registry.pushInline('ocr:v2', 201);
    const done = await patched('template.revision,template.containers,traffic', {
      template: template(second, { revision: 'ocr-next' }),
      traffic,
    });
    expect(done.error).toBeUndefined();
    const service = await client.service('ocr');
    const tagged = service.trafficStatuses.find(({ tag }: Json) => tag === 'bs-c');
    const token = await client.idToken(service.uri);
    expect((await client.call(tagged.uri, token)).status).toBe(201);
    expect((await client.call(service.uri, token)).status).toBe(200);
  });

  test('with a name that another revision has is refused', async () => {
    const answer = await patch('template', { template: template(good, { revision: 'ocr-next' }) });
    expect([answer.status, answer.body.error.status]).toEqual([409, 'ALREADY_EXISTS']);
    expect(answer.body.error.message).toBe(
      "Revision named 'ocr-next' with different configuration already exists.",
    );
  });

  test('with a stale etag is refused; a mask into a list or a map too', async () => {
    const stale = await patch('template', { template: template(good), etag: '"old"' });
    expect([stale.status, stale.body.error.status]).toEqual([409, 'ABORTED']);
    for (const mask of ['template.containers.image', 'template.labels.a', 'template.nothing'])
      expect([mask, (await patch(mask, { template: template(good) })).status]).toEqual([mask, 400]);
  });

  test('of a service that does not exist creates it only with allowMissing', async () => {
    const send = (query: string) =>
      client.api('run', 'PATCH', `/v2/${client.parent}/services/later?updateMask=template${query}`, {
        template: template(good),
      });
    expect((await send('')).status).toBe(404);
    const answer = await send('&allowMissing=true');
    expect((await client.wait('run', answer.body.name)).error).toBeUndefined();
  });
});

describe('an image that Cloud Run cannot run', () => {
  const failing = async (id: string, image: string) => (await made(id, { template: template(image) })).error;

  test('that does not exist fails the operation, and the service stays without a revision that serves', async () => {
    const error = await failing('gone', `${registry.host}/${client.sandbox.project}/containers/none:v1`);
    expect(error.code).toBe(5);
    expect(error.message).toMatch(
      /^Revision 'gone-00001-\w{3}' is not ready and cannot serve traffic\. Image '.*none:v1' not found\.$/,
    );
    const service = await client.service('gone');
    expect(service.terminalCondition).toMatchObject({ state: 'CONDITION_FAILED', message: error.message });
    expect(service.latestReadyRevision).toBeUndefined();
  });

  test('without linux/amd64', async () => {
    const path = `${client.sandbox.project}/containers/arm`;
    const arm = await registry.push(path, 'arm', { architecture: 'arm64' });
    const index = 'application/vnd.oci.image.index.v1+json';
    await registry.manifest(path, 'multi', index, {
      schemaVersion: 2,
      mediaType: index,
      manifests: [{ ...arm, platform: { os: 'linux', architecture: 'arm64' } }],
    });
    const error = await failing('arm', `${registry.host}/${path}:multi`);
    expect(error.message).toContain(
      "Container manifest type 'application/vnd.oci.image.index.v1+json' must support amd64/linux.",
    );
  });

  test('of an index is taken for linux/amd64, under the digest of the index', async () => {
    const path = `${client.sandbox.project}/containers/both`;
    const spec = JSON.stringify({ responses: [{ status: 202 }] });
    const amd = await registry.push(path, 'amd', { files: { 'sandbox.json': spec } });
    const arm = await registry.push(path, 'arm', { architecture: 'arm64' });
    const index = 'application/vnd.oci.image.index.v1+json';
    const { digest } = await registry.manifest(path, 'multi', index, {
      schemaVersion: 2,
      manifests: [
        { ...arm, platform: { os: 'linux', architecture: 'arm64' } },
        { ...amd, platform: { os: 'linux', architecture: 'amd64' } },
      ],
    });
    expect(
      (await made('both', { template: template(`${registry.host}/${path}:multi`) })).error,
    ).toBeUndefined();
    expect((await newest('both')).containers[0].image).toBe(`${registry.host}/${path}@${digest}`);
    const { uri } = await client.service('both');
    expect((await client.call(uri, await client.idToken(uri))).status).toBe(202);
  });

  test('that the caller may not read is refused before anything changes', async () => {
    const image = `${registry.host}/other-project/containers/ocr:v1`;
    const answer = await create('foreign', { template: template(image) });
    expect([answer.status, answer.body.error.status]).toEqual([403, 'PERMISSION_DENIED']);
    expect(answer.body.error.message).toContain(`User must have permission to read the image, ${image}.`);
    expect(answer.body.error.message).toContain('artifactregistry.repositories.downloadArtifacts');
  });

  test("that Cloud Run's own agent may not read fails the operation", async () => {
    await client.control('PATCH', '/settings', { obstacles: { agentNeedsReader: true } });
    const error = await failing('agent', good);
    await client.control('PATCH', '/settings', { obstacles: {} });
    expect(error.message).toContain('Google Cloud Run Service Agent service-');
    expect(error.message).toContain('must have permission to read the image');
  });
});

describe('who may deploy', () => {
  test('a caller without run.services.create, or without actAs, is refused', async () => {
    const reader = (
      await client.control('POST', '/tokens', {
        member: `serviceAccount:${client.sandbox.env.READER_SERVICE_ACCOUNT}`,
      })
    ).body.accessToken;
    const send = (token: string | undefined, service: Json) =>
      client.api('run', 'POST', `/v2/${client.parent}/services?serviceId=nope`, service, token);
    const denied = await send(reader, { template: template(good) });
    expect([denied.status, denied.body.error.message]).toEqual([
      403,
      expect.stringContaining('run.services.create'),
    ]);
    const other = await send(undefined, {
      template: template(good, { serviceAccount: 'x@sandbox-project.iam.gserviceaccount.com' }),
    });
    expect([other.status, other.body.error.message]).toEqual([
      403,
      expect.stringContaining('iam.serviceAccounts.actAs'),
    ]);
  });

  test('a service is deleted through its operation', async () => {
    const answer = await client.api('run', 'DELETE', `/v2/${client.parent}/services/both`);
    expect((await client.wait('run', answer.body.name)).done).toBe(true);
    expect((await client.api('run', 'GET', `/v2/${client.parent}/services/both`)).status).toBe(404);
  });
});

test('the helper makes digests as the registry does', () => {
  expect(digestOf(Buffer.from(''))).toBe(
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
});
