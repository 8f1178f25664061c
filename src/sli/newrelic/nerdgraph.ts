import { isObject, type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import { retryAfterMs } from '../../domain/data/retry-after.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { type HttpResponse, send, TransportError } from '../../http/send.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import { QuotaSpent } from '../quota/quota-spent.ts';
import { firstWarning } from '../warnings.ts';
import { explainAccount, explainKey } from './login.ts';
import type { RegionName } from './regions.ts';

export interface NerdGraphClient {
  base: string;
  region: RegionName;
  /** The id of the account whose data is queried. */
  account: number;
  /** A user key. */
  key: string;
  clock: Clock;
  userAgent: string;
}

/** Runs one query and returns its rows. Throws if any part of the answer is missing. */
export type Nrql = (query: string, signal?: AbortSignal) => Promise<JsonObject[]>;

const mostTries = 3;
/** Seconds that New Relic may take for a query. Its own default of 5 is short for a busy account. */
const querySeconds = 20;
/** After a refusal nothing is sent for this long, or for as long as New Relic asks. The limit of an account counts queries by the minute. */
const pauseMs = 30_000;
const mostPauseMs = 3_600_000;

const document = `query($account: Int!, $nrql: Nrql!) { actor { account(id: $account) { nrql(query: $nrql, timeout: ${querySeconds}) { results metadata { messages } } } } }`;

/** The call failed for now, and may succeed a moment later. */
class Transient extends Error {
  readonly reason: ReleaseError;
  constructor(reason: ReleaseError) {
    super(reason.message);
    this.reason = reason;
  }
}

export function createNrql(client: NerdGraphClient): Nrql {
  const { base, account, key, clock, userAgent } = client;
  let spentUntil = Number.NEGATIVE_INFINITY;

  const spent = () =>
    new QuotaSpent(`queries of account ${account} in New Relic`, {
      why: 'An account may make 3 000 queries a minute, and all of its users and tools share them.',
      fix: 'Release fewer functions at a time, or query less with other tools.',
    });
  const refuseFor = (askedMs = 0): QuotaSpent => {
    spentUntil = clock.steady() + Math.max(pauseMs, Math.min(mostPauseMs, askedMs));
    return spent();
  };

  async function once(nrql: string, signal?: AbortSignal): Promise<JsonObject[]> {
    const answer = await send({
      method: 'POST',
      url: `${base}/graphql`,
      headers: {
        'api-key': key,
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': userAgent,
      },
      body: JSON.stringify({ query: document, variables: { account, nrql } }),
      timeoutMs: (querySeconds + 10) * 1000,
      maxBytes: 8 * 1024 * 1024,
      signal,
    });
    const { status } = answer;
    if (status >= 300 && status < 400)
      throw new ReleaseError('redirect-refused', {
        what: `New Relic at ${base} answered with a redirect (${status}).`,
      });
    const body = jsonOf(answer);
    const error = firstError(body?.errors);
    if (status === 429) throw refuseFor(retryAfterMs(answer.headers, clock.now()));
    if (status === 401 || status === 403 || error?.code === 'BAD_API_KEY')
      throw explainKey(client, status, error?.message ?? '');
    if (status >= 500 || status === 408)
      throw new Transient(
        new ReleaseError('remote-error', { what: `New Relic at ${base} answered ${status}${said(error)}.` }),
      );
    if (status !== 200)
      throw new ReleaseError('remote-error', {
        what: `New Relic at ${base} answered ${status}${said(error)}.`,
      });
    if (body === undefined)
      throw new ReleaseError('response-malformed', { what: 'New Relic answered without a JSON object.' });
    // An error of a query arrives as 200, with data or without.
    if (error !== undefined) throw failureOf(error);
    return rowsOf(body);
  }

  function failureOf({ code, message }: NerdGraphError): unknown {
    const what = `New Relic refused the query${message ? `: ${message}` : code ? ` (${code})` : ''}.`;
    if (/TOO_MANY|RATE_?LIMIT|LIMIT_EXCEEDED/i.test(code) || /rate limit|too many|query limit/i.test(message))
      return refuseFor();
    if (/TIMEOUT/i.test(code) || /exceeded the set timeout|timed out/i.test(message))
      return new Transient(
        new ReleaseError('counts-partial', {
          what: `New Relic needed longer than ${querySeconds} s for a query.`,
          fix: 'If it stays so, count with FROM Metric, which has fewer rows than events.',
        }),
      );
    if (/SERVER_ERROR/i.test(code)) return new Transient(new ReleaseError('remote-error', { what }));
    if (/API_?KEY|UNAUTHENTICATED/i.test(code)) return explainKey(client, 200, message);
    if (/ACCESS_DENIED|UNAUTHORIZED|FORBIDDEN/i.test(code) || /access denied|not authorized/i.test(message))
      return explainAccount(client, message);
    if (
      /INVALID|SYNTAX|BAD_USER_INPUT/i.test(code) ||
      /NRQL syntax|syntax error|unknown function/i.test(message)
    )
      return new CountsUnusable({
        what,
        fix: 'Try newrelic_total and newrelic_bad in the query builder of New Relic.',
      });
    return new ReleaseError('counts-partial', {
      what: `New Relic answered only in part${message ? `: ${message}` : ''}.`,
    });
  }

  function rowsOf(body: JsonObject): JsonObject[] {
    const { account: owner } = objectOf(objectOf(body.data).actor);
    if (owner === null) throw explainAccount(client, '');
    const { nrql } = objectOf(owner);
    if (!isObject(nrql) || !Array.isArray(nrql.results))
      throw new ReleaseError('response-malformed', { what: 'New Relic answered without results.' });
    const message = firstWarning(objectOf(nrql.metadata).messages);
    if (message !== undefined)
      throw new ReleaseError('counts-partial', {
        what: `New Relic answered only in part: ${message}.`,
      });
    return nrql.results.map(objectOf);
  }

  return async (nrql, signal) => {
    for (let tries = 1; ; tries++) {
      if (clock.steady() < spentUntil) throw spent();
      try {
        return await once(nrql, signal);
      } catch (error) {
        const isTransient =
          error instanceof Transient || (error instanceof TransportError && !error.permanent);
        if (!isTransient || tries >= mostTries) throw error instanceof Transient ? error.reason : error;
      }
      await clock.sleep(500 * 2 ** tries, signal);
    }
  };
}

interface NerdGraphError {
  /** Its class, such as TIMEOUT. */
  code: string;
  message: string;
}

function errorOf(raw: unknown): NerdGraphError {
  const { message, extensions } = objectOf(raw);
  const { errorClass, error_code, code } = objectOf(extensions);
  return {
    code: textOf(errorClass) ?? textOf(error_code) ?? textOf(code) ?? '',
    message: (textOf(message) ?? '').replace(/\s+/g, ' ').trim().slice(0, 300).replace(/\.$/, ''),
  };
}

/** Any error at all, also one of a shape that nobody documents, means that the answer is not whole. */
const firstError = (errors: unknown): NerdGraphError | undefined =>
  firstWarning(errors) === undefined ? undefined : errorOf(Array.isArray(errors) ? errors[0] : errors);

const said = (error: NerdGraphError | undefined) => (error?.message ? `: ${error.message}` : '');

function jsonOf({ body }: HttpResponse): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
