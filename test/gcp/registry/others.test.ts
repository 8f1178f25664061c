import { execFile } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { imageRemedy } from '../../../src/domain/image/image.ts';
import { anonymousToken } from '../../../src/gcp/registry/anonymous.ts';
import type { RegistryOptions } from '../../../src/gcp/registry/ask.ts';
import { createImages } from '../../../src/gcp/registry/images.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import { send } from '../../../src/http/send.ts';
import { testWith } from '../../support/foreign-tool.ts';
import { type Dialect, dialects, indexType, listType } from './dialects.ts';
import { type Options, StandIn } from './stand-in.ts';

/** The resolver of images, over HTTP, against a stand-in that behaves as the registries of others document it. */

const started: StandIn[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

async function open(options: Options = {}, dialect: Dialect = dialects.dockerHub) {
  const registry = await StandIn.start(dialect, options);
  started.push(registry);
  const slept: number[] = [];
  const clock = {
    now: () => 0,
    steady: () => 0,
    sleep: async (milliseconds: number) => void slept.push(milliseconds),
  };
  const asking: RegistryOptions = {
    endpoints: endpoints({}),
    clock,
    userAgent: 'test',
    accessToken: async () => 'ya29.google',
    send: (request) => send({ ...request, url: registry.route(request.url) }),
  };
  return { registry, slept, asking, images: createImages(asking) };
}
const reads = ({ seen }: StandIn) =>
  seen.filter(({ at, path }) => at === 'registry' && /manifests/.test(path));

describe('Docker Hub', () => {
  test.each([
    ['an OCI index', ['linux/amd64', 'linux/arm64'], indexType],
    ["Docker's list of manifests", ['linux/amd64', 'linux/arm64'], listType],
    ['one image', ['linux/amd64'], indexType],
  ])('%s: the digest is that of what the tag names, read once', async (_, platforms, type) => {
    const { registry, images } = await open();
    const digest = registry.add('library/python', '3.13-slim', platforms, type);
    expect(await images.resolve('python:3.13-slim')).toEqual({
      ok: true,
      image: { asked: 'python:3.13-slim', image: `docker.io/library/python@${digest}`, digest },
    });
    // The first one is answered by the challenge, and is no read of an image.
    expect(reads(registry).map(({ method, authorization }) => [method, authorization !== undefined])).toEqual(
      [
        ['GET', false],
        ['GET', true],
      ],
    );
    expect(JSON.stringify(registry.seen)).not.toContain('ya29');
  });

  test('an image by its digest', async () => {
    const { registry, images } = await open();
    const digest = registry.add('acme/ocr', 'v1', ['linux/amd64', 'linux/arm64']);
    expect(await images.resolve(`acme/ocr@${digest}`)).toMatchObject({ ok: true, image: { digest } });
  });

  test('one image for another machine is found by its configuration, which lies elsewhere', async () => {
    const { registry, images } = await open();
    registry.add('acme/ocr', 'arm', ['linux/arm64']);
    expect(await images.resolve('acme/ocr:arm')).toMatchObject({
      ok: false,
      problem: { problem: 'platform', has: ['linux/arm64'] },
    });
    const elsewhere = registry.seen.filter(({ at }) => at === 'blobs');
    expect(elsewhere.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('an index without linux/amd64', async () => {
    const { registry, images } = await open();
    registry.add('acme/ocr', 'arm', ['linux/arm64', 'linux/s390x']);
    expect(await images.resolve('acme/ocr:arm')).toMatchObject({
      ok: false,
      problem: { problem: 'platform', has: ['linux/arm64', 'linux/s390x'] },
    });
  });

  test('what a cache has compressed on the way has the same digest', async () => {
    const { registry, images } = await open({ compressed: true });
    const digest = registry.add('acme/ocr', 'v1', ['linux/amd64', 'linux/arm64']);
    expect(await images.resolve('acme/ocr:v1')).toMatchObject({ ok: true, image: { digest } });
  });

  test.each([
    ['a tag that does not exist', 'acme/ocr:none', { problem: 'absent', by: 'tag' }],
    ['a private repository', 'acme/private:v1', { problem: 'denied', host: 'docker.io' }],
  ])('%s', async (_, image, problem) => {
    const { registry, images } = await open();
    registry.add('acme/private', 'v1', ['linux/amd64']);
    registry.close('acme/private');
    expect(await images.resolve(image)).toMatchObject({ ok: false, problem });
  });

  test('the last read that the limit allows is enough', async () => {
    const { registry, images } = await open({ left: 1 });
    registry.add('acme/ocr', 'v1', ['linux/amd64', 'linux/arm64']);
    expect(await images.resolve('acme/ocr:v1')).toMatchObject({ ok: true });
  });

  test('a limit that is spent for hours ends the run at once, and says how much it is', async () => {
    const { registry, images, slept } = await open({ left: 0 });
    registry.add('acme/ocr', 'v1', ['linux/amd64', 'linux/arm64']);
    await expect(images.resolve('acme/ocr:v1')).rejects.toMatchObject({
      code: 'remote-error',
      what: 'The registry registry-1.docker.io answered 429: too many requests (100 in 6h00m).',
      fix: expect.stringContaining('remote repository of Artifact Registry'),
    });
    expect([slept, reads(registry).length]).toEqual([[], 2]);
  });

  test.each([
    ['soon', 2, 3],
    ['after minutes', 300, 0],
  ])('a registry that wants to be asked again %s', async (_, retryAfter, times) => {
    const { registry, images, slept } = await open({ left: 0, retryAfter });
    registry.add('acme/ocr', 'v1', ['linux/amd64', 'linux/arm64']);
    await expect(images.resolve('acme/ocr:v1')).rejects.toMatchObject({ code: 'remote-error' });
    expect(slept.length).toBe(times);
    for (const milliseconds of slept) expect(milliseconds).toBeGreaterThanOrEqual(2000);
  });
});

/** Cloud Run pulls from none of them, so nothing is asked. A remote repository of Artifact Registry stands before them. */
describe.each([
  ['ghcr.io/acme/ocr:v1', dialects.github],
  ['quay.io/acme/ocr:v1', dialects.quay],
  ['public.ecr.aws/acme/ocr:v1', dialects.amazon],
] as const)('%s', (image, dialect) => {
  test('is refused without a request, and the remedy names a way', async () => {
    const { registry, images } = await open({}, dialect);
    registry.add('acme/ocr', 'v1', ['linux/amd64']);
    const answer = await images.resolve(image);
    expect(answer).toMatchObject({ ok: false, problem: { problem: 'registry', host: dialect.host } });
    if (!answer.ok) expect(imageRemedy(answer.problem)).toContain('remote repository');
    expect(registry.seen).toEqual([]);
  });

  test('its challenge is understood: a token without an account opens what everyone may read', async () => {
    const { registry, asking } = await open({}, dialect);
    registry.add('acme/ocr', 'v1', ['linux/amd64']);
    const url = `http://${registry.at('registry')}/v2/acme/ocr/manifests/v1`;
    const ask = (headers: Record<string, string>) => send({ method: 'GET', url, headers, timeoutMs: 60_000 });
    const first = await ask({});
    const token = await anonymousToken(asking, first.headers['www-authenticate'], undefined);
    expect([first.status, typeof token]).toEqual([401, 'string']);
    // A token travels in plain text only to this machine.
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
  });
});

test('GitHub gives no token for what is private', async () => {
  const { registry, asking } = await open({}, dialects.github);
  registry.close('acme/ocr');
  const challenge = `Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:acme/ocr:pull"`;
  expect(await anonymousToken(asking, challenge, undefined)).toBeUndefined();
});

const install = 'go install github.com/google/go-containerregistry/cmd/crane@v0.20.6';
for (const [what, platforms] of [
  ['an index', ['linux/amd64', 'linux/arm64']],
  ['one image', ['linux/amd64']],
] as const)
  testWith('crane', install, `a real crane reads the same digest: ${what}`, async (crane) => {
    const { registry: named, images } = await open();
    const { registry } = await open({ addresses: 'loopback' });
    const digest = named.add('library/python', 'slim', platforms);
    expect(registry.add('library/python', 'slim', platforms)).toBe(digest);
    const read = (...args: string[]) =>
      new Promise<string>((resolve, reject) => {
        execFile(crane, args, { timeout: 100_000 }, (error, stdout) =>
          error ? reject(error) : resolve(stdout.trim()),
        );
      });
    const image = `${registry.at('registry')}/library/python:slim`;
    expect(await read('digest', image)).toBe(digest);
    const config = await read('config', '--platform', 'linux/amd64', image);
    expect(JSON.parse(config)).toMatchObject({ os: 'linux', architecture: 'amd64' });
    const answer = await images.resolve('python:slim');
    expect(answer).toMatchObject({ ok: true, image: { digest } });
  });
