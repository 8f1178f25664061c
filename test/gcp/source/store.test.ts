import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSourceStore } from '../../../src/gcp/source/store.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import { createRest } from '../../../src/http/rest.ts';
import { closeConnections } from '../../../src/http/send.ts';
import type { SourceStore } from '../../../src/steps/ports/source-store.ts';

interface Reply {
  status: number;
  body?: unknown;
  /** The connection ends without an answer, after the request was read. */
  reset?: boolean;
}

let server: Server;
let seen: string[];
let bodies: string[];
let tokens: (string | undefined)[];
/** The answer to a request, by its method and path. */
let answer: (call: string, nth: number) => Reply;
let store: SourceStore;
let folder: string;
let steady = 0;
const place = { project: 'p', region: 'us-central1', name: 'ocr' };
const bucket = 'run-sources-p-us-central1';
const ours = { items: [{ name: bucket }] };
const archive = () => {
  const path = join(folder, 'source.zip');
  writeFileSync(path, 'bytes');
  return { path, bytes: 5, remove: () => {} };
};
const kept = () => store.keep(place, { archive: archive(), sha256: 'a'.repeat(64) });
const count = (text: string) => seen.filter((call) => call.startsWith(text)).length;

const read = async (request: IncomingMessage) => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

beforeEach(async () => {
  [seen, bodies, tokens, steady] = [[], [], [], 0];
  folder = mkdtempSync(join(tmpdir(), 'bs-store-'));
  server = createServer(async (request, response) => {
    const call = `${request.method} ${request.url}`;
    bodies.push(await read(request));
    seen.push(call);
    tokens.push(request.headers.authorization);
    const { status, body, reset } = answer(call, seen.filter((one) => one === call).length);
    if (reset) return void request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = Object.fromEntries(
    ['run', 'storage', 'artifactregistry', 'cloudbuild'].map((api) => [`GHA_ENDPOINT_OVERRIDE_${api}`, base]),
  );
  const clock = {
    now: () => 0,
    steady: () => steady,
    sleep: async (milliseconds: number) => {
      steady += milliseconds;
    },
  };
  const accessToken = async () => 'secret-token';
  const redact = (text: string) => text.replaceAll('secret-token', '***');
  const log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
  const rest = createRest({ endpoints: endpoints(env), clock, log, accessToken, redact, userAgent: 'test' });
  store = createSourceStore({ rest, clock, accessToken, redact });
});
afterEach(async () => {
  closeConnections();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const isUpload = (call: string) => call.startsWith('POST /upload/');
const isObject = (call: string) => call.startsWith(`GET /storage/v1/b/${bucket}/o/`);
const plain = (call: string): Reply =>
  isObject(call) ? { status: 200, body: { generation: '17' } } : { status: 200, body: ours };

describe('an upload', () => {
  test('goes with a token to the bucket of the project, and names its generation', async () => {
    answer = plain;
    const location = await kept();
    expect(location).toMatch(
      /^gs:\/\/run-sources-p-us-central1\/services\/ocr\/a{64}-[0-9a-f-]{36}\.zip#17$/,
    );
    const at = seen.findIndex(isUpload);
    expect([bodies[at], tokens[at]]).toEqual(['bytes', 'Bearer secret-token']);
    expect(seen[at]).toContain('ifGenerationMatch=0');
    expect(count('POST /storage/v1/b')).toBe(0);
  });

  test('makes the bucket if the project has none, closed to the public', async () => {
    answer = (call) => (call.startsWith('GET /storage/v1/b?') ? { status: 200 } : plain(call));
    await kept();
    const body = JSON.parse(bodies[seen.findIndex((call) => call.startsWith('POST /storage/v1/b?'))] ?? '');
    expect(body).toEqual({
      name: bucket,
      location: 'us-central1',
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'enforced' },
    });
  });

  test('does not go to a bucket of that name that another project has', async () => {
    answer = (call) =>
      call.startsWith('POST /storage/v1/b?')
        ? { status: 409 }
        : { status: 200, body: { items: [{ name: `${bucket}-2` }] } };
    await expect(kept()).rejects.toMatchObject({
      code: 'upload-failed',
      what: expect.stringContaining('belongs to another project'),
    });
    expect(seen.some(isUpload)).toBe(false);
  });

  test('goes to a bucket that another run of this project made at the same moment', async () => {
    answer = (call, nth) => {
      if (call.startsWith('POST /storage/v1/b?')) return { status: 409 };
      return call.startsWith('GET /storage/v1/b?') && nth === 1 ? { status: 200 } : plain(call);
    };
    expect(await kept()).toContain(bucket);
  });

  test('whose answer is lost is not written twice', async () => {
    answer = (call, nth) => {
      if (!isUpload(call)) return plain(call);
      return nth === 1 ? { status: 200, reset: true } : { status: 412 };
    };
    expect(await kept()).toMatch(/#17$/);
    expect(seen.filter(isUpload)).toHaveLength(2);
  });

  test('that is refused says why, once', async () => {
    answer = (call) =>
      isUpload(call)
        ? {
            status: 403,
            body: { error: { code: 403, message: 'sa does not have storage.objects.create access' } },
          }
        : plain(call);
    await expect(kept()).rejects.toMatchObject({
      code: 'upload-failed',
      what: expect.stringContaining('403 (sa does not have storage.objects.create access)'),
    });
    expect(seen.filter(isUpload)).toHaveLength(1);
  });
});

describe('a repository', () => {
  const name = 'projects/p/locations/us-central1/repositories/r';
  const get = `GET /v1/${name}`;

  test.each([
    ['that is there stays', 200],
    ['that this identity may not see is left to the build', 403],
  ])('%s', async (_what, status) => {
    answer = () => ({ status });
    await store.repository(name);
    expect(seen).toEqual([get]);
  });

  test('that is missing is made, and awaited', async () => {
    answer = (call, nth) => ({ status: call === get && nth < 4 ? 404 : 200 });
    await store.repository(name);
    expect(seen.map((call) => call.split(' ')[0])).toEqual(['GET', 'POST', 'GET', 'GET', 'GET']);
  });

  test('that never comes ends at a deadline', async () => {
    answer = (call) => ({ status: call === get ? 404 : 200 });
    await expect(store.repository(name)).rejects.toMatchObject({ code: 'deadline-exceeded' });
  });
});
