import { createServer, type IncomingMessage } from 'node:http';
import { listen } from '../core/listen.ts';
import { datadogObjects } from './datadog-objects.ts';
import { type Datum, evaluate, parseQuery, QueryError, stepOf } from './datadog-query.ts';

/**
 * One site of Datadog, as far as a source of counts calls it: the timeseries query of its API v2, the validation of keys, and the
 * exchange of an identity token. Built from the models of Datadog's own client for Python and from its pages on keys and limits.
 */
export interface DatadogOptions {
  now(): number;
  /** Calls in each calendar-aligned period of so many seconds. */
  limit?: { calls: number; seconds: number };
  /** Leaves out steps in which no series has a point. */
  sparse?: boolean;
}

/** What the next answers do instead. */
export type DatadogTrouble =
  | 'throttle'
  | 'outage'
  | 'page'
  | 'not-found'
  | 'in-errors'
  | 'short-values'
  | 'redirect'
  | { stepMs: number };

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

interface Right {
  scopes: readonly string[];
  /** Milliseconds since the epoch. */
  expires?: number;
}

const scope = 'timeseries_query';
const refuse = (status: number, ...errors: string[]): Answer => ({ status, body: { errors } });

export async function startDatadog({ now, limit = { calls: 100_000, seconds: 60 }, sparse }: DatadogOptions) {
  const data: Datum[] = [];
  const apiKeys = new Set<string>();
  const appKeys = new Map<string, Right>();
  const tokens = new Map<string, Right>();
  /** Whether an identity token is mapped to a user of the organisation. */
  const persona = { admits: (_token: string): 'no proof' | 'no mapping' | Right => 'no proof' };
  const troubles: DatadogTrouble[] = [];
  const calls: { path: string; body: Record<string, unknown> }[] = [];
  /** SLOs and monitors. */
  const objects = datadogObjects();
  /** What a test makes of a list of SLOs or monitors. */
  const lists = { spoil: (_kind: string, body: unknown): unknown => body };
  const periods = new Map<number, number>();
  let made = 0;

  const put = (metric: string, tags: readonly string[], at: number, value: number, lateMs = 0) =>
    void data.push({ metric, tags, at, value, visibleAt: at + lateMs });

  /** Spends one call of the limit. */
  function spend(): { left: number; headers: Record<string, string> } {
    const period = Math.floor(now() / (limit.seconds * 1000));
    const used = (periods.get(period) ?? 0) + 1;
    periods.set(period, used);
    const left = limit.calls - used;
    const reset = Math.ceil(((period + 1) * limit.seconds * 1000 - now()) / 1000);
    return {
      left,
      headers: {
        'x-ratelimit-limit': String(limit.calls),
        'x-ratelimit-period': String(limit.seconds),
        'x-ratelimit-remaining': String(Math.max(0, left)),
        'x-ratelimit-reset': String(reset),
        'x-ratelimit-name': 'query_timeseries',
      },
    };
  }

  /** Why a call may not query; undefined if it may. */
  function refusal({ headers }: IncomingMessage, needed = scope): Answer | undefined {
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      const right = tokens.get(bearer);
      if (!right || (right.expires ?? Number.POSITIVE_INFINITY) <= now()) return refuse(401, 'Unauthorized');
      return right.scopes.includes(needed)
        ? undefined
        : refuse(403, 'Forbidden', `Failed permission authorization checks`);
    }
    if (!apiKeys.has(String(headers['dd-api-key'] ?? ''))) return refuse(403, 'Forbidden');
    const right = appKeys.get(String(headers['dd-application-key'] ?? ''));
    if (!right) return refuse(403, 'Forbidden');
    return right.scopes.includes(needed)
      ? undefined
      : refuse(403, 'Forbidden', `Failed permission authorization checks`);
  }

  function timeseries(body: Record<string, unknown>): Answer {
    const request = body.data as { type?: string; attributes?: Record<string, unknown> } | undefined;
    // A body in the form of API v1 gets a page instead of JSON.
    if (request?.type !== 'timeseries_request' || !request.attributes)
      return { status: 500, body: '<!DOCTYPE html><html><body>Internal Server Error</body></html>' };
    const { from, to, interval, queries } = request.attributes as {
      from: number;
      to: number;
      interval?: number;
      queries: { data_source: string; name?: string; query: string }[];
    };
    if (!Number.isInteger(from) || !Number.isInteger(to) || !(from < to) || !Array.isArray(queries))
      return refuse(400, 'Invalid request: from must be before to');
    const trouble = take('in-errors', 'short-values', 'step');
    const step =
      typeof trouble === 'object'
        ? trouble.stepMs
        : stepOf(from, to, interval === undefined ? undefined : interval);
    try {
      const results = queries.flatMap(({ data_source: source, query }, index) => {
        if (source !== 'metrics') throw new QueryError(`Invalid data source ${source}`);
        return evaluate(parseQuery(query), index, data, { from, to, step, now: now() });
      });
      const grid: number[] = [];
      for (let at = Math.floor(from / step) * step; at < to; at += step)
        if (!sparse || results.some(({ sums }) => sums.has(at))) grid.push(at);
      const values = results.map(({ sums }) => grid.map((at) => sums.get(at) ?? null));
      if (trouble === 'short-values') values[0]?.pop();
      return {
        status: 200,
        body: {
          data: {
            id: '0',
            type: 'timeseries_response',
            attributes: {
              series: results.map(({ query, tags }) => ({
                group_tags: tags,
                query_index: query,
                unit: null,
              })),
              times: grid,
              values,
            },
          },
          ...(trouble === 'in-errors' ? { errors: 'query timed out for part of the data' } : {}),
        },
      };
    } catch (error) {
      if (error instanceof QueryError) return refuse(400, error.message);
      throw error;
    }
  }

  function take(...kinds: string[]): DatadogTrouble | undefined {
    const [next] = troubles;
    const kind = typeof next === 'object' ? 'step' : next;
    return kind !== undefined && kinds.includes(kind) ? troubles.shift() : undefined;
  }

  function delegated({ headers }: IncomingMessage): Answer {
    const proof = /^(?:Bearer|Delegated) (.+)$/.exec(headers.authorization ?? '')?.[1];
    const admitted = proof === undefined ? 'no proof' : persona.admits(proof);
    if (admitted === 'no proof') return refuse(401, 'Unauthorized');
    if (admitted === 'no mapping') return refuse(403, 'Forbidden');
    const token = `delegated.${++made}.signature`;
    const expires = Math.floor(now() / 1000) + 900;
    tokens.set(token, { ...admitted, expires: expires * 1000 });
    return {
      status: 200,
      body: {
        data: { type: 'delegated_token', attributes: { access_token: token, expires: String(expires) } },
      },
    };
  }

  function answerOf(request: IncomingMessage, text: string): Answer {
    const path = (request.url ?? '').replace(/\?.*$/, '');
    calls.push({ path, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) });
    if (path === '/api/v1/validate')
      return apiKeys.has(String(request.headers['dd-api-key'] ?? ''))
        ? { status: 200, body: { valid: true } }
        : refuse(403, 'Forbidden');
    if (path === '/api/v2/validate_keys')
      return apiKeys.has(String(request.headers['dd-api-key'] ?? '')) &&
        appKeys.has(String(request.headers['dd-application-key'] ?? ''))
        ? { status: 200, body: { status: 'ok' } }
        : refuse(403, 'Forbidden');
    if (path === '/api/v2/delegated-token' && request.method === 'POST') return delegated(request);
    const kind = /^\/api\/v1\/(slo|monitor)\b/.exec(path)?.[1];
    if (kind !== undefined) {
      const verb = request.method === 'GET' ? 'read' : 'write';
      const denied = refusal(request, `${kind}s_${verb}`);
      if (denied) return denied;
      if (take('throttle'))
        return { ...refuse(429, 'Too many requests'), headers: { 'x-ratelimit-reset': '7' } };
      if (take('outage')) return { status: 503, body: 'upstream connect error' };
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      const url = new URL(request.url ?? '', 'http://datadog');
      const answer = objects.answer(request.method ?? 'GET', url, body) ?? refuse(404, 'Not found');
      return verb === 'read' ? { ...answer, body: lists.spoil(kind, answer.body) } : answer;
    }
    if (path !== '/api/v2/query/timeseries' || request.method !== 'POST') return refuse(404, 'Not found');
    const refused = refusal(request);
    if (refused) return refused;
    const { left, headers } = spend();
    if (left < 0 || take('throttle')) return { ...refuse(429, 'Too many requests'), headers };
    if (take('outage')) return { status: 503, body: 'upstream connect error', headers };
    if (take('page')) return { status: 500, body: '<!DOCTYPE html><html></html>', headers };
    if (take('not-found')) return { ...refuse(404, 'Not found'), headers };
    if (take('redirect'))
      return { status: 302, body: '', headers: { location: 'https://elsewhere.example/' } };
    return { ...timeseries(JSON.parse(text) as Record<string, unknown>), headers };
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { status, body, headers = {} } = answerOf(request, Buffer.concat(chunks).toString('utf8'));
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
    response.end(isText ? body : JSON.stringify(body));
  });
  const running = await listen(server, 'datadog');
  return {
    url: running.url,
    close: running.close,
    put,
    apiKeys,
    appKeys,
    tokens,
    persona,
    troubles,
    calls,
    objects,
    lists,
  };
}
