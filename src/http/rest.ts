import type { JsonObject } from '../domain/data/json.ts';
import { ReleaseError } from '../domain/errors/errors.ts';
import type { Clock } from '../steps/ports/clock.ts';
import type { Log } from '../steps/ports/log.ts';
import type { Api, Endpoints } from './endpoints.ts';
import { isLastingQuota, QuotaWait } from './quota-wait.ts';
import { RemoteError } from './remote-error.ts';
import { mayRetry, type RetryRule } from './retry.ts';
import { type HttpResponse, send, TransportError } from './send.ts';

export interface RestCall {
  api: Api;
  /** Set for an API that has a host for each region. */
  region?: string | undefined;
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Version and resource, such as `v2/projects/p/locations/l/services/s`. The caller has encoded it. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  form?: Record<string, string>;
  /** Bytes as they are, such as the upload of an object. */
  content?: { type: string; bytes: Uint8Array };
  /** The body of the answer is not JSON: it is given back as a Buffer. */
  raw?: true;
  headers?: Record<string, string>;
  /** When to repeat the call. Default: `read` for GET, `write` for others. */
  retry?: RetryRule;
  /** Milliseconds for all attempts together, waits included. Default 60 000. */
  deadlineMs?: number;
  /** Milliseconds for one attempt. Default 20 000. */
  attemptMs?: number;
  maxBytes?: number;
  /** Statuses that are answers and not errors, such as 404 or 409. Their body is returned too. */
  accept?: readonly number[];
  /** `none` sends no Authorization header. */
  auth?: 'bearer' | 'none';
  /** A bearer token to use instead of the token source's, such as a federated token. */
  bearer?: string;
  signal?: AbortSignal | undefined;
}

export interface RestAnswer<T> {
  status: number;
  headers: Record<string, string>;
  body: T;
}

export interface Rest {
  call<T = JsonObject>(call: RestCall): Promise<RestAnswer<T>>;
  readonly endpoints: Endpoints;
  /** The user agent, for clients that send their own requests. */
  readonly requestReason?: string | undefined;
}

export interface RestOptions {
  endpoints: Endpoints;
  clock: Clock;
  log: Log;
  /** Bearer for calls with `auth: 'bearer'` (the default). */
  accessToken: (signal?: AbortSignal) => Promise<string>;
  redact: (text: string) => string;
  userAgent: string;
  /** The reason that is sent as X-Goog-Request-Reason, for audit logs. */
  requestReason?: string | undefined;
  /** Returns a number from 0 to 1. Tests fix it. */
  random?: () => number;
}

/** The one client for every REST API: deadline, retries by cause with full jitter, no redirects, limited size, redaction. */
export function createRest(options: RestOptions): Rest {
  const { endpoints, clock, log, redact } = options;
  const random = options.random ?? Math.random;

  async function attempt(call: RestCall, url: URL, remaining: number): Promise<HttpResponse> {
    const headers: Record<string, string> = {
      accept: 'application/json',
      'user-agent': options.userAgent,
      ...call.headers,
    };
    if (options.requestReason) headers['x-goog-request-reason'] = options.requestReason;
    if (call.auth !== 'none')
      headers.authorization = `Bearer ${call.bearer ?? (await options.accessToken(call.signal))}`;
    let body: string | Uint8Array | undefined;
    if (call.content) {
      headers['content-type'] = call.content.type;
      body = call.content.bytes;
    } else if (call.form) {
      headers['content-type'] = 'application/x-www-form-urlencoded';
      body = new URLSearchParams(call.form).toString();
    } else if (call.body !== undefined) {
      headers['content-type'] = 'application/json';
      body = JSON.stringify(call.body);
    }
    return send({
      method: call.method,
      url: url.href,
      headers,
      ...(body === undefined ? {} : { body }),
      timeoutMs: Math.max(1, Math.min(call.attemptMs ?? 20_000, remaining)),
      ...(call.maxBytes === undefined ? {} : { maxBytes: call.maxBytes }),
      signal: call.signal,
    });
  }

  async function call<T>(call: RestCall): Promise<RestAnswer<T>> {
    const url = new URL(`${endpoints.base(call.api, call.region)}/${call.path}`);
    for (const [key, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    endpoints.assertSendable(url.href);
    const rule = call.retry ?? (call.method === 'GET' ? 'read' : 'write');
    const deadline = clock.steady() + (call.deadlineMs ?? 60_000);
    const shown = `${call.method} ${call.api} ${url.pathname}`;
    const quota = new QuotaWait(log, clock, deadline);
    let malformed = 0;
    for (let tries = 1; ; tries++) {
      let failure: RemoteError | TransportError;
      let wait = Math.min(8000, 250 * 2 ** (tries - 1)) * (0.5 + random() / 2);
      try {
        const answer = await attempt(call, url, deadline - clock.steady());
        log.debug(`${shown} ${answer.status} ${Math.round(answer.milliseconds)} ms`);
        if ((answer.status >= 200 && answer.status < 300) || call.accept?.includes(answer.status))
          return { status: answer.status, headers: answer.headers, body: bodyOf<T>(call, shown, answer) };
        if (answer.status >= 300 && answer.status < 400)
          throw new ReleaseError('redirect-refused', {
            what: `${shown} answered with a redirect (${answer.status}).`,
          });
        failure = new RemoteError(call.api, shown, answer, redact);
        if (!mayRetry(rule, { status: answer.status }) || isLastingQuota(failure)) throw failure;
        quota.refused(failure);
        wait = Math.max(wait, failure.facts?.retryAfterMs ?? 0);
      } catch (error) {
        if (!(error instanceof TransportError)) {
          if (
            error instanceof MalformedAnswer &&
            rule !== 'write' &&
            rule !== 'never' &&
            ++malformed < 3 &&
            clock.steady() + wait < deadline
          ) {
            await clock.sleep(wait, call.signal);
            continue;
          }
          throw error;
        }
        log.debug(`${shown} ${error.kind}`);
        failure = error;
        if (!mayRetry(rule, { transport: error })) throw failure;
      }
      if (clock.steady() + wait >= deadline) throw failure;
      await clock.sleep(wait, call.signal);
    }
  }

  return { call, endpoints, requestReason: options.requestReason };
}

/** The status says success, but the body is not JSON of an object or a list, or there is none. */
export class MalformedAnswer extends ReleaseError {}

const bodyOf = <T>({ raw }: RestCall, shown: string, answer: HttpResponse): T =>
  raw && answer.status < 300 ? (answer.body as T) : parseBody<T>(shown, answer);

/** An API that has nothing to say sends `{}` (google.protobuf.Empty). An answer without a body was truncated on its way. */
function parseBody<T>(shown: string, answer: HttpResponse): T {
  if (answer.body.length === 0) {
    if (answer.status >= 400 || answer.status === 204) return {} as T;
    throw new MalformedAnswer('response-malformed', {
      what: `${shown} answered ${answer.status} without a body.`,
    });
  }
  try {
    const body: unknown = JSON.parse(answer.body.toString('utf8'));
    // `null` and a number are JSON, and no API of Google says either. Whoever reads a field of them would fall over it.
    if (typeof body !== 'object' || body === null) throw new SyntaxError('neither an object nor a list');
    return body as T;
  } catch (cause) {
    if (answer.status >= 400) return {} as T;
    throw new MalformedAnswer('response-malformed', {
      what: `${shown} answered ${answer.status} with a body that is not JSON.`,
      cause,
    });
  }
}
