import { createServer, type IncomingMessage } from 'node:http';
import { listen } from '../core/listen.ts';
import { NrqlError, parseNrql, type Row, runNrql } from './nrql.ts';

/**
 * NerdGraph of one region, as far as a source of counts calls it: one query of an account by a user key. Errors of a query arrive with
 * status 200, as in New Relic. Built from the pages on NerdGraph and from the tests of New Relic's own client for Go.
 */
export interface NewRelicOptions {
  now(): number;
  /** Queries an account may make in a minute. */
  perMinute?: number;
}

/** What the next answers do instead. */
export type NewRelicTrouble =
  | 'timeout'
  | 'server-error'
  | 'outage'
  | 'throttle'
  /** A refusal that says when to come again: in five minutes. */
  | 'pause'
  | 'limit'
  | 'message'
  | 'some-error'
  | 'lost-step'
  | 'redirect'
  | { stepSeconds: number };

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

const failed = (message: string, errorClass: string, status = 200): Answer => ({
  status,
  body: {
    data: { actor: { account: { nrql: null } } },
    errors: [
      {
        extensions: { errorClass },
        locations: [{ column: 62, line: 1 }],
        message,
        path: ['actor', 'account', 'nrql'],
      },
    ],
  },
});

/** The account and the query of a document, which gives them by variables of any name. */
function questionOf(text: string): { account: number; nrql: string } | undefined {
  const { query, variables } = JSON.parse(text) as { query: string; variables: Record<string, unknown> };
  const variableOf = (pattern: RegExp) => variables[pattern.exec(query)?.[1] ?? ''];
  const account = variableOf(/\baccount\s*\(\s*id:\s*\$(\w+)/);
  const nrql = variableOf(/\bnrql\s*\([^)]*?\bquery:\s*\$(\w+)/);
  return typeof account === 'number' && typeof nrql === 'string' ? { account, nrql } : undefined;
}

export async function startNewRelic({ now, perMinute = 3000 }: NewRelicOptions) {
  const rows: Row[] = [];
  /** The accounts that the user of a key may read. */
  const keys = new Map<string, number[]>();
  const troubles: NewRelicTrouble[] = [];
  const queries: string[] = [];
  const minutes = new Map<number, number>();

  const put = (type: string, at: number, attributes: Row['attributes'], lateMs = 0) =>
    void rows.push({ type, at, visibleAt: at + lateMs, attributes });

  function take(...kinds: string[]): NewRelicTrouble | undefined {
    const [next] = troubles;
    const kind = typeof next === 'object' ? 'step' : next;
    return kind !== undefined && kinds.includes(kind) ? troubles.shift() : undefined;
  }

  function answerOf(request: IncomingMessage, text: string): Answer {
    if (request.url !== '/graphql' || request.method !== 'POST') return { status: 404, body: '' };
    const accounts = keys.get(String(request.headers['api-key'] ?? ''));
    // A bearer token is ignored.
    if (!accounts)
      return {
        status: 401,
        body: {
          errors: [
            {
              extensions: { error_code: 'BAD_API_KEY' },
              message: 'Invalid credentials provided. Missing API key or an invalid API key was provided.',
            },
          ],
        },
      };
    const asked = questionOf(text);
    if (!asked)
      return {
        status: 400,
        body: {
          errors: [{ message: 'The document names no account and no query of it.', extensions: {} }],
        },
      };
    queries.push(asked.nrql);
    if (take('outage')) return { status: 503, body: 'Service Unavailable' };
    if (take('redirect')) return { status: 302, body: '' };
    if (take('throttle')) return { status: 429, body: { errors: [{ message: 'Too many requests' }] } };
    if (take('pause'))
      return {
        status: 429,
        body: { errors: [{ message: 'Too many requests' }] },
        headers: { 'retry-after': '300' },
      };
    const minute = Math.floor(now() / 60_000);
    const used = (minutes.get(minute) ?? 0) + 1;
    minutes.set(minute, used);
    if (used > perMinute || take('limit'))
      return failed('You have exceeded the query limit of your account', 'TOO_MANY_REQUESTS');
    if (!accounts.includes(asked.account))
      return {
        status: 200,
        body: {
          data: { actor: { account: null } },
          errors: [
            {
              extensions: { errorClass: 'ACCESS_DENIED' },
              message: 'Access denied.',
              path: ['actor', 'account'],
            },
          ],
        },
      };
    if (take('timeout')) return failed('NRDB query duration exceeded the set timeout', 'TIMEOUT');
    if (take('server-error')) return failed('An internal server error occurred', 'INTERNAL_SERVER_ERROR');
    return run(asked.nrql);
  }

  function run(nrql: string): Answer {
    try {
      const query = parseNrql(nrql);
      const trouble = take('message', 'some-error', 'lost-step', 'step');
      const step = typeof trouble === 'object' && query.step !== undefined ? trouble.stepSeconds : query.step;
      const results = runNrql({ ...query, step }, rows, now());
      if (trouble === 'lost-step') results.splice(1, 1);
      const nrqlAnswer = {
        results,
        metadata: { messages: trouble === 'message' ? ['Some data could not be read'] : [] },
      };
      return {
        status: 200,
        body: {
          data: { actor: { account: { nrql: nrqlAnswer } } },
          ...(trouble === 'some-error'
            ? { errors: [{ message: 'An error occurred resolving this field', extensions: {} }] }
            : {}),
        },
      };
    } catch (error) {
      if (error instanceof NrqlError) return failed(error.message, 'INVALID_NRQL_SYNTAX');
      throw error;
    }
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { status, body, headers } = answerOf(request, Buffer.concat(chunks).toString('utf8'));
    response.writeHead(status, {
      ...headers,
      'content-type': 'application/json',
      ...(status === 302 ? { location: 'https://elsewhere.example/' } : {}),
    });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const running = await listen(server, 'newrelic');
  return { url: running.url, close: running.close, put, keys, troubles, queries };
}
