import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcp, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { endpoints } from '../../src/http/endpoints.ts';
import { closeConnections } from '../../src/http/send.ts';
import { createSmokeHttp } from '../../src/http/smoke-client.ts';
import type { SmokeHttpRequest } from '../../src/steps/ports/smoke.ts';

const servers: { close(): void }[] = [];
const sockets = new Set<Socket>();

async function listen(server: Server | ReturnType<typeof createTcp>): Promise<string> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
}
const serve = (listener: RequestListener) => listen(createServer(listener));
/** A server that sends exactly these bytes. */
const say = (speak: (socket: Socket) => void) =>
  listen(createTcp((socket) => socket.once('data', () => speak(socket))));

const http = createSmokeHttp(endpoints({ GHA_ENDPOINT_OVERRIDE_run: 'http://127.0.0.1:1/v2' }), 'test');
const send = (url: string, more: Partial<SmokeHttpRequest> = {}) =>
  http.send({
    method: 'POST',
    url,
    headers: {},
    body: undefined,
    token: undefined,
    timeoutMs: 60_000,
    ...more,
  });

afterEach(() => {
  closeConnections();
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

describe('a hostile server', () => {
  test('an endless body is cut at 4 MiB', async () => {
    const url = await serve((_, res) => {
      const more = () => {
        while (!res.destroyed && res.write('x'.repeat(65_536)));
      };
      res.on('drain', more);
      more();
    });
    const { answer } = await send(url);
    expect([answer?.truncated, answer?.body.length]).toEqual([true, 4 * 1024 * 1024]);
  });

  test('a body that trickles in ends at the deadline', async () => {
    const url = await serve((_, res) => {
      const timer = setInterval(() => res.write('x'), 20);
      res.on('close', () => clearInterval(timer));
    });
    const started = Date.now();
    const { none } = await send(url, { timeoutMs: 300 });
    expect(none?.cause).toBe('timeout');
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test('headers that trickle in end at the deadline', async () => {
    const url = await say((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x: y\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    expect((await send(url, { timeoutMs: 300 })).none?.cause).toBe('timeout');
  });

  test('a gzip bomb is cut after 4 MiB of unpacked data', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const url = await serve((_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    const { answer } = await send(url);
    expect([answer?.truncated, answer?.body.length]).toEqual([true, 4 * 1024 * 1024]);
  });

  test('broken gzip counts as no answer', async () => {
    const url = await serve((_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip'));
    expect((await send(url)).none?.cause).toBe('other');
  });

  test('a redirect is an answer, and the token is not sent on', async () => {
    const seen: string[] = [];
    const thief = await serve((req, res) => {
      seen.push(req.headers.authorization ?? '');
      res.end();
    });
    const url = await serve((_, res) => res.writeHead(307, { location: thief }).end());
    const { answer } = await send(url, { token: 'secret-token' });
    expect(answer?.status).toBe(307);
    expect(seen).toEqual([]);
  });

  test('10,000 headers count as no answer', async () => {
    const url = await say((socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\n${Array.from({ length: 10_000 }, (_, i) => `x-${i}: y`).join('\r\n')}\r\n\r\n`,
      );
    });
    expect((await send(url)).none?.cause).toBe('other');
  });

  test('an answer that is not UTF-8 is marked as garbled', async () => {
    const url = await serve((_, res) => res.end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])));
    expect((await send(url)).answer?.garbled).toBe(true);
    const good = await serve((_, res) => res.end('서울 😀'));
    expect((await send(good)).answer).toMatchObject({ garbled: false, body: '서울 😀' });
  });

  test('a reset, a missing server, an unknown name and a server that does not speak HTTP each have a cause', async () => {
    const reset = await say((socket) => socket.resetAndDestroy());
    expect((await send(reset)).none?.cause).toBe('reset');
    const half = await say((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'));
    expect((await send(half)).none?.cause).toBe('reset');
    expect((await send('http://127.0.0.1:1/')).none?.cause).toBe('refused');
    const other = await say((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
    expect((await send(other)).none?.cause).toBe('other');
  });

  test('an aborted run stops at once', async () => {
    const url = await serve(() => {});
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('over')), 50);
    await expect(send(url, { signal: abort.signal })).rejects.toThrow('over');
  });
});

describe('tokens', () => {
  test('a token that the function returns, whole or in part, is removed from the answer', async () => {
    const token = `eyJhbGciOiJSUzI1NiJ9.${'cGF5bG9hZA'.repeat(9)}.${'c2lnbmF0dXJl'.repeat(9)}`;
    const url = await serve((req, res) => {
      const sent = req.headers.authorization ?? '';
      res.setHeader('x-seen', sent);
      res.end(
        JSON.stringify({
          text: 'TOTAL 128.40',
          sent,
          part: sent.slice(40, 70),
          tail: `x${sent.slice(-20)}y`,
        }),
      );
    });
    const { answer } = await send(url, { token });
    expect(answer?.body).toBe('{"text":"TOTAL 128.40","sent":"Bearer ***","part":"***","tail":"***"}');
    expect(answer?.headers['x-seen']).toBe('Bearer ***');
  });

  test('a token never goes over plain http to another machine, or to a URL with a user name', async () => {
    await expect(send('http://192.0.2.1/', { token: 'secret-token' })).rejects.toMatchObject({
      code: 'endpoint-refused',
    });
    await expect(send('https://user@192.0.2.1/', { token: 'secret-token' })).rejects.toMatchObject({
      code: 'endpoint-refused',
    });
    const strict = createSmokeHttp(endpoints({}), 'test');
    await expect(
      strict.send({
        method: 'POST',
        url: 'http://127.0.0.1:1/',
        headers: {},
        body: undefined,
        token: 't',
        timeoutMs: 100,
      }),
    ).rejects.toMatchObject({ code: 'endpoint-refused' });
  });
});

describe('bodies', () => {
  const echo = () =>
    serve((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const body = Buffer.concat(chunks);
        res.setHeader('x-length', req.headers['content-length'] ?? 'none');
        res.end(body.length > 100_000 ? String(body.length) : body);
      });
    });
  const image = Uint8Array.from({ length: 50_001 }, (_, i) => i % 251);

  test('an image in base64 is a stream with a known length, the same for every attempt', async () => {
    const url = await echo();
    for (const length of [0, 1, 2, 3, 49_151, 49_152, 49_153, 50_001]) {
      const bytes = image.subarray(0, length);
      const middle = Math.floor(length / 2);
      const pieces = [
        bytes.subarray(0, middle),
        bytes.subarray(middle, middle + 1),
        bytes.subarray(middle + 1),
      ];
      const body = { parts: ['{"a":"', { image: 'base64' as const }, '한"}'], image: pieces };
      for (let call = 0; call < 2; call++) {
        const { answer } = await send(url, { body });
        const wanted = `{"a":"${Buffer.from(bytes).toString('base64')}한"}`;
        expect(answer?.body).toBe(wanted);
        expect(answer?.headers['x-length']).toBe(String(Buffer.byteLength(wanted)));
      }
    }
  });

  test('raw bytes are sent as they are, and zeros are never in memory all at once', async () => {
    const url = await echo();
    const raw = await send(url, {
      body: { parts: [{ image: 'bytes' }], image: [Uint8Array.from([65, 66])] },
    });
    expect([raw.answer?.body, raw.answer?.headers['x-length']]).toEqual(['AB', '2']);
    const two = [Uint8Array.from([65]), Uint8Array.from([66, 67])];
    const cut = await send(url, { body: { parts: [{ image: 'bytes' }], image: two } });
    expect([cut.answer?.body, cut.answer?.headers['x-length']]).toEqual(['ABC', '3']);
    expect((await send(url, { body: { zeros: 300_000 } })).answer?.body).toBe('300000');
    expect((await send(url, { body: undefined })).answer?.headers['x-length']).toBe('0');
  });
});
