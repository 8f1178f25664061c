import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { issueIdToken } from '../core/id-tokens.ts';
import { listen } from '../core/listen.ts';
import type { World } from '../core/state.ts';
import { iapAgent, passIap } from '../iap/pass.ts';
import { answerRequest } from '../run/front-end.ts';
import type { Door, Service } from '../run/model.ts';
import { inspectedBytes, judge } from './armor.ts';
import { fronts, noteAnswer, servedBackend, serviceFor } from './serverless.ts';
import { computeState, type Json, referred } from './state.ts';
import { wayOf } from './url-map.ts';

/**
 * The data plane of a global external application load balancer: URL map, security policy, IAP, then the serverless group of the
 * backend service. The service sees a request that came through a balancer, which its ingress may let in when it lets no other.
 */
const running = (world: World) =>
  world.extension('balancer servers', () => new Map<string, () => Promise<void>>());

export async function openFront(world: World, path: string): Promise<void> {
  const server = createServer((request, response) => {
    answer(world, path, request, response).catch((error: unknown) => {
      world.problem(`balancer ${path}: ${(error as Error).stack ?? String(error)}`);
      response.destroy();
    });
  });
  server.requestTimeout = 0;
  const api = await listen(server, path);
  const name = path.split('/').at(-1) ?? '';
  const url = world.names?.publish(`https://${name}.balancer.example`, api.url) ?? api.url;
  computeState(world).fronts.set(path, url);
  running(world).set(path, api.close);
  world.onStop.push(() => api.close());
}

export async function closeFront(world: World, path: string): Promise<void> {
  await running(world).get(path)?.();
  running(world).delete(path);
  computeState(world).fronts.delete(path);
}

function plain(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': text.startsWith('<') ? 'text/html; charset=UTF-8' : 'text/plain',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
    ...headers,
  });
  response.end(text);
}

const page = (status: number, text: string) =>
  `<!doctype html><meta charset="utf-8"><meta name=viewport content="width=device-width, initial-scale=1"><title>${status}</title>${status} ${text}`;

/** Takes the first bytes of the body for inspection, and puts them back so that the service gets all of it. */
async function firstBytes(request: IncomingMessage, limit: number): Promise<string> {
  const length = Number(request.headers['content-length'] ?? 0);
  const chunked = request.headers['transfer-encoding'] !== undefined;
  if (length === 0 && !chunked) return '';
  const taken: Buffer[] = [];
  let size = 0;
  while (size < limit && (chunked ? size === 0 : size < length)) {
    const chunk = request.read() as Buffer | null;
    if (chunk !== null) {
      taken.push(chunk);
      size += chunk.length;
      continue;
    }
    if (request.readableEnded || request.destroyed) break;
    await new Promise<void>((resolve) => {
      const done = () => {
        for (const event of ['readable', 'end', 'close']) request.off(event, done);
        resolve();
      };
      for (const event of ['readable', 'end', 'close']) request.on(event, done);
    });
  }
  const whole = Buffer.concat(taken);
  if (whole.length > 0) request.unshift(whole);
  return whole.subarray(0, limit).toString('latin1');
}

async function answer(
  world: World,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('via', '1.1 google');
  const fault = await world.faults.next('balancer', request.method ?? 'GET', request.url ?? '/', world.now());
  if (fault?.hang) return;
  if (fault?.reset) return void request.socket.destroy();
  if (fault?.status)
    return plain(response, fault.status, String(fault.body ?? page(fault.status, 'Injected')));
  const rule = computeState(world).resources.get(path);
  const map = referred(world, referred(world, rule?.target)?.urlMap);
  const url = new URL(request.url ?? '/', 'http://balancer');
  const host = request.headers.host ?? '';
  const way = map && wayOf(map, host, url.pathname);
  if (!way) return plain(response, 404, page(404, 'Not Found'));
  if ('redirect' in way) return plain(response, way.status, '', { location: way.redirect });
  const backend = servedBackend(world, way.service);
  if (!backend) return plain(response, 502, page(502, 'Server Error'));
  const policy = referred(world, backend.securityPolicy);
  if (policy) {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([key, value]) => [key, String(value)]),
    );
    const body = await firstBytes(request, inspectedBytes(policy));
    const ip = request.socket.remoteAddress ?? '127.0.0.1';
    const seen = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.search.slice(1),
      headers,
      ip,
      body,
    };
    const denial = judge(world, policy, seen);
    if (denial) {
      request.resume();
      return plain(response, denial.status, page(denial.status, 'Forbidden'), denial.headers);
    }
  }
  const target = serviceFor(world, backend, url.pathname);
  if (!target) return plain(response, 502, page(502, 'Server Error'));
  const front = computeState(world).fronts.get(path) ?? '';
  if (!throughIap(world, backend, target.service, `${front}${url.pathname}`, request, response)) return;
  const door: Door = {
    ...{ kind: 'balancer', url: front, local: front, close: async () => undefined },
    ...(target.tag ? { tag: target.tag } : {}),
  };
  if (!fronts(world).keepUserAgent) request.headers['user-agent'] = 'Google-Load-Balancer';
  // A connection that broke before an answer counts as one without an answer (502).
  response.once('close', () =>
    noteAnswer(world, backend, target.group, response.headersSent ? response.statusCode : 502),
  );
  await answerRequest(world, target.service, door, request, response);
}

/**
 * Returns true if IAP is off or lets the request through. It then calls the service as its own account, in
 * `X-Serverless-Authorization`, and takes the header away that it read the caller's credential from.
 */
function throughIap(
  world: World,
  backend: Json,
  service: Service,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const iap = (backend.iap ?? {}) as Json;
  if (iap.enabled !== true) return true;
  const base = `projects/${world.project}/iap_web/compute/services`;
  const passed = passIap(
    world,
    {
      names: [`${base}/${backend.name}`, `${base}/${backend.id}`],
      clientId: typeof iap.oauth2ClientId === 'string' ? iap.oauth2ClientId : undefined,
      assertionAudience: `/projects/${world.projectNumber}/global/backendServices/${backend.id}`,
    },
    { method: request.method ?? 'GET', url, headers: request.headers },
  );
  if ('status' in passed) {
    request.resume();
    plain(response, passed.status, passed.text, passed.headers);
    return false;
  }
  if (passed.consumed) delete request.headers[passed.consumed];
  delete request.headers['proxy-authorization'];
  Object.assign(request.headers, passed.added);
  const agent = { email: iapAgent(world), uniqueId: iapAgent(world) };
  const audience = [...service.doors.values()].find(({ kind }) => kind === 'service')?.url ?? url;
  request.headers['x-serverless-authorization'] = `Bearer ${issueIdToken(world, agent, audience, true)}`;
  return true;
}
