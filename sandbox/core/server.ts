import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { authenticate } from './authenticate.ts';
import { BodyTooLarge, parseJson, readBody } from './body.ts';
import { billingDisabled, errorBody, plainError, serviceDisabled, unauthenticated } from './errors.ts';
import { listen, type RunningApi } from './listen.ts';
import { createRouter, decodePath } from './router.ts';
import { checkShape } from './shapes.ts';
import type { World } from './state.ts';
import { type ApiDefinition, ApiError, type Call, type Fault, type Reply } from './types.ts';

/** Sends one reply; a Buffer or a string goes out as it is. */
export function send(response: ServerResponse, reply: Reply): void {
  const raw = Buffer.isBuffer(reply.body) || typeof reply.body === 'string';
  const body =
    reply.body === undefined ? '' : raw ? (reply.body as Buffer | string) : JSON.stringify(reply.body);
  const headers: Record<string, string | number> = { ...reply.headers };
  if (!raw && reply.body !== undefined) headers['content-type'] ??= 'application/json; charset=UTF-8';
  headers['content-length'] = Buffer.byteLength(body);
  response.writeHead(reply.status, headers);
  response.end(body);
}

const htmlNotFound = (path: string): Reply => ({
  status: 404,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
  body: `<!DOCTYPE html>\n<html lang=en><title>Error 404 (Not Found)!!1</title><p>The requested URL <code>${path.replace(/[<>&"]/g, '_')}</code> was not found on this server.\n`,
});

const wait = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds).unref());

/** APIs that do nothing for a project without billing. Those of accounts and policies go on. */
const billed = new Set(['artifactregistry', 'cloudbuild', 'cloudfunctions', 'run', 'secretmanager']);

/** Starts one API on 127.0.0.1. Port 0 means any free port. Rejects with EADDRINUSE if the port is in use. */
export async function serve(world: World, api: ApiDefinition, port = 0): Promise<RunningApi> {
  const route = createRouter(api.routes);

  async function answer(call: Call, rawPath: string): Promise<Reply> {
    const found = route(call.method, rawPath);
    const target = found?.route;
    if (!target) return api.fallback ? api.fallback(call) : htmlNotFound(rawPath);
    if (target.authenticated !== false) {
      call.principal = authenticate(world, api.name, call.headers.authorization);
      if (!call.principal) throw unauthenticated('CREDENTIALS_MISSING', `${api.name}.googleapis.com`);
      if (world.disabledServices.has(`${api.name}.googleapis.com`))
        throw serviceDisabled(`${api.name}.googleapis.com`, world.projectNumber);
      if (!world.settings.billingEnabled && billed.has(api.name))
        throw billingDisabled(`${api.name}.googleapis.com`, world.projectNumber);
    }
    checkShape(call, target);
    return target.handle(call, found.params);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    const rawPath = url.split('?', 1)[0] as string;
    const method = request.method ?? 'GET';
    const time = new Date(world.now()).toISOString();
    // A server's header has the time of its own clock.
    response.setHeader('date', new Date(world.now()).toUTCString());
    const call: Call = {
      api: api.name,
      method,
      path: decodePath(rawPath),
      query: new URLSearchParams(url.slice(rawPath.length + 1)),
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([key, value]) => [key, String(value)]),
      ),
      body: Buffer.alloc(0),
      json: () => parseJson(call.body),
      principal: undefined,
    };
    const fault =
      api.name === 'control' ? undefined : await world.faults.next(api.name, method, url, world.now());
    const note = (status: number) => {
      if (api.name !== 'control')
        world.record({ time, api: api.name, method, path: url, principal: call.principal?.member, status });
    };
    if (fault?.delayMs) await wait(fault.delayMs);
    if (fault?.hang) return note(0);
    if (fault?.reset && fault.reset !== 'after') {
      note(0);
      request.socket.destroy();
      return;
    }
    const reply = await replyTo(call, rawPath, request, fault);
    note(reply.status);
    if (fault?.reset === 'after') request.socket.destroy();
    else if (fault?.malformed)
      send(response, {
        ...reply,
        headers: { 'content-type': 'application/json' },
        body: '{"truncated": tru',
      });
    else send(response, reply);
  }

  async function replyTo(
    call: Call,
    rawPath: string,
    request: IncomingMessage,
    fault: Fault['fault'] | undefined,
  ): Promise<Reply> {
    try {
      call.body = await readBody(request, api.maxBodyBytes ?? 10 * 1024 * 1024);
      if (fault?.status !== undefined) {
        const body = fault.body ?? (fault.status >= 400 ? errorBody(plainError(fault.status)) : {});
        return { status: fault.status, body, ...(fault.headers ? { headers: fault.headers } : {}) };
      }
      return await answer(call, rawPath);
    } catch (error) {
      if (error instanceof ApiError) return { status: error.status, body: errorBody(error) };
      if (error instanceof BodyTooLarge)
        return {
          status: 413,
          headers: { connection: 'close' },
          body: errorBody(
            new ApiError(
              413,
              'INVALID_ARGUMENT',
              `Request payload size exceeds the limit: ${error.message}.`,
            ),
          ),
        };
      // The client hung up while it was sending. That is no bug of the sandbox.
      if (!request.complete) return { status: 499 };
      world.problem(`${api.name} ${call.method} ${call.path}: ${(error as Error).stack ?? String(error)}`);
      return { status: 500, body: errorBody(plainError(500)) };
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  return listen(server, api.name, port);
}
