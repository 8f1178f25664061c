import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gatewayState } from '../../sandbox/gateway/state.ts';
import { type GatewayWorld, gatewayWorld } from '../support/gateway-world.ts';

/** API Gateway's control API, and its data plane against the answers that esp-v2 publishes in its own tests. */
let w: GatewayWorld;
let owner: string;
beforeAll(async () => {
  w = await gatewayWorld();
  owner = (await w.client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body.accessToken;
});
afterAll(() => w?.stop());

const apis = () => `/v1/projects/${w.sandbox.project}/locations/global/apis`;
const gateways = () => `/v1/${w.client.parent}/gateways`;
const api = (method: string, path: string, body?: unknown) =>
  w.client.api('apigateway', method, path, body, owner);

async function ended(name: string) {
  for (const end = Date.now() + 100_000; Date.now() < end; ) {
    const { body } = await api('GET', `/v1/${name}`);
    if (body.done) return body;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`${name} never ended`);
}

const config = (text: string) => ({
  gatewayServiceAccount: `projects/-/serviceAccounts/${w.account}`,
  openapiDocuments: [{ document: { path: 'openapi.yaml', contents: Buffer.from(text).toString('base64') } }],
});
const document = (more = '', operation = '', security = '[{ key: [] }]') => `swagger: '2.0'
info: { title: ocr, version: '1' }
basePath: /v1
securityDefinitions:
  key: { type: apiKey, name: x-api-key, in: header }
  token: { type: oauth2, x-google-issuer: https://accounts.google.com, x-google-audiences: ocr }
security: ${security}
x-google-backend: { address: '${w.url}', deadline: 60 }
${more}
paths:
  /text/{page}:
    get:
      operationId: text
${operation}      responses: {}
`;

async function make(id: string, text: string) {
  const made = await api('POST', `${apis()}/ocr/configs?apiConfigId=${id}`, config(text));
  if (made.status !== 200) throw new Error(made.text);
  const end = await ended(made.body.name);
  if (end.error) throw new Error(JSON.stringify(end.error));
}

/** Serves a document at the gateway `front`. */
async function serve(id: string, text: string) {
  await make(id, text);
  const apiConfig = `projects/${w.sandbox.project}/locations/global/apis/ocr/configs/${id}`;
  const there = (await api('GET', `${gateways()}/front`)).status === 200;
  const moved = there
    ? await api('PATCH', `${gateways()}/front?updateMask=apiConfig`, { apiConfig })
    : await api('POST', `${gateways()}?gatewayId=front`, { apiConfig });
  expect((await ended(moved.body.name)).error).toBeUndefined();
  await w.settled();
}

const body = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
  const host = [...gatewayState(w.sandbox.world).gateways.values()][0]?.defaultHostname;
  const answer = await w.client.send(`http://${host}${path}`, method, undefined, headers);
  return `${answer.status} ${answer.text}`;
};

test('configurations never change, need an API, and only an active one can be served', async () => {
  expect((await api('POST', `${apis()}/ocr/configs?apiConfigId=a`, config(document()))).status).toBe(404);
  const made = await api('POST', `${apis()}?apiId=ocr`, {});
  expect((await ended(made.body.name)).response).toMatchObject({
    managedService: expect.stringMatching(/apigateway/),
  });
  expect((await api('POST', `${apis()}?apiId=ocr`, {})).status).toBe(409);
  w.sandbox.world.disabledServices.delete(
    [...gatewayState(w.sandbox.world).apis.values()][0]?.managedService ?? '',
  );
  await make('a', document());
  expect((await api('POST', `${apis()}/ocr/configs?apiConfigId=a`, config(document()))).body).toMatchObject({
    error: { status: 'ALREADY_EXISTS' },
  });
  const patch = (mask: string, more: unknown) =>
    api('PATCH', `${apis()}/ocr/configs/a?updateMask=${mask}`, more);
  expect((await patch('openapiDocuments', config('x'))).status).toBe(400);
  expect((await patch('displayName', { displayName: 'A' })).status).toBe(200);
  const read = async (view: string) => (await api('GET', `${apis()}/ocr/configs/a${view}`)).body;
  expect((await read('')).openapiDocuments).toBeUndefined();
  expect((await read('?view=FULL')).openapiDocuments).toHaveLength(1);
  await serve('b', document());
  expect((await api('DELETE', `${apis()}/ocr/configs/b`)).body).toMatchObject({
    error: { status: 'FAILED_PRECONDITION' },
  });
});

test('a document that Google refuses leaves no configuration, and the operation has its lines', async () => {
  const bad = document().replace('/text/{page}', '/text/p{page}').replace('      operationId: text\n', '');
  const made = await api('POST', `${apis()}/ocr/configs?apiConfigId=bad`, config(bad));
  const end = await ended(made.body.name);
  expect(end.error).toMatchObject({
    code: 3,
    message: expect.stringMatching(/^Cannot convert to service config/),
  });
  expect(end.metadata.diagnostics).toEqual([
    { location: 'openapi.yaml:11', message: expect.stringMatching(/part of a segment/) },
    { location: 'openapi.yaml:12', message: expect.stringMatching(/operationId/) },
  ]);
  expect((await api('GET', `${apis()}/ocr/configs/bad`)).status).toBe(404);
});

test('every write needs its permission, and the account of the gateway needs actAs', async () => {
  const reader = (
    await w.client.control('POST', '/tokens', {
      member: `serviceAccount:${w.sandbox.env.READER_SERVICE_ACCOUNT}`,
    })
  ).body.accessToken;
  const asReader = (method: string, path: string, more?: unknown) =>
    w.client.api('apigateway', method, path, more, reader);
  expect((await asReader('GET', `${gateways()}/front`)).status).toBe(200);
  for (const [method, path] of [
    ['POST', `${apis()}?apiId=x`],
    ['POST', `${apis()}/ocr/configs?apiConfigId=x`],
    ['DELETE', `${apis()}/ocr/configs/a`],
    ['PATCH', `${gateways()}/front?updateMask=apiConfig`],
  ] as const)
    expect([path, (await asReader(method, path, {})).status]).toEqual([path, 403]);
});

describe('the data plane', () => {
  const withKey = () => ({ 'x-api-key': w.key });

  test('a key: none, a wrong one, a right one, and one whose service is off', async () => {
    await serve('key', document());
    expect(await body('/v1/text/1')).toMatch(
      /^401 \{"code":401,"message":"UNAUTHENTICATED: Method doesn't allow unregistered callers/,
    );
    expect(await body('/v1/text/1', { 'x-api-key': 'x' })).toBe(
      '400 {"code":400,"message":"INVALID_ARGUMENT: API key not valid. Please pass a valid API key."}',
    );
    expect(await body('/v1/text/1', withKey())).toMatch(/^200 /);
    const service = [...gatewayState(w.sandbox.world).apis.values()][0]?.managedService ?? '';
    w.sandbox.world.disabledServices.add(service);
    expect(await body('/v1/text/1', withKey())).toMatch(/^403 .*PERMISSION_DENIED/);
    w.sandbox.world.disabledServices.delete(service);
  });

  test('a path that is not defined, another case, and another method', async () => {
    const unknown = '404 {"code":404,"message":"The current request is not defined by this API."}';
    expect(await body('/text/1', withKey())).toBe(unknown);
    expect(await body('/V1/text/1', withKey())).toBe(unknown);
    expect(await body('/v1/text/1', withKey(), 'POST')).toMatch(/^405 .*its http method is not allowed/);
  });

  test('a token: none, a damaged one, a wrong audience, a right one', async () => {
    await serve('token', document('', '', '[{ token: [] }]'));
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    expect(await body('/v1/text/1')).toBe('401 {"code":401,"message":"Jwt is missing"}');
    expect(await body('/v1/text/1', bearer('x.y.z'))).toMatch(/^401 /);
    expect(await body('/v1/text/1', bearer(await w.client.idToken('https://other.example')))).toBe(
      '403 {"code":403,"message":"Audiences in Jwt are not allowed"}',
    );
    expect(await body('/v1/text/1', bearer(await w.client.idToken('ocr')))).toMatch(/^200 /);
  });

  test('what opens a path: an empty list, an empty alternative, a scheme that is not defined, x-google-allow', async () => {
    for (const [index, text] of [
      document('', '      security: []\n'),
      document('', '      security: [{}, { key: [] }]\n'),
      document('', '      security: [{ other: [] }]\n'),
    ].entries()) {
      await serve(`open-${index}`, text);
      expect([index, (await body('/v1/text/1')).slice(0, 3)]).toEqual([index, '200']);
    }
    await serve('open-all', document('x-google-allow: all'));
    expect(await body('/v1/anything')).toMatch(/^200 /);
    expect(await body('/v1/text/1')).toMatch(/^401 /);
  });

  test('the quota of a consumer, and the deadline of a backend', async () => {
    const quota =
      'x-google-management: { metrics: [{ name: reads }], quota: { limits: [{ name: l, metric: reads, values: { STANDARD: 2 } }] } }';
    // A quota is counted by the minute. The three calls are made early in one.
    const { world } = w.sandbox;
    world.settings.clockOffsetMs += 60_000 - (world.now() % 60_000);
    await serve('quota', document(quota, '      x-google-quota: { metricCosts: { reads: 1 } }\n'));
    const codes = [];
    for (let call = 0; call < 3; call++) codes.push((await body('/v1/text/1', withKey())).slice(0, 3));
    expect(codes).toEqual(['200', '200', '429']);
    await serve('deadline', document().replace('deadline: 60', 'deadline: 0.2'));
    await w.client.control('POST', '/faults', { api: 'invoke', times: 1, fault: { delayMs: 900 } });
    expect(await body('/v1/text/1', withKey())).toBe('504 {"code":504,"message":"upstream request timeout"}');
  });
});
