import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { endpoints } from '../../../src/http/endpoints.ts';
import { createProber } from '../../../src/http/probe.ts';
import { probeOnce, probeUntilClear } from '../../../src/steps/guard/probe.ts';
import { probeTargets } from '../../../src/steps/guard/probe-targets.ts';
import type { ProbeAnswer, Prober } from '../../../src/steps/ports/prober.ts';
import { factsWith, forbiddenPage } from '../../support/exposure-facts.ts';

/** The prober against servers that misbehave, and the choice of the URLs to probe. */
let server: Server;
let base: string;
const seen: IncomingMessage[] = [];
const handlers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/redirect': (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  '/large': (_, response) => response.end('x'.repeat(1024 * 1024)),
  '/slow': () => undefined,
  '/reset': (request) => request.socket.destroy(),
  '/binary': (_, response) => response.end(Buffer.from([0xff, 0xfe, 0x00, 0x80])),
};

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    const handle = handlers[request.url ?? ''];
    if (handle) handle(request, response);
    else response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const loopback = () => createProber(endpoints({ GHA_ENDPOINT_OVERRIDE_run: `${base}/v2` }), 'test');
const ask = (path: string, options: { method?: string; token?: string; timeoutMs?: number } = {}) =>
  loopback().probe(`${base}${path}`, { method: 'GET', timeoutMs: 60_000, ...options });

describe('prober', () => {
  test('a redirect is an answer and is not followed', async () => {
    seen.length = 0;
    expect(await ask('/redirect', { token: 'secret-token' })).toMatchObject({
      status: 302,
      headers: { location: '/elsewhere' },
    });
    expect(seen.map(({ url }) => url)).toEqual(['/redirect']);
  });

  test('reads at most 64 KiB of a body', async () => {
    expect((await ask('/large')).body).toHaveLength(64 * 1024);
  });

  test('a missing answer is a value that says why', async () => {
    expect(await ask('/slow', { timeoutMs: 100 })).toMatchObject({
      status: 0,
      error: expect.stringContaining('100 ms'),
    });
    expect(await ask('/reset')).toMatchObject({ status: 0 });
    expect(await loopback().probe('http://127.0.0.1:1/', { method: 'GET', timeoutMs: 60_000 })).toMatchObject(
      {
        status: 0,
      },
    );
  });

  test('bytes that are not text do not throw', async () => {
    expect((await ask('/binary')).status).toBe(200);
  });

  test('a token is sent only if there is one, and only as a header', async () => {
    seen.length = 0;
    await ask('/plain', { method: 'POST' });
    await ask('/plain', { method: 'POST', token: 'abc' });
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer abc']);
  });

  test('a cancelled run throws', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('stop')), 20);
    await expect(
      loopback().probe(`${base}/slow`, { method: 'GET', timeoutMs: 60_000, signal: abort.signal }),
    ).rejects.toThrow('stop');
  });

  const refused = [
    'http://ocr.a.run.app/',
    'file:///etc/passwd',
    'https://user:pass@ocr.a.run.app/',
    'https://169.254.169.254/computeMetadata/v1/',
    'https://metadata.google.internal/',
    'https://localhost/',
    'https://[::1]/',
    'not a url',
  ];
  test.each(refused)('%s never gets a request', async (url) => {
    const real = createProber(endpoints({}), 'test');
    await expect(real.probe(url, { method: 'GET', token: 'abc', timeoutMs: 60_000 })).rejects.toMatchObject({
      code: 'endpoint-refused',
    });
  });
});

describe('probing', () => {
  test('every URL once, however it is spelled, and the deterministic URL if the project number is known', () => {
    const facts = factsWith({
      service: {
        urls: ['https://ocr-abc-uc.a.run.app', 'https://OCR-abc-uc.a.run.app/'],
        tagUrls: ['https://bs-c---ocr-abc-uc.a.run.app'],
      },
    });
    const targets = probeTargets(facts, ['https://ocr.example.com', 'javascript:alert(1)']);
    expect(targets.map(({ url, guessed }) => `${url}${guessed ? ' (guessed)' : ''}`)).toEqual([
      'https://ocr-abc-uc.a.run.app',
      'https://bs-c---ocr-abc-uc.a.run.app',
      'https://ocr.example.com',
      'https://ocr-1.us-central1.run.app (guessed)',
    ]);
  });

  test('GET, POST and OPTIONS on every URL, with no path that ends in z', async () => {
    const asked: string[] = [];
    const prober: Prober = {
      probe: async (url, { method }) => {
        asked.push(`${method} ${url}`);
        return { status: 403, headers: { server: 'Google Frontend' }, body: forbiddenPage, milliseconds: 1 };
      },
    };
    await probeOnce(prober, [{ url: 'https://r-p.cloudfunctions.net/quiz', from: 'f', guessed: false }], {
      timeoutMs: 1,
      signal: undefined,
    });
    expect(asked.sort()).toEqual(
      ['GET', 'OPTIONS', 'POST'].map((method) => `${method} https://r-p.cloudfunctions.net/quiz/backstay`),
    );
  });

  test('only requests with an unclear answer are repeated', async () => {
    const answers: ProbeAnswer[] = [
      { status: 429, headers: { server: 'Google Frontend' }, body: 'Rate exceeded.', milliseconds: 1 },
    ];
    const asked: string[] = [];
    const prober: Prober = {
      probe: async (url, { method }) => {
        asked.push(`${method} ${url}`);
        const refusal = {
          status: 403,
          headers: { server: 'Google Frontend' },
          body: forbiddenPage,
          milliseconds: 1,
        };
        return url.endsWith('busy') && method === 'GET' ? (answers.pop() ?? refusal) : refusal;
      },
    };
    const clock = { now: () => 0, steady: () => 0, sleep: async () => undefined };
    const targets = ['https://a.run.app/calm', 'https://a.run.app/busy'].map((url) => ({
      url,
      from: 'f',
      guessed: false,
    }));
    const records = await probeUntilClear({ prober, clock }, targets, {
      timeoutMs: 1,
      rounds: 3,
      signal: undefined,
    });
    expect(records.every((record) => record.class === 'refused')).toBe(true);
    expect(asked.filter((line) => line.endsWith('calm'))).toHaveLength(3);
    expect(asked.filter((line) => line.endsWith('busy'))).toHaveLength(6);
  });
});
