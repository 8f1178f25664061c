import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { extname } from 'node:path';
import { invalidArgument } from '../core/errors.ts';
import { issueIdToken } from '../core/id-tokens.ts';
import type { World } from '../core/state.ts';
import { identityOf } from '../identity/state.ts';
import type { Service } from '../run/model.ts';
import { type RequestEnd, requestObservers } from '../run/request-log.ts';
import { LoadCounts } from './load-counts.ts';

export interface LoadRequest {
  /** Function id. */
  function: string;
  /** The region, if functions of that id exist in several. */
  region?: string;
  /** Requests per second, evenly spaced. Slow answers do not slow the requests down. */
  rps: number;
  /** The callers: so many requests at most are under way at once, and what is due beyond them is skipped. */
  in_flight?: number;
  /** How long to send. If absent, until DELETE /load. */
  seconds?: number;
  method?: string;
  path?: string;
  body?: unknown;
  contentType?: string;
  /** Files on this machine. Their contents are the request bodies, in turn. */
  files?: string[];
}

const MAX_IN_FLIGHT = 200;
const types: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.json': 'application/json',
};

interface Payload {
  data: Buffer;
  type: string;
}

function payloads(asked: LoadRequest): Payload[] {
  if (asked.files?.length)
    return asked.files.map((file) => {
      try {
        return {
          data: readFileSync(file),
          type: asked.contentType ?? types[extname(file).toLowerCase()] ?? 'application/octet-stream',
        };
      } catch (error) {
        throw invalidArgument(`load: ${(error as Error).message}`);
      }
    });
  if (asked.body === undefined)
    return [{ data: Buffer.from('{}'), type: asked.contentType ?? 'application/json' }];
  const text = typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body);
  return [{ data: Buffer.from(text), type: asked.contentType ?? 'application/json' }];
}

/** One stream of requests to the service's URL. The caller is the invoker account. */
export class Load {
  readonly id = randomUUID().slice(0, 8);
  readonly counts: LoadCounts;
  private readonly world: World;
  private readonly asked: LoadRequest;
  private readonly payloads: Payload[];
  private readonly service: Service;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: MAX_IN_FLIGHT });
  private readonly sent = new Map<string, string>();
  private readonly started: number;
  private timer: NodeJS.Timeout | undefined;
  private launched = 0;
  private inFlight = 0;
  private token = { value: '', until: 0 };

  constructor(world: World, asked: LoadRequest, service: Service) {
    this.world = world;
    this.asked = asked;
    this.service = service;
    this.payloads = payloads(asked);
    this.started = performance.now();
    this.counts = new LoadCounts(() => new Date(world.now()).toISOString());
    requestObservers(world).add(this.observe);
    this.timer = setInterval(() => this.tick(), Math.min(100, 500 / asked.rps));
    this.tick();
  }

  get running(): boolean {
    return this.timer !== undefined || this.inFlight > 0;
  }

  private readonly observe = (_service: Service, end: RequestEnd) => {
    if (this.sent.has(end.trace)) this.sent.set(end.trace, end.revision ?? '');
  };

  private tick(): void {
    const elapsed = (performance.now() - this.started) / 1000;
    const limit = this.asked.seconds ?? Number.POSITIVE_INFINITY;
    const due = Math.floor(Math.min(elapsed, limit) * this.asked.rps) + (elapsed < limit ? 1 : 0);
    while (this.launched < due) this.launch();
    if (elapsed >= limit) this.stop();
  }

  private bearer(): string {
    const now = this.world.now();
    if (this.token.until < now) {
      const invoker = [...identityOf(this.world).accounts.values()].find(({ email }) =>
        email.startsWith('invoker@'),
      );
      const audience = this.service.doors.get('service')?.url ?? '';
      if (!invoker) throw new Error('the sandbox has no invoker account');
      this.token = { value: issueIdToken(this.world, invoker, audience, true), until: now + 1_800_000 };
    }
    return this.token.value;
  }

  private launch(): void {
    const payload = this.payloads[this.launched++ % this.payloads.length] as Payload;
    if (this.inFlight >= (this.asked.in_flight ?? MAX_IN_FLIGHT)) {
      this.counts.skip();
      return;
    }
    const trace = randomUUID().replaceAll('-', '');
    const method = this.asked.method ?? 'POST';
    const bodiless = method === 'GET' || method === 'HEAD';
    this.sent.set(trace, '');
    this.inFlight++;
    const begun = performance.now();
    const done = (status: number) => {
      this.inFlight--;
      const revision = this.sent.get(trace) ?? '';
      this.sent.delete(trace);
      this.counts.add(status, revision, performance.now() - begun);
    };
    const request = httpRequest(
      `${this.service.doors.get('service')?.local}${this.asked.path ?? '/'}`,
      {
        method,
        agent: this.agent,
        headers: {
          authorization: `Bearer ${this.bearer()}`,
          'user-agent': 'sandbox-load',
          'x-cloud-trace-context': trace,
          ...(bodiless ? {} : { 'content-type': payload.type, 'content-length': payload.data.length }),
        },
      },
      (response) => response.resume().once('close', () => done(response.statusCode ?? 0)),
    );
    request.once('error', () => done(0));
    request.end(bodiless ? undefined : payload.data);
  }

  /** Sends no more calls. Does not wait for those under way, but still counts them. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  close(): void {
    this.stop();
    requestObservers(this.world).delete(this.observe);
    this.agent.destroy();
  }

  show(): Record<string, unknown> {
    return {
      id: this.id,
      function: this.asked.function,
      rps: this.asked.rps,
      seconds: this.asked.seconds ?? null,
      running: this.running,
      inFlight: this.inFlight,
      ...this.counts.show(),
    };
  }
}
