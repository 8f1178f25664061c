import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, openSandbox } from './support/client.ts';
import { digestOf, Registry } from './support/image.ts';

let client: Client;
let registry: Registry;
let token: string;
let base: string;
beforeAll(async () => {
  client = await openSandbox();
  registry = new Registry(client);
  token = await client.accessToken();
  base = `http://${registry.host}`;
});
afterAll(() => client.sandbox.stop());

const path = 'sandbox-project/containers/ocr';
const call = (
  method: string,
  at: string,
  body?: unknown,
  headers: Record<string, string> = {},
  bearer = token,
) =>
  client.send(at.startsWith('http') ? at : `${base}${at}`, method, body, {
    ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
    ...headers,
  });
const bytes = { 'content-type': 'application/octet-stream' };
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

describe('the login', () => {
  test('names the place of tokens, which gives one for an access token', async () => {
    const refused = await call('GET', '/v2/', undefined, {}, '');
    expect([
      refused.status,
      refused.body.errors?.[0].code ?? JSON.parse(refused.text).errors[0].code,
    ]).toEqual([401, 'UNAUTHORIZED']);
    expect(refused.headers.get('www-authenticate')).toBe(
      `Bearer realm="${base}/v2/token",service="${registry.host}"`,
    );
    const basic = Buffer.from(`oauth2accesstoken:${token}`).toString('base64');
    const given = await client.send(
      `${base}/v2/token?service=x&scope=repository:${path}:pull`,
      'GET',
      undefined,
      { authorization: `Basic ${basic}` },
    );
    expect(given.body).toMatchObject({ token: expect.any(String), expires_in: 3600 });
    expect((await call('GET', '/v2/', undefined, {}, given.body.token)).status).toBe(200);
  });

  test('names the scope of an image, and refuses a wrong password', async () => {
    const refused = await call('GET', `/v2/${path}/manifests/v1`, undefined, {}, '');
    expect(refused.headers.get('www-authenticate')).toContain(`scope="repository:${path}:pull"`);
    const basic = Buffer.from('oauth2accesstoken:nonsense').toString('base64');
    expect(
      (await client.send(`${base}/v2/token`, 'GET', undefined, { authorization: `Basic ${basic}` })).status,
    ).toBe(401);
  });

  test('without an identity gives a token that reads nothing here', async () => {
    const { body } = await client.send(`${base}/v2/token`);
    const answer = await call('GET', `/v2/${path}/manifests/v1`, undefined, {}, body.token);
    expect([answer.status, answer.text]).toEqual([
      403,
      expect.stringContaining('Unauthenticated request. Permission'),
    ]);
  });

  test('of an account that may only read does not push', async () => {
    const { accessToken } = (
      await client.control('POST', '/tokens', {
        member: `serviceAccount:${client.sandbox.env.READER_SERVICE_ACCOUNT}`,
      })
    ).body;
    const answer = await call('POST', `/v2/${path}/blobs/uploads/`, undefined, {}, accessToken);
    expect([answer.status, JSON.parse(answer.text).errors[0].code]).toEqual([403, 'DENIED']);
    expect(answer.text).toContain('artifactregistry.repositories.uploadArtifacts');
  });
});

describe('blobs', () => {
  const data = Buffer.from('a layer of forty characters, in two parts');
  const digest = digestOf(data);

  test('are pushed in chunks, and read again', async () => {
    const begun = await call('POST', `/v2/${path}/blobs/uploads/`);
    const at = `${base}${begun.headers.get('location')}`;
    expect(begun.status).toBe(202);
    const first = await call('PATCH', at, data.subarray(0, 20), { ...bytes, 'content-range': '0-19' });
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-19']);
    const gap = await call('PATCH', at, data.subarray(30), { ...bytes, 'content-range': '30-40' });
    expect([gap.status, JSON.parse(gap.text).errors[0].code]).toEqual([400, 'BLOB_UPLOAD_INVALID']);
    expect((await call('GET', at)).headers.get('range')).toBe('0-19');
    const wrong = await call('PUT', `${at}?digest=${digestOf(Buffer.from('x'))}`, data.subarray(20), bytes);
    expect([wrong.status, JSON.parse(wrong.text).errors[0].code]).toEqual([400, 'DIGEST_INVALID']);
  });

  test('are pushed in one request, and mounted in another repository', async () => {
    const put = await call('POST', `/v2/${path}/blobs/uploads/?digest=${digest}`, data, bytes);
    expect([put.status, put.headers.get('docker-content-digest')]).toEqual([201, digest]);
    const head = await call('HEAD', `/v2/${path}/blobs/${digest}`);
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(data.length)]);
    expect((await call('GET', `/v2/${path}/blobs/${digest}`)).text).toBe(data.toString());
    const other = 'sandbox-project/containers/other';
    expect((await call('HEAD', `/v2/${other}/blobs/${digest}`)).status).toBe(404);
    const mounted = await call('POST', `/v2/${other}/blobs/uploads/?mount=${digest}&from=${path}`);
    expect([mounted.status, (await call('HEAD', `/v2/${other}/blobs/${digest}`)).status]).toEqual([201, 200]);
  });
});

describe('manifests', () => {
  test('are kept as they were sent, under tag and digest', async () => {
    const { digest } = await registry.push(path, 'v1', { files: { 'a.txt': 'a' } });
    const byTag = await call('GET', `/v2/${path}/manifests/v1`);
    expect([
      byTag.status,
      byTag.headers.get('docker-content-digest'),
      byTag.headers.get('content-type'),
    ]).toEqual([200, digest, manifestType]);
    expect(digestOf(Buffer.from(byTag.text))).toBe(digest);
    expect((await call('HEAD', `/v2/${path}/manifests/${digest}`)).status).toBe(200);
  });

  test('that name a blob that was not pushed, or are none, are refused', async () => {
    const missing = { mediaType: 'x', digest: digestOf(Buffer.from('gone')), size: 4 };
    const put = (body: unknown, type = manifestType) =>
      call('PUT', `/v2/${path}/manifests/bad`, Buffer.from(JSON.stringify(body)), { 'content-type': type });
    const code = async (answer: ReturnType<typeof put>) => JSON.parse((await answer).text).errors[0].code;
    expect(await code(put({ schemaVersion: 2, config: missing, layers: [] }))).toBe('MANIFEST_BLOB_UNKNOWN');
    expect(await code(put({ schemaVersion: 1 }))).toBe('MANIFEST_INVALID');
    expect(await code(put({}, 'text/plain'))).toBe('MANIFEST_INVALID');
    expect(await code(put([]))).toBe('MANIFEST_INVALID');
    expect((await call('HEAD', `/v2/${path}/manifests/bad`)).status).toBe(404);
  });

  test('are listed by tag in pages, and moved with a tag', async () => {
    await registry.push(path, 'v2', { files: { 'a.txt': 'b' } });
    const moved = await registry.push(path, 'v1', { files: { 'a.txt': 'c' } });
    const first = await call('GET', `/v2/${path}/tags/list?n=1`);
    expect(first.body).toEqual({ name: path, tags: ['v1'] });
    expect(first.headers.get('link')).toBe(`</v2/${path}/tags/list?n=1&last=v1>; rel="next"`);
    expect((await call('GET', `/v2/${path}/tags/list?n=1&last=v1`)).body.tags).toEqual(['v2']);
    expect((await call('HEAD', `/v2/${path}/manifests/v1`)).headers.get('docker-content-digest')).toBe(
      moved.digest,
    );
  });

  test('list what refers to them', async () => {
    const empty = await call('GET', `/v2/${path}/referrers/${digestOf(Buffer.from('none'))}`);
    expect([empty.status, JSON.parse(empty.text).manifests]).toEqual([200, []]);
    const subject = await registry.push(path, 'v3', {});
    const config = await registry.blob(path, Buffer.from('{}'));
    const signature = await registry.manifest(path, 'sig', manifestType, {
      schemaVersion: 2,
      artifactType: 'application/x-signature',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', ...config },
      layers: [],
      subject,
    });
    const found = JSON.parse((await call('GET', `/v2/${path}/referrers/${subject.digest}`)).text);
    expect(found.manifests).toEqual([
      expect.objectContaining({ digest: signature.digest, artifactType: 'application/x-signature' }),
    ]);
  });

  test('in a repository that does not exist, or under half a name, are refused', async () => {
    const none = await call('GET', '/v2/sandbox-project/nothing/ocr/manifests/v1');
    expect([none.status, JSON.parse(none.text).errors[0]]).toEqual([
      404,
      { code: 'NAME_UNKNOWN', message: 'Repository "nothing" not found' },
    ]);
    expect((await call('GET', '/v2/sandbox-project/containers/manifests/v1')).status).toBe(400);
    expect((await call('GET', `/v2/${path}/nonsense`)).status).toBe(405);
  });
});
