import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { PublicNames } from '../../sandbox/core/names.ts';
import type { ProxyOptions } from '../../sandbox/core/types.ts';
import { type RunningProxy, startProxy } from '../../sandbox/proxy/index.ts';
import { mayRetry } from '../../src/http/retry.ts';
import { closeConnections, type HttpRequest, send, type TransportError } from '../../src/http/send.ts';

const variables = [
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
  'ALL_PROXY',
  'all_proxy',
];
const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
const trusted = tls.getCACertificates('default');

/** A server that is known as run.googleapis.com and as prometheus.corp, and the requests that it got. */
let server: Server;
const seen: { host: string | undefined; url: string | undefined; headers: Record<string, unknown> }[] = [];
const names = new PublicNames();
let running: RunningProxy | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push({ host: request.headers.host, url: request.url, headers: request.headers });
    request.resume();
    request.on('end', () => response.end(`answer to ${request.method}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const name of ['run.googleapis.com', 'denied.googleapis.com', 'prometheus.corp'])
    names.publish(`https://${name}`, local);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(async () => {
  closeConnections();
  await running?.close();
  running = undefined;
  seen.length = 0;
  tls.setDefaultCACertificates(trusted);
  for (const name of variables)
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
});

async function behind(options: ProxyOptions = {}, variable = 'HTTPS_PROXY'): Promise<RunningProxy> {
  for (const name of variables) delete process.env[name];
  running = await startProxy(names, options);
  process.env[variable] = running.variable;
  tls.setDefaultCACertificates([...trusted, running.authority.pem]);
  return running;
}

const ask = (url = 'https://run.googleapis.com/v2/x?y=1', more: Partial<HttpRequest> = {}) =>
  send({ method: 'GET', url, timeoutMs: 60_000, ...more });
const failure = (url?: string) =>
  ask(url).then(
    () => {
      throw new Error('answered');
    },
    (error: TransportError) => error,
  );

describe('through a proxy that is the only way', () => {
  test.each<[string, ProxyOptions]>([
    ['plain', {}],
    ['with a login', { login: 'us:er of p%:sec/ret@proxy' }],
    ['that speaks TLS itself', { tls: true, login: 'user:password-of-proxy' }],
  ])('%s: https goes through a tunnel, and the target never sees the login', async (_, options) => {
    const proxy = await behind(options);
    const answer = await ask(undefined, {
      method: 'POST',
      body: 'x'.repeat(70_000),
      headers: { authorization: 'Bearer t' },
    });
    expect(answer).toMatchObject({ status: 200, body: Buffer.from('answer to POST') });
    await ask();
    // The second request used the same tunnel.
    expect(proxy.seen).toEqual([{ method: 'CONNECT', target: 'run.googleapis.com:443', status: 200 }]);
    expect(seen).toMatchObject([{ host: 'run.googleapis.com', url: '/v2/x?y=1' }, {}]);
    expect(JSON.stringify(seen)).not.toContain('proxy-authorization');
  });

  test.each(['127.0.0.1:PORT', 'user:password@127.0.0.1:PORT'])(
    '%s without a scheme is an http proxy',
    async (text) => {
      const proxy = await behind(text.includes('@') ? { login: 'user:password' } : {});
      process.env.HTTPS_PROXY = text.replace('PORT', String(proxy.port));
      expect((await ask()).status).toBe(200);
      expect(proxy.seen.length).toBe(1);
    },
  );

  test.each([{}, { tls: true }])('plain http asks the proxy for the whole URL (%j)', async (options) => {
    const proxy = await behind({ ...options, login: 'user:password' }, 'HTTP_PROXY');
    expect((await ask('http://prometheus.corp/api/v1/query?query=up')).body.toString()).toBe('answer to GET');
    expect(proxy.seen).toEqual([
      { method: 'GET', target: 'http://prometheus.corp/api/v1/query?query=up', status: 200 },
    ]);
    expect(seen).toMatchObject([{ host: 'prometheus.corp', url: '/api/v1/query?query=up' }]);
    expect(JSON.stringify(seen)).not.toContain('proxy-authorization');
  });

  test('this machine is never asked for through the proxy', async () => {
    const proxy = await behind({}, 'HTTP_PROXY');
    process.env.ALL_PROXY = proxy.variable;
    const { port } = server.address() as AddressInfo;
    expect((await ask(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect((await ask(`http://localhost:${port}/`)).status).toBe(200);
    expect(proxy.seen).toEqual([]);
  });

  test('a host in NO_PROXY is asked for directly', async () => {
    const proxy = await behind();
    process.env.NO_PROXY = 'other.example,.invalid';
    expect(await failure('https://nowhere.invalid/')).toMatchObject({
      kind: expect.stringMatching(/dns|other|timeout/),
    });
    expect(proxy.seen).toEqual([]);
  });
});

describe('a proxy that does not connect is named, and its answer is not the server’s', () => {
  test.each<[string, ProxyOptions, string, number, boolean, RegExp]>([
    [
      'no login',
      { login: 'user:password-of-proxy' },
      'run.googleapis.com',
      407,
      true,
      /Put a valid user and password into HTTPS_PROXY/,
    ],
    [
      'a denied host',
      { denied: ['denied.googleapis.com'] },
      'denied.googleapis.com',
      403,
      true,
      /allow connections to denied\.googleapis\.com:443/,
    ],
    ['an unknown host', {}, 'unknown.googleapis.com', 502, false, /Check that the proxy reaches/],
  ])('%s', async (_, options, host, status, permanent, fix) => {
    const proxy = await behind(options);
    process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
    const error = await failure(`https://${host}/`);
    expect(error).toMatchObject({
      code: 'proxy-refused',
      kind: 'proxy',
      sent: false,
      permanent,
      what: `The proxy 127.0.0.1:${proxy.port} (HTTPS_PROXY) answered ${status} and did not connect to ${host}:443.`,
      fix: expect.stringMatching(fix),
    });
    for (const rule of ['read', 'write', 'repeatable-write'] as const)
      expect(mayRetry(rule, { transport: error })).toBe(!permanent);
    expect(seen).toEqual([]);
  });

  test('407 to a plain http request is the proxy’s too', async () => {
    const proxy = await behind({ login: 'user:password-of-proxy' }, 'HTTP_PROXY');
    process.env.HTTP_PROXY = `http://127.0.0.1:${proxy.port}`;
    expect(await failure('http://prometheus.corp/')).toMatchObject({
      code: 'proxy-refused',
      permanent: true,
    });
  });

  test.each(['https://run.googleapis.com/', 'http://prometheus.corp/'])(
    '%s through a proxy that is not there',
    async (url) => {
      for (const name of variables) delete process.env[name];
      process.env.ALL_PROXY = 'http://user:password-of-proxy@127.0.0.1:9';
      const error = await failure(url);
      expect(error).toMatchObject({ code: 'proxy-refused', sent: false, permanent: false });
      expect(error.what).toContain('The proxy 127.0.0.1:9 (ALL_PROXY) cannot be reached');
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('password-of');
    },
  );

  test.each(['http://user:password-of-proxy@proxy:99999', 'socks5://proxy:1080'])(
    '%s is one error, and nothing is sent',
    async (value) => {
      for (const name of variables) delete process.env[name];
      process.env.HTTPS_PROXY = value;
      const error = await failure();
      expect(error).toMatchObject({
        code: 'proxy-invalid',
        fix: expect.stringContaining('http://proxy.example.com:3128'),
      });
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('password-of');
    },
  );

  test('an authority that is not trusted: the fix names NODE_EXTRA_CA_CERTS', async () => {
    const proxy = await behind();
    tls.setDefaultCACertificates(trusted);
    expect(await failure()).toMatchObject({
      code: 'certificate-refused',
      kind: 'tls',
      permanent: true,
      fix: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    expect(proxy.seen.length).toBe(1);
    await proxy.close();
    const own = await behind({ tls: true });
    tls.setDefaultCACertificates(trusted);
    expect(await failure()).toMatchObject({
      code: 'certificate-refused',
      what: `The proxy 127.0.0.1:${own.port} (HTTPS_PROXY) has a certificate that is not trusted.`,
      fix: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });

  test('a host that cannot be reached directly, with a proxy for http alone: the fix names HTTPS_PROXY', async () => {
    for (const name of variables) delete process.env[name];
    process.env.HTTP_PROXY = 'http://127.0.0.1:9';
    expect(await failure('https://nowhere.invalid/')).toMatchObject({
      kind: expect.stringMatching(/dns|other/),
      fix: expect.stringContaining('set HTTPS_PROXY to it'),
    });
    delete process.env.HTTP_PROXY;
    expect((await failure('https://nowhere.invalid/')).fix).not.toContain('HTTPS_PROXY');
  });

  test('an abort ends the call while the proxy is silent', async () => {
    const silent = createServer();
    const held: Duplex[] = [];
    silent.on('connect', (_request, socket) => held.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    for (const name of variables) delete process.env[name];
    process.env.HTTPS_PROXY = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const abort = new AbortController();
    const sent = ask(undefined, { signal: abort.signal });
    abort.abort(new Error('the reason'));
    await expect(sent).rejects.toThrow('the reason');
    await expect(ask(undefined, { timeoutMs: 50 })).rejects.toMatchObject({ kind: 'timeout', sent: false });
    closeConnections();
    for (const socket of held) socket.destroy();
    silent.close();
  });
});
