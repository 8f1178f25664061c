import { retryAfterMs } from '../../domain/data/retry-after.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { percentEncoded } from '../../domain/text/percent-encoding.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest } from '../../http/rest.ts';
import { send } from '../../http/send.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import { CountsRefused, CountsUnusable } from '../../steps/ports/counts-refused.ts';
import { isQuotaError, QuotaSpent } from '../quota/quota-spent.ts';
import { explainRefusal } from '../refusal.ts';
import { type ServerLogin, saidBy } from './login/login.ts';

export interface QueryOptions {
  /** Base URL without /api/v1. Undefined: Google Cloud Managed Service for Prometheus. */
  url: string | undefined;
  /** How the server of `url` knows who asks. */
  login: ServerLogin;
  /** Where the API begins below the base URL. Default `api/v1`. */
  root?: 'api/v1' | 'loki/api/v1' | undefined;
  /** More parameters of each question, for a server that knows them. */
  parameters?: Readonly<Record<string, string>> | undefined;
  rest: Rest;
  clock: Clock;
  projectId: string;
  member?: (() => string | undefined) | undefined;
}

/** Calls one method below /api/v1 and returns the JSON of its answer. */
export type PrometheusApi = (
  method: 'query' | 'query_range' | 'series' | 'label/__name__/values',
  parameters: Readonly<Record<string, string>>,
  signal?: AbortSignal,
) => Promise<unknown>;

/** Sends one instant query, evaluated at `at` (milliseconds since the epoch), and returns the JSON of the answer. */
export type Query = (text: string, at: number, signal?: AbortSignal) => Promise<unknown>;

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
export function createApi(options: QueryOptions): PrometheusApi {
  const { url: base, root = 'api/v1', login, clock } = options;
  const pause: Pause = { until: Number.NEGATIVE_INFINITY };
  return async (method, parameters, signal) => {
    if (!base) return askGoogle(options, method, parameters, signal);
    const url = new URL(`${base.replace(/\/+$/, '')}/${root}/${method}`);
    // A signature covers the query as it is sent, so a space is %20 and not a plus sign.
    url.search = Object.entries({ ...parameters, ...options.parameters })
      .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
      .join('&');
    return ask(url, { login, clock, pause }, signal);
  };
}

export const secondsText = (at: number) => (at / 1000).toFixed(3);

export const createQuery =
  (api: PrometheusApi): Query =>
  (text, at, signal) =>
    api('query', { query: text, time: secondsText(at) }, signal);

/** Google's reference has these by GET, and its discovery document by POST with the parameters as JSON. */
const alsoByPost: ReadonlySet<string> = new Set(['query', 'query_range']);
/** Servers refuse a longer address. */
const longestQuery = 4000;

/** No such method of the path: 404 and 405 of the front end, and 501. */
const isOtherMethod = (error: unknown) =>
  error instanceof RemoteError && [404, 405, 501].includes(error.status);

async function askGoogle(
  { rest, projectId, member }: Pick<QueryOptions, 'rest' | 'projectId' | 'member'>,
  method: string,
  parameters: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<unknown> {
  const call = {
    api: 'monitoring',
    retry: 'metered-read',
    deadlineMs: 30_000,
    signal,
    path: `v1/projects/${projectId}/location/global/prometheus/api/v1/${method}`,
  } as const;
  const byGet = () => rest.call({ ...call, method: 'GET', query: { ...parameters } });
  const byPost = () => rest.call({ ...call, method: 'POST', body: { ...parameters } });
  const mayPost = alsoByPost.has(method);
  const isLong = Object.values(parameters).join('').length > longestQuery;
  try {
    if (mayPost && isLong) return (await byPost()).body;
    try {
      return (await byGet()).body;
    } catch (error) {
      if (mayPost && isOtherMethod(error)) return (await byPost()).body;
      throw error;
    }
  } catch (error) {
    // 400 and 422: the query itself is wrong, and stays wrong.
    if (error instanceof RemoteError && (error.status === 400 || error.status === 422))
      throw new CountsUnusable({
        what: `Prometheus refused the query: ${error.remoteMessage}`,
        cause: error,
      });
    if (isQuotaError(error)) throw new QuotaSpent(`metric reads of project ${projectId}`, { cause: error });
    throw explainRefusal(error, {
      counts: 'Prometheus metrics',
      projectId,
      member,
      role: 'roles/monitoring.viewer',
      service: 'monitoring.googleapis.com',
    });
  }
}

const isTransient = (status: number) => status === 429 || status >= 500;
const mostTries = 3;

/** Until when the server wants to be left alone, on the steady clock. */
interface Pause {
  until: number;
}
/** A pause that is longer than this is not waited for at once. Who asked comes again later. */
const mostWaitMs = 5000;
const mostPauseMs = 3_600_000;

const spent = (url: URL) =>
  new QuotaSpent(`queries of Prometheus at ${url.origin}`, {
    why: 'The server limits how many queries it answers, and other clients use it as well.',
    fix: 'Release fewer functions at a time, or raise the limit of the server.',
  });

/** Asks a server of the user's own. Refuses a redirect, so that the token does not reach another host. */
async function ask(
  url: URL,
  { login, clock, pause }: { login: ServerLogin; clock: Clock; pause: Pause },
  signal?: AbortSignal,
): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    if (clock.steady() < pause.until) throw spent(url);
    const answer = await send({
      method: 'GET',
      url: url.href,
      headers: { accept: 'application/json', ...(await login.headers(url, signal)) },
      timeoutMs: 15_000,
      maxBytes: 8 * 1024 * 1024,
      signal,
    });
    const { status } = answer;
    if (status >= 300 && status < 400)
      throw new ReleaseError('redirect-refused', {
        what: `Prometheus at ${url.origin} answered with a redirect (${status}).`,
      });
    const askedMs = status === 429 ? (retryAfterMs(answer.headers, clock.now()) ?? 0) : 0;
    if (askedMs > mostWaitMs) pause.until = clock.steady() + Math.min(mostPauseMs, askedMs);
    else if (isTransient(status) && tries < mostTries) {
      await clock.sleep(Math.max(askedMs, 500 * 2 ** tries), signal);
      continue;
    }
    if (status === 429) throw spent(url);
    if (status === 401 || status === 403) {
      if (tries < mostTries && login.renew?.(answer)) continue;
      throw new CountsRefused({
        what: `Prometheus at ${url.origin} answered ${status}.`,
        ...login.explain(answer),
      });
    }
    try {
      const body: unknown = JSON.parse(answer.body.toString('utf8'));
      // 400 and 422 carry Prometheus' own reason, which says more than the status.
      if (status === 200 || (body as { status?: unknown })?.status === 'error') return body;
    } catch {
      // The body is not JSON. It may be the HTML page of a proxy, or empty.
    }
    // Loki, and proxies of Mimir, say in plain text what is wrong with a query.
    const said = saidBy(answer);
    if (said !== '' && (status === 400 || status === 422))
      return { status: 'error', errorType: 'bad_data', error: said.replace(/\.$/, '') };
    throw new ReleaseError('remote-error', {
      what: `Prometheus at ${url.origin} answered ${status} without its JSON.`,
      fix: 'Check prometheus_url and prometheus_token.',
    });
  }
}
