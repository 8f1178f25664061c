import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import { issueIdToken, verifyIdToken } from '../core/id-tokens.ts';
import { listen } from '../core/listen.ts';
import type { World } from '../core/state.ts';
import type { Backend, Compiled, Credential, Route } from './compile.ts';
import { type Config, type Gateway, gatewayState } from './state.ts';

/**
 * The data plane of a gateway. It answers as the open one of this family does in its published tests
 * (github.com/GoogleCloudPlatform/esp-v2, tests/integration_test: jwt_auth, service_control_check_fail, service_control_quota,
 * service_control_failed_request_report, http1_deadline, backend_auth_disable_auth).
 */
const maxBody = 32 * 1024 * 1024;

class Refused extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Other codes for the same refusals, to prove that no client depends on one of them. */
const otherCodes: Readonly<Record<number, number>> = { 400: 403, 401: 403, 403: 401, 404: 403 };

export async function startDataPlane(world: World, gateway: Gateway): Promise<string> {
  const server = createServer((incoming, response) => {
    void answer(world, gateway, incoming, response).catch((error: unknown) => {
      incoming.resume();
      const esp = error instanceof Refused ? error.code : 500;
      const code = gatewayState(world).refusals === 'other' ? (otherCodes[esp] ?? esp) : esp;
      const message = error instanceof Refused ? error.message : 'internal error';
      if (response.headersSent) return void response.destroy();
      response.writeHead(code, { 'content-type': 'application/json', server: 'Google Frontend' });
      response.end(JSON.stringify({ code, message }));
    });
  });
  const running = await listen(server, gateway.name);
  world.onStop.push(() => running.close());
  return running.url;
}

async function answer(
  world: World,
  gateway: Gateway,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const fault = await world.faults.next(
    'gateway',
    incoming.method ?? 'GET',
    incoming.url ?? '/',
    world.now(),
  );
  if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if (fault?.reset) return void incoming.socket.destroy();
  if (fault?.hang) return;
  if (fault?.status) throw new Refused(fault.status, 'injected');
  const state = gatewayState(world);
  const config = state.configs.get(gateway.serves);
  const compiled = config?.compiled;
  if (!config || !compiled) throw new Refused(404, 'The current request is not defined by this API.');
  const url = new URL(incoming.url ?? '/', 'http://gateway');
  const route = find(compiled, incoming.method ?? 'GET', url.pathname);
  if (route) authorize(world, config, compiled, route, incoming, url);
  const backend = route ? route.backend : compiled.fallback;
  if (!backend?.address) throw new Refused(503, 'no healthy upstream');
  await forward(world, config, backend, incoming, response, url);
}

/** The route of a request. Undefined if every path is passed on and the document lists none. Paths are case-sensitive. */
function find(compiled: Compiled, method: string, path: string): Route | undefined {
  const segments = path.split('/').slice(1);
  const matching = compiled.routes.filter(
    (route) =>
      route.segments.length === segments.length &&
      route.segments.every((segment, index) => segment === '{}' || segment === segments[index]),
  );
  const found = matching.find((route) => route.method === method);
  if (found || compiled.passesAll) return found;
  const other = matching[0];
  if (other)
    throw new Refused(
      405,
      `The current request is matched to the defined url template "${other.template}" but its http method is not allowed`,
    );
  throw new Refused(404, 'The current request is not defined by this API.');
}

function authorize(
  world: World,
  config: Config,
  compiled: Compiled,
  route: Route,
  incoming: IncomingMessage,
  url: URL,
): void {
  if (route.alternatives.length === 0) return;
  const refusals: Refused[] = [];
  for (const alternative of route.alternatives) {
    try {
      // A token is checked before a key.
      const ordered = [...alternative].sort((a, b) => (a.kind === b.kind ? 0 : a.kind === 'token' ? -1 : 1));
      for (const credential of ordered) checkCredential(world, config, credential, incoming, url);
      spend(world, compiled, route, alternative, incoming, url);
      return;
    } catch (error) {
      if (!(error instanceof Refused) || error.code === 429) throw error;
      refusals.push(error);
    }
  }
  throw refusals[0] ?? new Refused(401, 'Jwt is missing');
}

const keyOf = (credential: Credential & { kind: 'key' }, incoming: IncomingMessage, url: URL): string =>
  String((credential.header ? incoming.headers[credential.header] : undefined) ?? '') ||
  (credential.query ? (url.searchParams.get(credential.query) ?? '') : '');

function checkCredential(
  world: World,
  config: Config,
  credential: Credential,
  incoming: IncomingMessage,
  url: URL,
): void {
  const state = gatewayState(world);
  if (credential.kind === 'key') {
    const key = keyOf(credential, incoming, url);
    if (!key)
      throw new Refused(
        401,
        "UNAUTHENTICATED: Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
      );
    if (!state.keys.has(key))
      throw new Refused(400, 'INVALID_ARGUMENT: API key not valid. Please pass a valid API key.');
    const api = state.apis.get(config.name.replace(/\/configs\/.*/, ''));
    if (api && world.disabledServices.has(api.managedService))
      throw new Refused(403, `PERMISSION_DENIED: API ${api.managedService} is not enabled for the project.`);
    return;
  }
  const bearer = /^Bearer (.+)$/i.exec(incoming.headers.authorization ?? '')?.[1];
  if (!bearer) throw new Refused(401, 'Jwt is missing');
  const verified = verifyIdToken(world, bearer);
  if (verified === 'expired') throw new Refused(401, 'Jwt is expired');
  if (verified === 'invalid' || credential.issuer !== 'https://accounts.google.com')
    throw new Refused(401, 'Jwt verification fails');
  // Without a list, the audience is the name of the service (cloud.google.com/api-gateway/docs/authenticating-users-jwt).
  const host = `https://${incoming.headers.host}`;
  const accepted = credential.audiences.length > 0 ? credential.audiences : [host];
  if (!accepted.includes(verified.audience)) throw new Refused(403, 'Audiences in Jwt are not allowed');
}

/** A quota counts calls of a consumer project in a minute. Without a key there is no consumer. */
function spend(
  world: World,
  { limits }: Compiled,
  { costs }: Route,
  alternative: readonly Credential[],
  incoming: IncomingMessage,
  url: URL,
): void {
  const state = gatewayState(world);
  const key = alternative.find((credential) => credential.kind === 'key');
  const project = key?.kind === 'key' ? state.keys.get(keyOf(key, incoming, url)) : undefined;
  if (!project) return;
  const minute = Math.floor(world.now() / 60_000);
  for (const [metric, cost] of Object.entries(costs)) {
    const limit = limits[metric];
    if (limit === undefined) continue;
    const place = `${minute} ${project} ${metric}`;
    const spent = (state.spent.get(place) ?? 0) + cost;
    if (spent > limit) throw new Refused(429, 'RESOURCE_EXHAUSTED: Quota exceeded for quota metric.');
    state.spent.set(place, spent);
  }
}

async function forward(
  world: World,
  config: Config,
  backend: Backend,
  incoming: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBody) throw new Refused(413, 'Payload Too Large');
    chunks.push(chunk);
  }
  const base = new URL(world.names?.local(backend.address) ?? backend.address);
  const path =
    backend.translation === 'CONSTANT_ADDRESS'
      ? base.pathname
      : `${base.pathname.replace(/\/$/, '')}${url.pathname}`;
  const { connection, host, authorization, ...rest } = incoming.headers;
  const headers: Record<string, string | string[] | undefined> = { ...rest };
  if (backend.audience === undefined) {
    if (authorization) headers.authorization = authorization;
  } else {
    // The caller's own header is kept under another name, and one of that name from outside is replaced.
    delete headers['x-forwarded-authorization'];
    if (authorization) headers['x-forwarded-authorization'] = authorization;
    const email = config.gatewayServiceAccount;
    headers.authorization = `Bearer ${issueIdToken(world, { email, uniqueId: email }, backend.audience, true)}`;
  }
  headers['content-length'] = String(size);
  await new Promise<void>((resolve, reject) => {
    const outgoing = send(
      {
        host: base.hostname,
        port: base.port,
        path: `${path}${url.search}`,
        method: incoming.method,
        headers: { ...headers, host: base.host },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on('end', resolve);
        answer.on('error', reject);
      },
    );
    const timer = setTimeout(() => {
      reject(new Refused(504, 'upstream request timeout'));
      outgoing.destroy();
    }, backend.deadlineMs);
    outgoing.on('error', (error) =>
      reject(error instanceof Refused ? error : new Refused(503, 'upstream connect error')),
    );
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.end(Buffer.concat(chunks));
  });
}
