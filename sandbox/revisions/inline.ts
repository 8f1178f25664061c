import { setTimeout as sleep } from 'node:timers/promises';
import { Capacity } from './capacity.ts';
import { type Exchange, type Instance, readUpload, type Served, StartError } from './instance.ts';
import { checkLandscape, Instances, type Landscape, type Size } from './landscape.ts';
import { seededRandom } from './random.ts';

export interface InlineResponse {
  method?: string;
  /** The exact path of the request, without the query. */
  path?: string;
  /** Only in this region, if the same source is deployed in several. */
  region?: string;
  /** Only in a revision with these environment variables, such as the model that it carries. */
  env?: Record<string, string>;
  status: number;
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  latencyMs?: number;
  /** Fraction of the matching requests that get this response. Responses without a share divide the rest equally. */
  share?: number;
}

/** The file `sandbox.json` of a source. It describes a revision that needs no process. */
export interface InlineSpec {
  startMs?: number;
  buildFails?: string;
  startFails?: string;
  responses: InlineResponse[];
  /** Requests at a time. A further one gets 429 at once. */
  maxConcurrency?: number;
  /** Makes the time of a request depend on the size of the revision. It comes on top of `latencyMs`. */
  landscape?: Landscape;
}

const keys = ['startMs', 'buildFails', 'startFails', 'responses', 'maxConcurrency', 'landscape'];
const responseKeys = ['method', 'path', 'region', 'env', 'status', 'body', 'headers', 'latencyMs', 'share'];

function checkKeys(value: unknown, known: readonly string[], where: string): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error(`${where} is not an object`);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown) throw new Error(`${where} has the unknown key ${JSON.stringify(unknown)}`);
}

/** Throws an error of one sentence if the file does not have the documented form. */
export function parseInline(text: string): InlineSpec {
  const value: unknown = JSON.parse(text);
  checkKeys(value, keys, 'it');
  const spec = value as InlineSpec;
  const responses = spec.responses ?? [];
  if (!Array.isArray(responses) || (responses.length === 0 && !spec.buildFails && !spec.startFails))
    throw new Error('responses is not a list with at least one entry');
  for (const response of responses) checkKeys(response, responseKeys, 'a response');
  if (spec.landscape !== undefined) checkLandscape(spec.landscape);
  const wrong = responses.find(({ status }) => !Number.isInteger(status) || status < 200 || status > 599);
  if (wrong) throw new Error(`a response has the status ${JSON.stringify(wrong.status)}`);
  return { ...spec, responses };
}

/** Picks one of the matching responses by share. Undefined if none matches. */
function choose(
  spec: InlineSpec,
  {
    method,
    path,
    location,
    env,
  }: { method: string; path: string; location: string; env: Readonly<Record<string, string>> },
  random: () => number,
): InlineResponse | undefined {
  const fitting = spec.responses.filter(
    (response) =>
      (!response.method || response.method === method) &&
      (!response.path || response.path === path) &&
      (!response.region || response.region === location) &&
      Object.entries(response.env ?? {}).every(([name, value]) => env[name] === value),
  );
  const given = fitting.reduce((sum, { share }) => sum + (share ?? 0), 0);
  const silent = fitting.filter(({ share }) => share === undefined).length;
  const rest = silent > 0 ? Math.max(0, 1 - given) / silent : 0;
  let point = random() * (given + rest * silent);
  for (const response of fitting) {
    point -= response.share ?? rest;
    if (point < 0) return response;
  }
  return fitting.at(-1);
}

export class InlineInstance implements Instance {
  private readonly spec: InlineSpec;
  private readonly random: () => number;
  private readonly env: Readonly<Record<string, string>>;
  private readonly capacity: Capacity;
  private readonly instances: Instances | undefined;
  running = false;

  /** The file's `maxConcurrency` refuses further requests at once. The limit from the service's settings lets them queue. */
  constructor(
    spec: InlineSpec,
    {
      revision,
      env = {},
      maxRequests,
      size,
    }: { revision: string; env?: Record<string, string>; maxRequests: number; size?: Size },
  ) {
    this.spec = spec;
    this.env = env;
    this.capacity =
      spec.maxConcurrency === undefined ? new Capacity(maxRequests) : new Capacity(spec.maxConcurrency, 0);
    this.random = seededRandom(revision);
    this.instances = spec.landscape && size && new Instances(spec.landscape, size, revision);
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.running) return;
    if (this.spec.startMs) await sleep(this.spec.startMs, undefined, { signal });
    if (this.spec.startFails) throw new StartError(this.spec.startFails);
    this.running = true;
  }

  async serve({ request, response, timeoutMs, location }: Exchange): Promise<Served> {
    if (!(await this.capacity.enter()))
      return { outcome: 'exhausted', status: 429, requestBytes: 0, responseBytes: 0 };
    try {
      const body = await readUpload(request);
      if (!body) return { outcome: 'too-large', status: 413, requestBytes: 0, responseBytes: 0 };
      const path = (request.url ?? '/').split('?', 1)[0] as string;
      const { method = 'GET' } = request;
      const chosen = choose(this.spec, { method, path, location, env: this.env }, this.random) ?? {
        status: 404,
        body: { error: `sandbox.json has no response for ${method} ${path}` },
      };
      const work = this.instances?.enter();
      if (work?.oom) {
        this.instances?.leave(work.at);
        return { outcome: 'broken', status: 503, requestBytes: body.length, responseBytes: 0 };
      }
      const latency = (chosen.latencyMs ?? 0) + (work?.milliseconds ?? 0);
      if (latency > 0) await sleep(Math.min(latency, timeoutMs));
      if (work) this.instances?.leave(work.at);
      if (latency > timeoutMs)
        return { outcome: 'timeout', status: 504, requestBytes: body.length, responseBytes: 0 };
      if (response.destroyed)
        return { outcome: 'aborted', status: 499, requestBytes: body.length, responseBytes: 0 };
      return { ...write(response, chosen), requestBytes: body.length };
    } catch {
      return { outcome: 'aborted', status: 499, requestBytes: 0, responseBytes: 0 };
    } finally {
      this.capacity.leave();
    }
  }

  async stop(): Promise<void> {
    this.running = false;
  }

  retire(): Promise<void> {
    return this.stop();
  }
}

function write(response: Exchange['response'], chosen: InlineResponse): Omit<Served, 'requestBytes'> {
  const text = typeof chosen.body === 'string';
  const payload =
    chosen.body === undefined ? '' : text ? (chosen.body as string) : JSON.stringify(chosen.body);
  const type = text ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(chosen.status, {
    ...(payload ? { 'content-type': type } : {}),
    ...chosen.headers,
    'content-length': Buffer.byteLength(payload),
  });
  response.end(payload);
  return { outcome: 'answered', status: chosen.status, responseBytes: Buffer.byteLength(payload) };
}
