import type { JsonObject } from '../domain/data/json.ts';
import { type ErrorCode, ReleaseError } from '../domain/errors/errors.ts';
import type { Clock } from '../steps/ports/clock.ts';
import type { Log } from '../steps/ports/log.ts';
import type { Api, Endpoints } from './endpoints.ts';
import { type HttpResponse, send, TransportError } from './send.ts';

/**
 * When a failed attempt may be repeated. `read` and `repeatable-write`: after any transient failure. `write`: only if
 * the server certainly did not act. `never`: not at all.
 */
export type RetryRule = 'read' | 'write' | 'repeatable-write' | 'never';

export interface RestCall {
  api: Api;
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Version and resource, such as `v2/projects/p/locations/l/services/s`. The caller has encoded it. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  form?: Record<string, string>;
  headers?: Record<string, string>;
  /** Default: `read` for GET, `write` for others. */
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

/** An API answered with an error. The message is Google's, shortened and without tokens. */
export class RemoteError extends ReleaseError {
  readonly status: number;
  /** google.rpc status name, such as PERMISSION_DENIED, or the OAuth `error`. */
  readonly statusName: string | undefined;
  /** google.rpc.ErrorInfo reason, such as IAM_PERMISSION_DENIED. */
  readonly reason: string | undefined;
  /** The permission that was missing, if Google names it. */
  readonly permission: string | undefined;
  readonly remoteMessage: string;
  readonly api: Api;

  constructor(api: Api, call: string, answer: HttpResponse, redact: (text: string) => string) {
    const parsed = parseGoogleError(answer.body);
    const message = redact(
      parsed.message ?? answer.body.subarray(0, 300).toString('utf8').replace(/\s+/g, ' ').trim(),
    );
    const code: ErrorCode =
      answer.status === 403 ? 'permission-denied' : answer.status === 404 ? 'not-found' : 'remote-error';
    super(code, {
      what: `${call} answered ${answer.status}${parsed.statusName ? ` ${parsed.statusName}` : ''}${message ? `: ${message}` : ''}`,
      why: parsed.permission ? `The permission ${parsed.permission} is missing.` : undefined,
    });
    this.api = api;
    this.status = answer.status;
    this.statusName = parsed.statusName;
    this.reason = parsed.reason;
    this.permission = parsed.permission;
    this.remoteMessage = message;
  }
}

interface GoogleError {
  message?: string | undefined;
  statusName?: string | undefined;
  reason?: string | undefined;
  permission?: string | undefined;
}

/** google.rpc.Status with ErrorInfo, or the flat OAuth error of STS (RFC 6749 section 5.2). */
function parseGoogleError(body: Buffer): GoogleError {
  try {
    const value = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    if (typeof value.error === 'string')
      return {
        statusName: value.error,
        message: typeof value.error_description === 'string' ? value.error_description : undefined,
      };
    const error = value.error as Record<string, unknown> | undefined;
    const details = Array.isArray(error?.details) ? (error.details as Record<string, unknown>[]) : [];
    const info = details.find((detail) => String(detail['@type']).endsWith('ErrorInfo'));
    const metadata = info?.metadata as Record<string, unknown> | undefined;
    const message = typeof error?.message === 'string' ? error.message : undefined;
    const named =
      typeof metadata?.permission === 'string'
        ? metadata.permission
        : /Permission '([\w.]+)' denied/.exec(message ?? '')?.[1];
    return {
      message,
      statusName: typeof error?.status === 'string' ? error.status : undefined,
      reason: typeof info?.reason === 'string' ? info.reason : undefined,
      permission: named,
    };
  } catch {
    return {};
  }
}

export interface Rest {
  call<T = JsonObject>(call: RestCall): Promise<RestAnswer<T>>;
  readonly endpoints: Endpoints;
  /** For clients that send their own requests, so that these carry it too. */
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
  /** Sent as X-Goog-Request-Reason, for audit logs. */
  requestReason?: string | undefined;
  /** Returns a number from 0 to 1. Tests fix it. */
  random?: () => number;
}

const transientStatus = (status: number) =>
  status === 429 || status === 500 || status === 502 || status === 503 || status === 504;

/** May the call be repeated after this failure? Servers send 429 and 503 before they do anything. */
export function mayRetry(rule: RetryRule, failure: { status?: number; transport?: TransportError }): boolean {
  if (rule === 'never') return false;
  const { status, transport } = failure;
  if (transport) {
    if (transport.kind === 'tls') return false;
    return rule === 'write'
      ? !transport.sent || transport.kind === 'refused' || transport.kind === 'dns'
      : true;
  }
  if (status === undefined) return false;
  return rule === 'write' ? status === 429 || status === 503 : transientStatus(status);
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
    let body: string | undefined;
    if (call.form) {
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
    const url = new URL(`${endpoints.base(call.api)}/${call.path}`);
    for (const [key, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    endpoints.assertSendable(url.href);
    const rule = call.retry ?? (call.method === 'GET' ? 'read' : 'write');
    const deadline = clock.now() + (call.deadlineMs ?? 60_000);
    const shown = `${call.method} ${call.api} ${url.pathname}`;
    let malformed = 0;
    for (let tries = 1; ; tries++) {
      let failure: RemoteError | TransportError;
      let wait = Math.min(8000, 250 * 2 ** (tries - 1)) * (0.5 + random() / 2);
      try {
        const answer = await attempt(call, url, deadline - clock.now());
        log.debug(`${shown} ${answer.status} ${Math.round(answer.milliseconds)} ms`);
        if ((answer.status >= 200 && answer.status < 300) || call.accept?.includes(answer.status))
          return { status: answer.status, headers: answer.headers, body: parseBody<T>(shown, answer) };
        if (answer.status >= 300 && answer.status < 400)
          throw new ReleaseError('redirect-refused', {
            what: `${shown} answered with a redirect (${answer.status}).`,
          });
        failure = new RemoteError(call.api, shown, answer, redact);
        if (!mayRetry(rule, { status: answer.status })) throw failure;
        const after = Number(answer.headers['retry-after']);
        if (after > 0) wait = Math.max(wait, after * 1000);
      } catch (error) {
        if (!(error instanceof TransportError)) {
          if (
            error instanceof MalformedAnswer &&
            rule !== 'write' &&
            rule !== 'never' &&
            ++malformed < 3 &&
            clock.now() + wait < deadline
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
      if (clock.now() + wait >= deadline) throw failure;
      await clock.sleep(wait, call.signal);
    }
  }

  return { call, endpoints, requestReason: options.requestReason };
}

/** The status says success, but the body is not JSON. */
export class MalformedAnswer extends ReleaseError {}

function parseBody<T>(shown: string, answer: HttpResponse): T {
  if (answer.body.length === 0) return {} as T;
  try {
    return JSON.parse(answer.body.toString('utf8')) as T;
  } catch (cause) {
    if (answer.status >= 400) return {} as T;
    throw new MalformedAnswer('response-malformed', {
      what: `${shown} answered ${answer.status} with a body that is not JSON.`,
      cause,
    });
  }
}
