import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../core/state.ts';
import type { Passed } from '../iap/pass.ts';
import { MAX_REQUEST_BYTES, type Served } from '../revisions/instance.ts';
import { seededRandom } from '../revisions/random.ts';
import { admit } from './admission.ts';
import type { Door, Revision, Service } from './model.ts';
import { makeRoom } from './pool.ts';
import { sampleNow } from './reachability.ts';
import { failureOf, type Refusal, refuse } from './refusals.ts';
import { writeRequestLog } from './request-log.ts';

/** Each service has its own random sequence, so that the same requests in the same order get the same split. */
const drawFor = (world: World, service: Service) =>
  world.extension(`split ${service.uid}`, () => seededRandom(`split ${service.id}`))();

/** Chooses the revision for one request: that of the URL's tag, else a random one by the live percentages. */
export function route(world: World, service: Service, door: Door): Revision | undefined {
  if (door.tag) {
    const tagged = service.live.find(({ tag }) => tag === door.tag);
    return tagged && service.revisions.get(tagged.serves);
  }
  let point = drawFor(world, service) * 100;
  for (const target of service.live) {
    point -= target.percent ?? 0;
    if (point < 0) return service.revisions.get(target.serves);
  }
  return undefined;
}

/** Takes the trace from Google's `TRACE/SPAN;o=1` or a W3C traceparent. If there is neither, starts a new trace. */
function traceOf(headers: IncomingHttpHeaders): { trace: string; span: string } {
  const google = /^([0-9a-f]{32})(?:\/(\d+))?/i.exec(String(headers['x-cloud-trace-context'] ?? ''));
  const w3c = /^00-([0-9a-f]{32})-[0-9a-f]{16}/i.exec(String(headers.traceparent ?? ''));
  return {
    trace: (google?.[1] ?? w3c?.[1] ?? randomUUID().replaceAll('-', '')).toLowerCase(),
    span: randomBytes(8).toString('hex'),
  };
}

/** Removes the token's signature. The container can see who called, but cannot use the token elsewhere. */
const withoutSignature = (value: string | undefined) =>
  value?.replace(/^(Bearer\s+[^.\s]+\.[^.\s]+)\.[^.\s]+$/i, '$1.SIGNATURE_REMOVED_BY_GOOGLE');

/**
 * The headers for the container. With `X-Serverless-Authorization`, that header was checked, and `Authorization` goes on as it is
 * (cloud.google.com/run/docs/authenticating/service-to-service). IAP takes away what it read, and adds who called.
 */
function forwarded(
  { headers: given, socket }: IncomingMessage,
  trace: string,
  span: string,
  iap: Passed | undefined,
): IncomingHttpHeaders {
  const { connection, 'keep-alive': keepAlive, 'proxy-authorization': proxy, ...headers } = given;
  const read: IncomingHttpHeaders = { ...headers, ...iap?.added };
  if (iap?.consumed === 'authorization') delete read.authorization;
  const serverless = read['x-serverless-authorization'] as string | undefined;
  if (serverless) read['x-serverless-authorization'] = withoutSignature(serverless);
  else if (!iap && read.authorization) read.authorization = withoutSignature(read.authorization);
  return {
    ...read,
    'x-cloud-trace-context': `${trace}/${BigInt(`0x${span}`)};o=1`,
    traceparent: `00-${trace}-${span}-01`,
    'x-forwarded-for': socket.remoteAddress ?? '127.0.0.1',
    'x-forwarded-proto': 'https',
    forwarded: `for="${socket.remoteAddress ?? '127.0.0.1'}";proto=https`,
  };
}

/** Applies faults for the API `invoke`, which hit calls of functions. Returns true if the fault ended the call. */
async function meetFault(
  world: World,
  { location }: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { method = 'GET', url = '/' } = request;
  const fault = await world.faults.next('invoke', method, url, world.now(), location);
  if (!fault) return false;
  if (fault.delayMs) await sleep(fault.delayMs);
  if (fault.hang) return true;
  if (fault.reset) request.socket.destroy();
  if (fault.reset || fault.status === undefined) return Boolean(fault.reset);
  const { body } = fault;
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  response.writeHead(fault.status, { connection: 'close', 'content-type': 'text/plain', ...fault.headers });
  response.end(text);
  request.resume();
  return true;
}

export async function answerRequest(
  world: World,
  service: Service,
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const start = world.now();
  const clock = performance.now();
  sampleNow(world);
  if (await meetFault(world, service, request, response)) return;
  const { trace, span } = traceOf(request.headers);
  response.setHeader('x-cloud-trace-context', `${trace};o=1`);
  if (world.quirks.frontEndNamesItself) response.setHeader('server', 'Google Frontend');
  const revision = route(world, service, door);
  const finish = (served: Served, refusal: Refusal | undefined) =>
    writeRequestLog(world, service, {
      door,
      request,
      served,
      refusal,
      revision: revision?.name,
      start,
      milliseconds: performance.now() - clock,
      trace,
      span,
    });
  const decline = (refusal: Refusal, served?: Served) => {
    const path = (request.url ?? '/').split('?', 1)[0] as string;
    const responseBytes = refuse(response, refusal, path);
    request.resume();
    finish(
      { outcome: 'answered', requestBytes: 0, ...served, status: refusal.status, responseBytes },
      refusal,
    );
  };
  const admitted = admit(world, service, door, {
    method: request.method ?? 'GET',
    path: (request.url ?? '/').split('?', 1)[0] as string,
    accept: request.headers.accept,
    proxy: request.headers['proxy-authorization'],
    authorization: request.headers.authorization,
    serverless: request.headers['x-serverless-authorization'] as string | undefined,
  });
  if ('status' in admitted) return decline(admitted);
  if (Number(request.headers['content-length'] ?? 0) > MAX_REQUEST_BYTES)
    return decline(failureOf('too-large'));
  if (revision?.state !== 'ready') return decline(failureOf('broken'));
  revision.lastUsed = world.now();
  await makeRoom(world, revision);
  const served = await revision.instance.serve({
    request,
    response,
    headers: forwarded(request, trace, span, admitted.iap),
    timeoutMs: revision.settings.timeoutSeconds * 1000,
    location: service.location,
  });
  if (served.outcome === 'answered' || served.outcome === 'aborted') return finish(served, undefined);
  decline(failureOf(served.outcome), served);
}
