import { isObject, type JsonObject, textOf, textsOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { type HttpResponse, send } from '../../http/send.ts';
import type { Clock } from '../../steps/ports/clock.ts';

export interface DatadogCall {
  /** Default: POST with a body, else GET. */
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: JsonObject | undefined;
  signal?: AbortSignal | undefined;
}

/** What the client needs of the run. */
export interface DatadogClient {
  /** Such as `https://api.datadoghq.eu`. */
  base: string;
  clock: Clock;
  userAgent: string;
}

/** Sends one request of any kind to Datadog. Refuses a redirect, so that the keys do not reach another host. */
export async function exchange(
  { base, userAgent }: DatadogClient,
  path: string,
  { method, body, signal }: DatadogCall,
  headers: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  const answer = await send({
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    url: `${base}${path}`,
    headers: {
      accept: 'application/json',
      'user-agent': userAgent,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs: 20_000,
    maxBytes: 8 * 1024 * 1024,
    signal,
  });
  if (answer.status >= 300 && answer.status < 400)
    throw new ReleaseError('redirect-refused', {
      what: `Datadog at ${base} answered with a redirect (${answer.status}).`,
    });
  return answer;
}

/** A limit is renewed after this time if Datadog does not say when. */
const usualResetSeconds = 10;
const mostResetSeconds = 3600;

/** How many milliseconds it takes until a limit of Datadog is renewed. */
export function renewalMs(headers: HttpResponse['headers']): number {
  const reset = Number(headers['x-ratelimit-reset'] ?? usualResetSeconds);
  const seconds = reset >= 0 ? Math.min(mostResetSeconds, reset) : usualResetSeconds;
  return Math.max(1, seconds) * 1000;
}

/** What Datadog says of an error, as the end of a sentence. Its errors are `{"errors": ["…"]}`; a proxy answers otherwise. */
export function saidBy({ body }: HttpResponse): string {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const { errors } = isObject(value) ? value : {};
    const said = textsOf(errors).join('; ') || (textOf(errors) ?? '');
    return said ? `: ${said.replace(/\s+/g, ' ').trim().slice(0, 300)}` : '';
  } catch {
    return '';
  }
}

/** The JSON object of an answer. */
export function objectIn({ body }: HttpResponse): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new ReleaseError('response-malformed', { what: 'Datadog answered without a JSON object.' });
}

/** An answer that is no success and that nothing else explains. */
export const answeredBy = ({ base }: DatadogClient, answer: HttpResponse): ReleaseError =>
  new ReleaseError('remote-error', {
    what: `Datadog at ${base} answered ${answer.status}${saidBy(answer)}.`,
    fix: 'If it stays so, try the counts in the Metrics Explorer of Datadog, and compare datadog_site with its address.',
  });
