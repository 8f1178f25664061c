import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from '../core/listen.ts';
import { type Keys, refusalOf } from './signature.ts';

/** What a front answers in place of Prometheus. */
export interface FrontRefusal {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/** Looks at a request before Prometheus does. Undefined admits it. */
export type Guard = (request: {
  method: string;
  url: URL;
  /** Path and query as they were sent. */
  target: string;
  headers: IncomingHttpHeaders;
}) => FrontRefusal | undefined;

/** A managed Prometheus: a guard who logs its clients in, before any server with Prometheus' API. Keeps what the clients sent. */
export async function startPrometheusFront({
  upstream,
  guard,
  prefix = '',
}: {
  /** Base URL of the server behind it. */
  upstream: string;
  guard: Guard;
  /** Path below which the server is reached, such as /workspaces/ws-1. */
  prefix?: string;
}) {
  const requests: { target: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer(async (request, response) => {
    const target = request.url ?? '/';
    requests.push({ target, headers: request.headers });
    const url = new URL(target, 'http://front');
    const refused = guard({ method: request.method ?? '', url, target, headers: request.headers });
    if (refused) {
      response.writeHead(refused.status, { date: new Date().toUTCString(), ...refused.headers });
      response.end(refused.body);
      return;
    }
    if (!url.pathname.startsWith(`${prefix}/`)) {
      response.writeHead(404).end();
      return;
    }
    const answer = await fetch(`${upstream}${target.slice(prefix.length)}`);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(await answer.text());
  });
  const running = await listen(server, 'prometheus-front');
  return { url: `${running.url}${prefix}`, close: running.close, requests };
}

/**
 * Amazon Managed Service for Prometheus: Signature Version 4 for the service `aps`, and a permission.
 * (https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-onboard-query-APIs.html)
 */
export function amazonGuard(options: {
  region: string;
  now(): number;
  keysOf(id: string): Keys | undefined;
  /** False if the policies of these keys do not allow the query. */
  allowed?(id: string): boolean;
}): Guard {
  const { region, now, keysOf, allowed = () => true } = options;
  return ({ method, target, headers }) => {
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    const refuse = (code: string, message: string): FrontRefusal => ({
      status: 403,
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': `${code}:http://internal.amazon.com/`,
        date: new Date(now()).toUTCString(),
      },
      body: JSON.stringify({ message }),
    });
    const wrong = refusalOf({ method, path: target, headers: flat, body: '' }, keysOf, {
      ...{ region, service: 'aps' },
      now: now(),
    });
    if (wrong) return refuse(wrong.code, wrong.message);
    const id = /Credential=([^/]+)/.exec(flat.authorization ?? '')?.[1] ?? '';
    if (allowed(id)) return undefined;
    return refuse(
      'AccessDeniedException',
      `User: ${id} is not authorized to perform: aps:QueryMetrics on resource: arn:aws:aps:${region}:123456789012:workspace/ws-1`,
    );
  };
}

/** A server that takes one value of the header Authorization, such as a user with a password. */
export const secretGuard =
  (authorization: string, asks: 'Basic' | 'Bearer' = 'Bearer'): Guard =>
  ({ headers }) =>
    headers.authorization === authorization
      ? undefined
      : {
          status: 401,
          headers: { 'www-authenticate': `${asks} realm="metrics"` },
          body: '{"error":"unauthorized"}',
        };

/** Mimir with several tenants: nothing without X-Scope-OrgID. */
export const tenantGuard =
  (tenant: string): Guard =>
  ({ headers }) => {
    const asked = headers['x-scope-orgid'];
    if (asked === undefined) return { status: 401, body: 'no org id' };
    return asked === tenant ? undefined : { status: 403, body: 'no such tenant' };
  };
