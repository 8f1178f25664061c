import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ReleaseError } from '../../src/domain/errors/errors.ts';
import { endpoints } from '../../src/http/endpoints.ts';
import { RemoteError } from '../../src/http/remote-error.ts';
import { createRest, type RestCall } from '../../src/http/rest.ts';
import { mayRetry } from '../../src/http/retry.ts';
import { closeConnections, send, TransportError } from '../../src/http/send.ts';
import type { Clock } from '../../src/steps/ports/clock.ts';
import type { Log } from '../../src/steps/ports/log.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void;
const open: (() => void)[] = [];
afterEach(() => {
  closeConnections();
  for (const close of open.splice(0)) close();
});

async function serve(handler: Handler): Promise<{ url: string; calls: () => number }> {
  let calls = 0;
  const server = createServer((request, response) => handler(request, response, ++calls));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls: () => calls };
}

const silent: Log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };

/** A clock that records sleeps but takes no time for them. */
function fakeClock(): Clock & { slept: number[] } {
  const slept: number[] = [];
  let at = 0;
  const sleep = async (ms: number) => {
    at += ms;
    slept.push(ms);
  };
  return { slept, now: () => at, steady: () => at, sleep };
}

async function rest(handler: Handler, call: Partial<RestCall> = {}, token = 'token-of-a-test-0123456789') {
  const { url, calls } = await serve(handler);
  const clock = fakeClock();
  const lines: string[] = [];
  const client = createRest({
    endpoints: endpoints({ GHA_ENDPOINT_OVERRIDE_run: `${url}/v2` }),
    clock,
    log: { ...silent, line: (text) => void lines.push(text) },
    accessToken: async () => token,
    redact: (text) => text.split(token).join('***'),
    userAgent: 'test',
    random: () => 1,
  });
  const result = client.call<Record<string, unknown>>({ api: 'run', method: 'GET', path: 'v2/x', ...call });
  return { result, calls, clock, lines };
}

const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

describe('retries', () => {
  test.each([
    ['read', 503, true],
    ['read', 500, true],
    ['read', 403, false],
    ['read', 404, false],
    ['write', 503, true],
    ['write', 429, true],
    ['metered-read', 429, false],
    ['metered-read', 503, true],
    ['write', 500, false],
    ['repeatable-write', 500, true],
    ['never', 503, false],
  ] as const)('%s after %d: %s', (rule, status, again) => expect(mayRetry(rule, { status })).toBe(again));

  test('a write is not repeated if the server may have seen it', () => {
    const reset = new TransportError('reset', true, 'x', undefined);
    expect(mayRetry('write', { transport: reset })).toBe(false);
    expect(mayRetry('repeatable-write', { transport: reset })).toBe(true);
    expect(mayRetry('write', { transport: new TransportError('refused', false, 'x', undefined) })).toBe(true);
    expect(mayRetry('read', { transport: new TransportError('tls', false, 'x', undefined) })).toBe(false);
  });

  test('success without a body does not count as an answer: a read tries again, and then fails', async () => {
    const empty = await rest((_, response) => response.writeHead(200).end());
    await expect(empty.result).rejects.toMatchObject({ code: 'response-malformed' });
    expect(empty.calls()).toBe(3);
    const second = await rest((_, response, nth) =>
      nth === 1 ? response.writeHead(200).end() : json(response, 200, { name: 'x' }),
    );
    expect((await second.result).body).toEqual({ name: 'x' });
  });

  test('an accepted refusal and 204 may come without a body', async () => {
    const refused = await rest((_, response) => response.writeHead(404).end(), { accept: [404] });
    expect((await refused.result).status).toBe(404);
    const nothing = await rest((_, response) => response.writeHead(204).end());
    expect((await nothing.result).status).toBe(204);
  });

  test('a read survives 503, a reset and a malformed body', async () => {
    const { result, calls, clock } = await rest((request, response, nth) => {
      if (nth === 1) return json(response, 503, {});
      if (nth === 2) return request.socket.destroy();
      if (nth === 3) return response.end('<html>');
      json(response, 200, { ok: true });
    });
    expect((await result).body).toEqual({ ok: true });
    expect(calls()).toBe(4);
    expect(clock.slept).toHaveLength(3);
  });

  test('Retry-After is honoured', async () => {
    const { result, clock } = await rest((_, response, nth) =>
      nth === 1 ? json(response, 429, {}, { 'retry-after': '7' }) : json(response, 200, {}),
    );
    await result;
    expect(clock.slept[0]).toBe(7000);
  });

  test('RetryInfo is honoured, and a wait that is longer than the call may take ends it at once', async () => {
    const wait = (retryDelay: string) => ({
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        message: 'Quota exceeded',
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }],
      },
    });
    const soon = await rest((_, response, nth) =>
      nth === 1 ? json(response, 429, wait('12.5s')) : json(response, 200, {}),
    );
    await soon.result;
    expect(soon.clock.slept).toEqual([12_500]);
    const late = await rest((_, response) => json(response, 429, wait('3600s')), { deadlineMs: 60_000 });
    await expect(late.result).rejects.toMatchObject({ facts: { retryAfterMs: 3_600_000 } });
    expect([late.calls(), late.clock.slept]).toEqual([1, []]);
  });

  test('a quota that is used up is said once; one per day ends the call at once', async () => {
    const over = (per: string) => ({
      error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: `Quota exceeded: writes per ${per}` },
    });
    const minute = await rest((_, response, nth) =>
      nth < 4 ? json(response, 429, over('minute')) : json(response, 200, {}),
    );
    await minute.result;
    expect(minute.lines.filter((line) => line.includes('Waiting for a quota of'))).toHaveLength(1);
    expect(minute.lines.join()).toContain('writes per minute');
    const day = await rest((_, response) => json(response, 429, over('day')));
    await expect(day.result).rejects.toThrow('writes per day');
    expect(day.calls()).toBe(1);
  });

  test('the deadline ends the call with the last failure', async () => {
    const { result, clock } = await rest(
      (_, response) => json(response, 503, { error: { code: 503, message: 'later', status: 'UNAVAILABLE' } }),
      {
        deadlineMs: 5000,
      },
    );
    await expect(result).rejects.toThrow('503 UNAVAILABLE: later');
    expect(clock.now()).toBeLessThanOrEqual(5000);
  });
});

describe('answers', () => {
  test('a denial names the permission and is not retried', async () => {
    const { result, calls } = await rest((_, response) =>
      json(response, 403, {
        error: {
          code: 403,
          message: "Permission 'run.services.get' denied on resource (or it may not exist).",
          status: 'PERMISSION_DENIED',
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
              reason: 'IAM_PERMISSION_DENIED',
              metadata: { permission: 'run.services.get' },
            },
          ],
        },
      }),
    );
    const error = await result.catch((thrown: unknown) => thrown as RemoteError);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({
      code: 'permission-denied',
      status: 403,
      permission: 'run.services.get',
      reason: 'IAM_PERMISSION_DENIED',
    });
    expect(calls()).toBe(1);
  });

  test('a redirect is refused, and the token goes nowhere else', async () => {
    let stolen = false;
    const other = await serve((request, response) => {
      stolen = Boolean(request.headers.authorization);
      response.end('{}');
    });
    const { result } = await rest((_, response) => response.writeHead(307, { location: other.url }).end());
    await expect(result).rejects.toMatchObject({ code: 'redirect-refused' });
    expect(stolen).toBe(false);
  });

  test('a token that the server echoes does not appear in the error', async () => {
    const { result } = await rest((request, response) =>
      response.writeHead(400).end(`bad ${request.headers.authorization}`),
    );
    const error = (await result.catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toContain('***');
    expect(error.message).not.toContain('token-of-a-test');
  });

  test('accepted statuses are answers and not errors', async () => {
    const { result } = await rest((_, response) => json(response, 404, { error: { code: 404 } }), {
      accept: [404],
    });
    expect((await result).status).toBe(404);
  });
});

describe('hostile servers', () => {
  const tooLong = { method: 'GET', timeoutMs: 300 };

  test('a server that never answers meets the deadline', async () => {
    const { url } = await serve(() => {});
    await expect(send({ ...tooLong, url })).rejects.toMatchObject({ code: 'deadline-exceeded' });
  });

  test('a slow drip meets the deadline', async () => {
    const { url } = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    await expect(send({ ...tooLong, url })).rejects.toMatchObject({ code: 'deadline-exceeded' });
  });

  test('an endless body meets the limit', async () => {
    const { url } = await serve((_, response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
      response.on('close', () => clearInterval(timer));
    });
    await expect(send({ method: 'GET', url, timeoutMs: 60_000, maxBytes: 100_000 })).rejects.toMatchObject({
      code: 'response-too-large',
    });
  });

  test('a gzip bomb meets the limit after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const { url } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    await expect(send({ method: 'GET', url, timeoutMs: 60_000, maxBytes: 1_000_000 })).rejects.toMatchObject({
      code: 'response-too-large',
    });
    const cut = await send({ method: 'GET', url, timeoutMs: 60_000, maxBytes: 1000, truncate: true });
    expect(cut).toMatchObject({ truncated: true, status: 200 });
    expect(cut.body).toHaveLength(1000);
  });

  test('ten thousand headers are refused', async () => {
    const { url } = await serve((_, response) => {
      for (let i = 0; i < 10_000; i++) response.setHeader(`x-${i}`, 'y');
      response.end();
    });
    await expect(send({ method: 'GET', url, timeoutMs: 60_000 })).rejects.toBeInstanceOf(ReleaseError);
  });

  test('a truncated answer is a failure and not a short answer', async () => {
    const { url } = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a":');
      setTimeout(() => request.socket.destroy(), 20);
    });
    await expect(send({ method: 'GET', url, timeoutMs: 60_000 })).rejects.toMatchObject({
      code: 'network-failed',
    });
  });

  test('an abort ends the call at once with the reason of the signal', async () => {
    const { url } = await serve(() => {});
    const abort = new AbortController();
    setTimeout(() => abort.abort(new ReleaseError('cancelled', { what: 'Stop.' })), 30);
    await expect(send({ method: 'GET', url, timeoutMs: 60_000, signal: abort.signal })).rejects.toMatchObject(
      {
        code: 'cancelled',
      },
    );
  });
});

describe('endpoints', () => {
  test('an override keeps its host and loses its version', () => {
    const map = endpoints({
      GHA_ENDPOINT_OVERRIDE_run: 'https://run.example/v2/',
      GHA_ENDPOINT_OVERRIDE_iam: 'https://iam.example/x/v1',
    });
    expect(map.base('run')).toBe('https://run.example');
    expect(map.base('iam')).toBe('https://iam.example/x');
    expect(map.base('sts')).toBe('https://sts.googleapis.com');
    expect(endpoints({}, 'example.goog').base('logging')).toBe('https://logging.example.goog');
  });

  const overrides = (api: string, url: string) => ({ [`GHA_ENDPOINT_OVERRIDE_${api}`]: url });
  test.each(['sts', 'iamcredentials', 'oauth2'] as const)(
    '%s goes to another host than Google only if the user trusts it',
    (api) => {
      const foreign = overrides(api, 'https://login.evil.example/v1');
      expect(() => endpoints(foreign).base(api)).toThrow('login.evil.example, which is not Google');
      expect(() => endpoints({ ...foreign, ...overrides('run', 'http://127.0.0.1:1') }).base(api)).toThrow();
      expect(() => endpoints(foreign, 'googleapis.com', ['evil.example']).base(api)).toThrow();
      const trusted = endpoints(foreign, 'googleapis.com', ['login.evil.example']);
      expect(trusted.base(api)).toBe('https://login.evil.example');
      for (const look of [
        'https://googleapis.com.evil.example',
        'https://evilgoogleapis.com',
        'https://127.0.0.1',
      ])
        expect(() => endpoints(overrides(api, look)).base(api)).toThrow('not Google');
      for (const own of ['https://sts.europe-west1.rep.googleapis.com', 'https://sts-vpc.p.googleapis.com'])
        expect(endpoints(overrides(api, `${own}/v1`)).base(api)).toBe(own);
      expect(endpoints(overrides(api, 'https://sts.example.goog'), 'example.goog').base(api)).toBeDefined();
    },
  );

  test('http is allowed only for loopback, and only while run is on loopback', () => {
    expect(() => endpoints({ GHA_ENDPOINT_OVERRIDE_sts: 'http://127.0.0.1:1/v1' }).base('sts')).toThrow(
      'refused',
    );
    const sandbox = endpoints({
      GHA_ENDPOINT_OVERRIDE_run: 'http://127.0.0.1:1/v2',
      GHA_ENDPOINT_OVERRIDE_sts: 'http://127.0.0.1:2/v1',
    });
    expect(sandbox.base('sts')).toBe('http://127.0.0.1:2');
    for (const url of [
      'http://example.com/',
      'ftp://127.0.0.1/',
      'https://user:pw@run.googleapis.com/',
      'nonsense',
    ])
      expect(() => sandbox.assertSendable(url)).toThrow('refused');
  });
});
