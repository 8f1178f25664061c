import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, inline, type Json, openSandbox } from './support/client.ts';

const LATEST = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
const PINNED = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
let client: Client;
let first: string;
let second: string;
const pin = (revision: string, percent: number, tag?: string) => ({
  type: PINNED,
  revision,
  percent,
  ...(tag ? { tag } : {}),
});
const short = (name: string) => name.split('/').pop() as string;

beforeAll(async () => {
  client = await openSandbox();
  await client.deploy('ocr', inline(200));
  await client.deploy('ocr', inline(201));
  const { body } = await client.api('run', 'GET', `/v2/${client.parent}/services/ocr/revisions`);
  [second, first] = body.revisions.map(({ name }: Json) => short(name));
});
afterAll(() => client.sandbox.stop());

describe('a service', () => {
  test("has the fields of a function's service", async () => {
    const service = await client.service('ocr');
    expect(service).toMatchObject({
      labels: { 'goog-managed-by': 'cloudfunctions' },
      ingress: 'INGRESS_TRAFFIC_ALL',
      traffic: [{ type: LATEST, percent: 100 }],
      trafficStatuses: [{ type: LATEST, percent: 100 }],
      terminalCondition: { type: 'Ready', state: 'CONDITION_SUCCEEDED' },
      template: {
        timeout: '60s',
        containers: [{ startupProbe: { timeoutSeconds: 240, tcpSocket: { port: 8080 } } }],
      },
    });
    const { body: fn } = await client.function('ocr');
    expect(service.customAudiences).toEqual([fn.url]);
    expect(service.urls).toEqual(expect.arrayContaining([fn.url, fn.serviceConfig.uri, service.uri]));
    expect(new Set(service.urls).size).toBe(3);
    expect(service.latestReadyRevision).toBe(`${service.name}/revisions/${second}`);
    expect(fn.serviceConfig).toMatchObject({
      service: service.name,
      revision: second,
      allTrafficOnLatestRevision: true,
    });
    expect(service.etag).toMatch(/^".+"$/);
  });

  test('reports reconciling until traffic has settled, then the same generation twice', async () => {
    await client.control('PATCH', '/settings', { trafficSettleMs: 500 });
    const { etag, generation } = await client.service('ocr');
    const answer = await client.patchService('ocr', 'traffic', { traffic: [pin(first, 100)], etag });
    expect(answer.body.done).toBeUndefined();
    const during = await client.service('ocr');
    expect(during).toMatchObject({
      reconciling: true,
      generation: String(Number(generation) + 1),
      observedGeneration: generation,
    });
    expect(during.trafficStatuses).toEqual([{ type: LATEST, percent: 100 }]);
    expect(during.terminalCondition.state).toBe('CONDITION_RECONCILING');
    const done = await client.wait('run', answer.body.name);
    expect(done.response.trafficStatuses).toEqual([{ type: PINNED, revision: first, percent: 100 }]);
    const after = await client.service('ocr');
    expect(after.reconciling).toBeUndefined();
    expect(after.observedGeneration).toBe(after.generation);
    expect((await client.function('ocr')).body.serviceConfig.allTrafficOnLatestRevision).toBeUndefined();
    await client.control('PATCH', '/settings', { trafficSettleMs: 20 });
  });

  test('a stale etag gets 409 ABORTED; a missing one is accepted', async () => {
    const { etag } = await client.service('ocr');
    await client.traffic('ocr', [pin(second, 100)]);
    const stale = await client.patchService('ocr', 'traffic', { traffic: [pin(first, 100)], etag });
    expect([stale.status, stale.body.error.status]).toEqual([409, 'ABORTED']);
    const none = await client.patchService('ocr', 'traffic', { traffic: [pin(second, 100)] });
    expect(none.status).toBe(200);
    await client.wait('run', none.body.name);
  });

  test('validateOnly checks and changes nothing', async () => {
    const before = await client.service('ocr');
    const good = await client.patchService(
      'ocr',
      'traffic',
      { traffic: [pin(first, 100)], etag: before.etag },
      '&validateOnly=true',
    );
    expect(good.body.done).toBe(true);
    const bad = await client.patchService(
      'ocr',
      'traffic',
      { traffic: [pin('ocr-00009-zzz', 100)] },
      '&validateOnly=true',
    );
    expect(bad.status).toBe(400);
    expect(await client.service('ocr')).toEqual(before);
  });

  test.each([
    ['a sum below 100', [{ percent: 50 }], /sum to 100/],
    ['a sum above 100', [{ percent: 100 }, { percent: 1 }], /sum to 100/],
    ['an unknown revision', [{ type: PINNED, revision: 'ocr-00077-abc', percent: 100 }], /was not found/],
    [
      'the full name of a revision',
      [{ type: PINNED, revision: 'projects/p/revisions/x', percent: 100 }],
      /short name/,
    ],
    ['REVISION without a revision', [{ type: PINNED, percent: 100 }], /needs a revision/],
    [
      'a tag twice',
      [
        { percent: 100, tag: 'a' },
        { percent: 0, tag: 'a' },
      ],
      /more than once/,
    ],
    ['a tag with a capital', [{ percent: 100, tag: 'Canary' }], /lower-case/],
    ['a tag too long for the service', [{ percent: 100, tag: 'a'.repeat(44) }], /at most 46/],
    ['a negative percentage', [{ percent: -1 }, { percent: 101 }], /between 0 and 100/],
    ['an unknown field', [{ percent: 100, tags: 'x' }], /Unknown name "tags"/],
  ])('%s is 400', async (_, traffic, message) => {
    const answer = await client.patchService('ocr', 'traffic', { traffic });
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toMatch(message);
  });

  test.each([
    ['annotations', { annotations: { team: 'ocr', 'backstay/record': '{}' } }],
    ['labels', { labels: { team: 'ocr' } }],
    ['ingress', { ingress: 'INGRESS_TRAFFIC_INTERNAL_ONLY' }],
    ['invokerIamDisabled', { invokerIamDisabled: true }],
    ['invoker_iam_disabled', {}],
    ['ingress,annotations', {}],
  ])('PATCH of %s sets the values in the body and clears the others', async (mask, body: Json) => {
    const answer = await client.patchService('ocr', mask, body);
    expect(answer.status).toBe(200);
    const { response } = await client.wait('run', answer.body.name);
    for (const path of mask
      .split(',')
      .map((name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))) {
      const cleared = path === 'ingress' ? 'INGRESS_TRAFFIC_ALL' : undefined;
      expect(response[path]).toEqual(body[path] ?? cleared);
    }
  });

  test.each([
    ['a reserved annotation', 'annotations', { annotations: { 'run.googleapis.com/x': 'y' } }, 400],
    ['a key of a map', 'annotations.team', { annotations: { team: 'x' } }, 400],
    ['an unknown mask path', 'traffics', {}, 400],
    ['an unknown enum', 'ingress', { ingress: 'OPEN' }, 400],
    ['no mask and no template', '', { traffic: [] }, 400],
    ['a template without a container', 'template', { template: {} }, 400],
  ])('%s is refused', async (_, mask, body, status) => {
    expect((await client.patchService('ocr', mask, body)).status).toBe(status);
  });
});

describe('revisions', () => {
  test('are listed newest first with conditions and a log link, and paged', async () => {
    const path = `/v2/${client.parent}/services/ocr/revisions`;
    const { body } = await client.api('run', 'GET', `${path}?pageSize=1`);
    expect(body.revisions[0]).toMatchObject({
      service: 'ocr',
      conditions: [{ type: 'Ready', state: 'CONDITION_SUCCEEDED' }, {}, {}],
    });
    expect(short(body.revisions[0].name)).toBe(second);
    const next = await client.api('run', 'GET', `${path}?pageSize=1&pageToken=${body.nextPageToken}`);
    expect(short(next.body.revisions[0].name)).toBe(first);
    expect(next.body.nextPageToken).toBeUndefined();
    const one = await client.api('run', 'GET', `${path}/${first}`);
    expect(one.body.logUri).toContain(first);
    expect((await client.api('run', 'GET', `${path}/ocr-00099-abc`)).status).toBe(404);
  });

  test('can be deleted unless they serve, are tagged or are the newest', async () => {
    const path = `/v2/${client.parent}/services/ocr/revisions`;
    await client.traffic('ocr', [pin(second, 100), pin(first, 0, 'old')]);
    expect((await client.api('run', 'DELETE', `${path}/${first}`)).status).toBe(400);
    expect((await client.api('run', 'DELETE', `${path}/${second}`)).status).toBe(400);
    await client.traffic('ocr', [pin(second, 100)]);
    expect((await client.api('run', 'DELETE', `${path}/${first}`)).status).toBe(200);
    expect((await client.api('run', 'GET', `${path}/${first}`)).status).toBe(404);
  });

  test('a revision that is no longer ready keeps the old split and fails the operation', async () => {
    const { runState } = await import('../../sandbox/run/model.ts');
    await client.deploy('frail', inline(200));
    await client.deploy('frail', inline(201));
    const revisions = (await client.api('run', 'GET', `/v2/${client.parent}/services/frail/revisions`)).body
      .revisions;
    const old = short(revisions[1].name);
    const service = [...runState(client.sandbox.world).services.values()].find(({ id }) => id === 'frail');
    (service?.revisions.get(old) as { state: string }).state = 'failed';
    const answer = await client.patchService('frail', 'traffic', { traffic: [pin(old, 100)] });
    const operation = await client.wait('run', answer.body.name);
    expect(operation.error.message).toContain('not ready');
    const after = await client.service('frail');
    expect(after.terminalCondition.state).toBe('CONDITION_FAILED');
    expect(after.trafficStatuses).toEqual([{ type: LATEST, percent: 100 }]);
  });
});

describe('policies', () => {
  const resource = (version: string) => `/${version}/${client.parent}/services/ocr`;

  test.each(['v1', 'v2'])('%s reads and writes with an etag', async (version) => {
    const read = await client.api(
      'run',
      'GET',
      `${resource(version)}:getIamPolicy?options.requestedPolicyVersion=3`,
    );
    const bindings = [{ role: 'roles/run.invoker', members: ['user:a@example.com'] }];
    const written = await client.api('run', 'POST', `${resource(version)}:setIamPolicy`, {
      policy: { bindings, etag: read.body.etag },
    });
    expect(written.body.bindings).toEqual(bindings);
    const stale = await client.api('run', 'POST', `${resource(version)}:setIamPolicy`, {
      policy: { bindings: [], etag: read.body.etag },
    });
    expect([stale.status, stale.body.error.status]).toEqual([409, 'ABORTED']);
    const clear = await client.api('run', 'POST', `${resource(version)}:setIamPolicy`, {
      policy: { etag: written.body.etag },
    });
    expect(clear.body.bindings).toBeUndefined();
  });

  test('testIamPermissions returns the permissions that the caller has', async () => {
    const ask = (body: object) => client.api('run', 'POST', `${resource('v2')}:testIamPermissions`, body);
    const held = await ask({ permissions: ['run.services.update', 'run.routes.invoke'] });
    expect(held.body).toEqual({ permissions: ['run.services.update', 'run.routes.invoke'] });
    expect((await ask({})).body).toEqual({});
  });

  test.each([
    ['of another kind of resource', { permissions: ['resourcemanager.projects.get'] }],
    ['that does not exist', { permissions: ['run.services.fly'] }],
    ['with a wildcard', { permissions: ['run.services.*'] }],
    ['in an unknown field', { permission: ['run.services.get'] }],
    ['that is not a text', { permissions: [7] }],
  ])('testIamPermissions refuses a permission %s', async (_, body) => {
    const path = `${resource('v2')}:testIamPermissions`;
    const answer = await client.api('run', 'POST', path, body);
    expect([answer.status, answer.body.error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });

  test('the invoker may neither read nor change it', async () => {
    const federated = await client.accessToken();
    const account = client.sandbox.env.INVOKER_SERVICE_ACCOUNT;
    const scope = ['https://www.googleapis.com/auth/cloud-platform'];
    const made = await client.api(
      'iamcredentials',
      'POST',
      `/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
      { scope },
      federated,
    );
    const token = made.body.accessToken as string;
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', '?updateMask=traffic'],
      ['GET', ':getIamPolicy'],
      ['POST', ':setIamPolicy'],
      ['GET', '/revisions'],
    ] as const)
      expect(
        (
          await client.api(
            'run',
            method,
            `${resource('v2')}${path}`,
            method === 'GET' ? undefined : {},
            token,
          )
        ).status,
      ).toBe(403);
  });
});
