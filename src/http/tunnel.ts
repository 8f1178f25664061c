import * as http from 'node:http';
import type * as https from 'node:https';
import type { Socket } from 'node:net';
import * as net from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ProxyServer } from '../domain/proxy/proxy.ts';
import { type ProxyError, proxyRefused, proxyUnreachable } from './proxy-error.ts';

/** Loading TLS takes half as long as starting Node, so plain http does without it. */
const loadTls = () => process.getBuiltinModule('node:tls');

/** Milliseconds for a proxy to connect. Less than an attempt of most calls, so that the error names the proxy. */
const connectMs = 15_000;

const bare = (host: string) => host.replace(/^\[(.*)\]$/, '$1');

/** The header that identifies us to the proxy. */
export const proxyHeaders = (proxy: ProxyServer): Record<string, string> =>
  proxy.login === undefined
    ? {}
    : { 'proxy-authorization': `Basic ${Buffer.from(proxy.login).toString('base64')}` };

/** Where a request to the proxy itself goes. An empty server name keeps Node from taking that of the target. */
export const proxyAddress = (proxy: ProxyServer): { host: string; port: number; servername?: string } => {
  const host = bare(proxy.host);
  return { host, port: proxy.port, ...(proxy.tls ? { servername: net.isIP(host) ? '' : host } : {}) };
};

/** Asks the proxy for a connection to `host:port` (RFC 9110 section 9.3.6). Calls back once, with the socket or the error. */
function connect(
  proxy: ProxyServer,
  host: string,
  port: number,
  open: Set<Socket>,
  extraCerts: string | undefined,
  back: (error: ProxyError | undefined, socket?: Socket) => void,
): void {
  const target = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
  const address = proxyAddress(proxy);
  const raw = proxy.tls ? loadTls().connect(address) : net.connect(address);
  open.add(raw);
  const request = http.request({
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...proxyHeaders(proxy) },
    createConnection: () => raw,
    maxHeaderSize: 32 * 1024,
  });
  let over = false;
  const finish = (error: ProxyError | undefined, socket?: Socket) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    open.delete(raw);
    if (error) raw.destroy();
    back(error, socket);
  };
  const fail = (error: Error) => finish(proxyUnreachable(proxy, target, error, extraCerts));
  const timer = setTimeout(() => fail(new Error(`no answer within ${connectMs / 1000} s`)), connectMs);
  raw.on('error', fail);
  request.on('error', fail);
  raw.on('close', () => fail(new Error('the connection was closed')));
  // Any other answer than 2xx to CONNECT arrives as an answer. Its body is the proxy's page, and is not read.
  request.on('response', (answer) => finish(proxyRefused(proxy, target, answer.statusCode ?? 0)));
  request.on('connect', (answer, socket, head) => {
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299) return finish(proxyRefused(proxy, target, status));
    if (head.length > 0) socket.unshift(head);
    finish(undefined, socket as Socket);
  });
  request.end();
}

/** An agent whose connections are tunnels through a proxy. The TLS inside the tunnel is checked against the real host. */
export function createTunnelAgent(
  base: typeof https.Agent,
  proxy: ProxyServer,
  extraCerts: string | undefined,
): https.Agent {
  const open = new Set<Socket>();
  class TunnelAgent extends base {
    override createConnection(
      options: https.RequestOptions & { servername?: string },
      back?: (error: Error | null, socket: Socket) => void,
    ): undefined {
      const host = bare(String(options.host ?? options.hostname ?? ''));
      const port = Number(options.port ?? 443);
      connect(proxy, host, port, open, extraCerts, (error, socket) => {
        if (error || !socket) return back?.(error ?? null, undefined as never);
        const { host: _, hostname: __, path: ___, port: ____, ...kept } = options;
        const inner: TLSSocket = loadTls().connect({
          ...kept,
          socket,
          ...(net.isIP(host) ? { host } : {}),
        } as never);
        back?.(null, inner);
      });
      return undefined;
    }

    override destroy(): void {
      for (const socket of open) socket.destroy();
      super.destroy();
    }
  }
  return new TunnelAgent({ keepAlive: true });
}
