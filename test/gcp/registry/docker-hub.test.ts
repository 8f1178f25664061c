import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createImages } from '../../../src/gcp/registry/images.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import type { HttpResponse, send } from '../../../src/http/send.ts';

/** Docker Hub as its documentation describes it: a challenge, a token endpoint on another host, then the manifest. */

const challenge = (scope: string) =>
  `Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:${scope}:pull"`;
const manifest = JSON.stringify({
  schemaVersion: 2,
  manifests: [{ digest: `sha256:${'1'.repeat(64)}`, platform: { os: 'linux', architecture: 'amd64' } }],
});
const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;

interface Hub {
  /** What the token endpoint answers. */
  token?: { status: number; body?: string };
  /** What the registry answers to a request with a token. */
  registry?: { status: number; body?: string };
}

function hub({
  token = { status: 200, body: '{"token":"anonymous"}' },
  registry = { status: 200, body: manifest },
}: Hub) {
  const seen: { url: string; authorization: string | undefined }[] = [];
  const answer = (status: number, body = '', headers: Record<string, string> = {}): HttpResponse => ({
    ...{ status, headers, body: Buffer.from(body), milliseconds: 1, truncated: false },
  });
  const sender: typeof send = async ({ url, headers = {} }) => {
    const { authorization } = headers as Record<string, string | undefined>;
    seen.push({ url: String(url), authorization });
    const { host, pathname } = new URL(String(url));
    if (host === 'auth.docker.io') return answer(token.status, token.body);
    const path = /^\/v2\/(.*)\/manifests\//.exec(pathname)?.[1] ?? '';
    if (authorization !== 'Bearer anonymous') return answer(401, '', { 'www-authenticate': challenge(path) });
    return answer(registry.status, registry.body, { 'www-authenticate': challenge(path) });
  };
  let time = 0;
  const sleep = async (milliseconds: number) => {
    time += milliseconds;
  };
  const images = createImages({
    endpoints: endpoints({}),
    clock: { now: () => time, steady: () => time, sleep },
    userAgent: 'test',
    accessToken: async () => 'ya29.google',
    send: sender,
  });
  return { seen, images };
}

describe('an image of Docker Hub', () => {
  test('that is public is resolved with a token that needs no account', async () => {
    const { seen, images } = hub({});
    expect(await images.resolve('python:3.13-slim')).toMatchObject({ ok: true, image: { digest } });
    expect(seen.map(({ url }) => url)).toEqual([
      'https://registry-1.docker.io/v2/library/python/manifests/3.13-slim',
      'https://auth.docker.io/token?service=registry.docker.io&scope=repository%3Alibrary%2Fpython%3Apull',
      'https://registry-1.docker.io/v2/library/python/manifests/3.13-slim',
    ]);
    // The token of this run goes to Google alone.
    expect(JSON.stringify(seen)).not.toContain('ya29');
  });

  test.each<[string, Hub]>([
    ['that is private: the token does not open it', { registry: { status: 401 } }],
    ['that is private: the registry says so', { registry: { status: 403 } }],
    ['that is private: there is no token', { token: { status: 401 } }],
    ['that is private: the token endpoint refuses', { token: { status: 403 } }],
    ['whose token cannot be read', { token: { status: 200, body: 'oops' } }],
  ])('%s', async (_what, given) => {
    const { seen, images } = hub(given);
    const found = await images.resolve('acme/private:v1');
    expect(found).toMatchObject({ ok: false, problem: { problem: 'denied', host: 'docker.io' } });
    expect(JSON.stringify(seen)).not.toContain('ya29');
  });

  test.each([
    ['acme/ocr:none', 'tag'],
    [`acme/ocr@sha256:${'0'.repeat(64)}`, 'digest'],
  ])('that does not exist: %s', async (image, by) => {
    const { images } = hub({ registry: { status: 404 } });
    expect(await images.resolve(image)).toMatchObject({ ok: false, problem: { problem: 'absent', by } });
  });

  test('that is read too often is no missing image: the error says what to do', async () => {
    const { seen, images } = hub({ registry: { status: 429 } });
    await expect(images.resolve('acme/ocr:v1')).rejects.toMatchObject({
      code: 'remote-error',
      what: 'The registry registry-1.docker.io answered 429: too many requests.',
      fix: expect.stringContaining('remote repository of Artifact Registry'),
    });
    expect(seen.length).toBeGreaterThan(4);
  });

  test('whose token endpoint is down is asked for again, and then the run stops', async () => {
    const { seen, images } = hub({ token: { status: 503 } });
    await expect(images.resolve('acme/ocr:v1')).rejects.toMatchObject({ code: 'remote-error' });
    expect(seen.filter(({ url }) => url.startsWith('https://auth.docker.io'))).toHaveLength(4);
  });
});
