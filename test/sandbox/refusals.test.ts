import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, inline, type Json, openSandbox } from './support/client.ts';

/** What Google refuses and this sandbox once let pass, and the order in which Google's checks come. */

let client: Client;
let nothing: string;
beforeAll(async () => {
  client = await openSandbox({ buildMs: 300 });
  const { body } = await client.control('POST', '/tokens', { member: 'user:stranger@example.org' });
  nothing = body.accessToken;
});
afterAll(() => client.sandbox.stop());

const functions = () => `/v2/${client.parent}/functions`;
async function body(service: Json = {}, rest: Json = {}, build: Json = {}): Promise<Json> {
  const storageSource = await client.upload(inline(200));
  return {
    buildConfig: { runtime: 'nodejs24', entryPoint: 'ocr', source: { storageSource }, ...build },
    serviceConfig: service,
    ...rest,
  };
}
const create = async (id: string, content: Json, token?: string) =>
  client.api('cloudfunctions', 'POST', `${functions()}?functionId=${id}`, content, token);

describe('names and places', () => {
  test('foo_bar and foo-bar have one service, so only the first is created, also while it is at its build', async () => {
    const content = await body();
    const first = await create('foo_bar', content);
    expect(first.status).toBe(200);
    const second = await create('foo-bar', await body());
    expect(second.status).toBe(409);
    expect(second.body.error).toMatchObject({ status: 'ALREADY_EXISTS' });
    expect(second.body.error.message).toContain('Could not create Cloud Run service foo-bar.');
    expect((await client.wait('cloudfunctions', first.body.name)).error).toBeUndefined();
    expect((await create('foo-bar', await body())).status).toBe(409);
    expect((await client.service('foo-bar')).name).toBe(`${client.parent}/services/foo-bar`);
  });

  test('a location that does not exist is refused as one that the caller may not use', async () => {
    const path = functions().replace(client.sandbox.region, 'us-centrall1');
    const answer = await client.api('cloudfunctions', 'POST', `${path}?functionId=far`, await body());
    expect(answer.status).toBe(403);
    expect(answer.body.error.message).toContain("Permission denied on 'locations/us-centrall1'");
  });
});

describe('settings that do not fit together', () => {
  test.each<[string, Json, Json, Json, RegExp]>([
    [
      'a key without a repository',
      {},
      { kmsKeyName: 'projects/p/locations/l/keyRings/r/cryptoKeys/k' },
      {},
      /docker_repository/,
    ],
    ['egress without a connector', { vpcConnectorEgressSettings: 'ALL_TRAFFIC' }, {}, {}, /VPC connector/],
  ])('%s', async (_name, service, rest, build, message) => {
    const answer = await create('unfit', await body(service, rest, build));
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toMatch(message);
    expect((await client.function('unfit')).status).toBe(404);
  });

  test('the same settings are taken with what they need', async () => {
    const kmsKeyName = 'projects/p/locations/l/keyRings/r/cryptoKeys/k';
    const dockerRepository = `${client.parent}/repositories/own`;
    const service = {
      vpcConnector: `${client.parent}/connectors/c`,
      vpcConnectorEgressSettings: 'ALL_TRAFFIC',
    };
    const answer = await create('fit', await body(service, { kmsKeyName }, { dockerRepository }));
    expect({ status: answer.status, error: answer.body.error }).toEqual({ status: 200, error: undefined });
    await client.wait('cloudfunctions', answer.body.name);
  });

  test('a lower bound above the upper one fails the change of the service', async () => {
    const ended = await client.deploy('bounds', inline(200), {
      service: { minInstanceCount: 5, maxInstanceCount: 2 },
    });
    expect(ended.error.message).toMatch(/minScale 5 is above maxScale 2/);
  });
});

describe('a lock file out of step with package.json', () => {
  const lock = (packages: Json) => JSON.stringify({ lockfileVersion: 3, packages });
  const source = (dependencies: Json, packages: Json) => ({
    'index.js': "exports.ocr = (_req, res) => res.send('ok');",
    'package.json': JSON.stringify({ dependencies }),
    'package-lock.json': lock(packages),
  });
  test.each<[string, Json, Json, RegExp]>([
    [
      'a package is missing',
      { 'left-pad': '^1.3.0' },
      { '': {} },
      /Missing: left-pad@\^1\.3\.0 from lock file/,
    ],
    [
      'a version does not fit',
      { yaml: '^2.0.0' },
      { 'node_modules/yaml': { version: '1.10.2' } },
      /Invalid: lock file's yaml@1\.10\.2 does not satisfy yaml@\^2\.0\.0/,
    ],
  ])('%s', async (_name, dependencies, packages, message) => {
    const ended = await client.deploy('locked', source(dependencies, packages));
    expect(ended.error.message).toMatch(/npm ci/);
    expect(ended.error.message).toMatch(message);
    const { body: listed } = await client.api(
      'cloudbuild',
      'GET',
      `/v1/${client.parent}/builds?filter=status="FAILURE"`,
    );
    expect(listed.builds[0].failureInfo.detail).toMatch(message);
  });

  test('a lock file that is in step builds and starts', async () => {
    const ended = await client.deploy('instep', source({}, { '': {} }));
    expect(ended.error).toBeUndefined();
  });
});

describe('bodies of reads', () => {
  const project = () => `/v1/projects/${client.sandbox.project}`;
  test.each<[string, () => [api: string, path: string, body: unknown]]>([
    ['getIamPolicy', () => ['cloudresourcemanager', `${project()}:getIamPolicy`, { option: {} }]],
    [
      'getIamPolicy, a version that is text',
      () => [
        'cloudresourcemanager',
        `${project()}:getIamPolicy`,
        { options: { requestedPolicyVersion: 'three' } },
      ],
    ],
    [
      'testIamPermissions',
      () => ['cloudresourcemanager', `${project()}:testIamPermissions`, { permission: [] }],
    ],
    [
      'testIamPermissions, a number',
      () => ['cloudresourcemanager', `${project()}:testIamPermissions`, { permissions: [1] }],
    ],
    ['getAncestry', () => ['cloudresourcemanager', `${project()}:getAncestry`, { depth: 2 }]],
    ['entries:list, an unknown name', () => ['logging', '/v2/entries:list', { resourceName: 'x' }]],
    [
      'entries:list, a filter that is no text',
      () => [
        'logging',
        '/v2/entries:list',
        { resourceNames: [`projects/${client.sandbox.project}`], filter: 7 },
      ],
    ],
    ['batchEnable', () => ['serviceusage', `${project()}/services:batchEnable`, { services: [] }]],
  ])('%s is refused with 400', async (_name, request) => {
    const [api, path, content] = request();
    const answer = await client.api(api, 'POST', path, content);
    expect(answer.status).toBe(400);
    expect(answer.body.error.status).toBe('INVALID_ARGUMENT');
  });
});

describe('the order of checks: 401, 400, 403, 409', () => {
  test('a bad body comes before a missing permission, and a missing permission before an existing name', async () => {
    const good = await body();
    expect((await create('foo_bar', { wrong: 1 }, 'no-token')).status).toBe(401);
    expect((await create('foo_bar', { wrong: 1 }, nothing)).status).toBe(400);
    expect((await create('foo_bar', good, nothing)).status).toBe(403);
    expect((await create('foo_bar', good)).status).toBe(409);
  });

  test.each<[string, () => [api: string, method: string, path: string, good: Json]]>([
    ['a policy', () => ['run', 'POST', `/v2/${client.parent}/services/foo-bar:setIamPolicy`, { policy: {} }]],
    [
      'a change of a service',
      () => ['run', 'PATCH', `/v2/${client.parent}/services/foo-bar?updateMask=traffic`, { traffic: [] }],
    ],
    [
      'a change of a function',
      () => ['cloudfunctions', 'PATCH', `${functions()}/foo_bar?updateMask=labels`, { labels: {} }],
    ],
    [
      'a new account',
      () => [
        'iam',
        'POST',
        `/v1/projects/${client.sandbox.project}/serviceAccounts`,
        { accountId: 'shipper' },
      ],
    ],
    [
      'a log entry',
      () => [
        'logging',
        'POST',
        '/v2/entries:write',
        {
          entries: [
            {
              logName: `projects/${client.sandbox.project}/logs/a`,
              resource: { type: 'global' },
              textPayload: 'x',
            },
          ],
        },
      ],
    ],
  ])('%s', async (_name, request) => {
    const [api, method, path, good] = request();
    expect((await client.api(api, method, path, { ...good, wrong: 1 }, nothing)).status).toBe(400);
    expect((await client.api(api, method, path, good, nothing)).status).toBe(403);
  });
});

test('a filter on operations is honoured', async () => {
  const list = async (filter: string) =>
    (
      await client.api(
        'cloudfunctions',
        'GET',
        `/v2/${client.parent}/operations?filter=${encodeURIComponent(filter)}`,
      )
    ).body.operations;
  const all = await list('');
  expect(all.length).toBeGreaterThan(2);
  const own = await list(`metadata.target="${client.parent}/functions/foo_bar"`);
  expect(own).toHaveLength(1);
  expect(await list('done=false')).toEqual([]);
  expect(await list('done=true')).toHaveLength(all.length);
});
