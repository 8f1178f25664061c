import {
  createServer,
  type IncomingMessage,
  request as localRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { listen, type RunningApi } from '../core/listen.ts';
import type { PublicNames } from '../core/names.ts';
import type { ProxyOptions } from '../core/types.ts';
import { type Authority, createAuthority } from './certificates.ts';

/** One request that the proxy got. */
export interface ProxyRequest {
  method: string;
  /** `host:port` of CONNECT, or the URL of a plain http request. */
  target: string;
  status: number;
}

export interface RunningProxy extends RunningApi {
  readonly authority: Authority;
  readonly seen: ProxyRequest[];
  /** The value for HTTPS_PROXY, with user and password. */
  readonly variable: string;
}

/**
 * The only way from a job to the sandbox under its public names, as in a company's network. It ends the TLS of every
 * tunnel itself, with certificates of an authority of its own, and hands the requests to the sandbox's servers.
 */
export async function startProxy(names: PublicNames, options: ProxyOptions): Promise<RunningProxy> {
  const authority = createAuthority();
  const seen: ProxyRequest[] = [];
  const sockets = new Set<Socket>();
  const inner = createTlsServer(
    { SNICallback: contextsOf(authority, options.certificatesFrom) },
    (request, response) =>
      forward(
        names,
        String(request.headers.host ?? '').replace(/:\d+$/, ''),
        request.url ?? '/',
        request,
        response,
      ),
  );
  const own = options.tls ? authority.issue('127.0.0.1') : undefined;
  const server: Server = own ? createTlsServer(own) : createServer();
  const refusal = (request: IncomingMessage, host: string): number | undefined => {
    const given = /^Basic (\S+)$/i.exec(request.headers['proxy-authorization'] ?? '')?.[1] ?? '';
    if (options.login !== undefined && Buffer.from(given, 'base64').toString() !== options.login) return 407;
    if (options.denied?.includes(host)) return 403;
    return names.isKnown(host) ? undefined : 502;
  };

  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const target = request.url ?? '';
    const [host = '', port] = target.split(':');
    const status = refusal(request, host) ?? (port === '443' ? 200 : 403);
    seen.push({ method: 'CONNECT', target, status });
    socket.on('error', () => socket.destroy());
    if (status !== 200) {
      const ask = status === 407 ? 'Proxy-Authenticate: Basic realm="sandbox"\r\n' : '';
      socket.end(`HTTP/1.1 ${status} Refused\r\n${ask}Content-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    inner.emit('connection', socket);
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const url = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : undefined;
    const status = refusal(request, url?.hostname ?? '') ?? (url?.protocol === 'http:' ? 200 : 400);
    seen.push({ method: request.method ?? '', target: request.url ?? '', status });
    if (!url || status !== 200) {
      const headers = status === 407 ? { 'proxy-authenticate': 'Basic realm="sandbox"' } : {};
      response.writeHead(status, headers).end('the proxy refuses this request');
      return;
    }
    delete request.headers['proxy-authorization'];
    forward(names, url.hostname, `${url.pathname}${url.search}`, request, response);
  });

  const running = await listen(server, 'proxy', options.port ?? 0);
  const login = options.login?.split(':').map(encodeURIComponent).join(':');
  return {
    ...running,
    authority,
    seen,
    variable: `${options.tls ? 'https' : 'http'}://${login ? `${login}@` : ''}127.0.0.1:${running.port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      inner.close();
      inner.closeAllConnections();
      await running.close();
    },
  };
}

/** A certificate for each host, made when it is first asked for. */
function contextsOf(authority: Authority, from: number | undefined) {
  const contexts = new Map<string, SecureContext>();
  return (host: string, back: (error: Error | null, context?: SecureContext) => void) => {
    const context = contexts.get(host) ?? createSecureContext(authority.issue(host, from));
    contexts.set(host, context);
    back(null, context);
  };
}

/** Hands one request to the server behind a public name, as a stream. */
function forward(
  names: PublicNames,
  host: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const found = names.find(host, path);
  if (!found) {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<title>Error 404 (Not Found)!!1</title>');
    return;
  }
  const { method, headers } = request;
  const outgoing = localRequest({ host: '127.0.0.1', port: found.port, path: found.path, method, headers });
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  // A reset of the server is a reset for the client.
  outgoing.on('error', () => response.destroy());
  response.on('close', () => outgoing.destroy());
  request.pipe(outgoing);
}
