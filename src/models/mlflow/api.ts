import { isObject, type JsonObject, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Rest } from '../../http/rest.ts';
import { type HttpResponse, send, TransportError } from '../../http/send.ts';
import type { ModelWorld } from '../definition.ts';

/** MLflow's REST API, version 2.0 (mlflow.org/docs/latest/rest-api.html), as MLflow 3 answers it. */

export interface MlflowCall {
  /** Default: POST with a body, else GET. */
  body?: JsonObject | undefined;
  query?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
}

export interface MlflowAnswer {
  status: number;
  body: JsonObject;
}

/** Returns a success, and the refusals 400 and 404 with MLflow's own code in `error_code`. Throws on everything else. */
export type MlflowApi = (path: string, call: MlflowCall) => Promise<MlflowAnswer>;

export interface MlflowClients {
  api: MlflowApi;
  /** For bytes that lie in Cloud Storage. */
  rest: Rest;
}

const mostTries = 4;

export function createMlflowApi({
  base,
  headers,
  clock,
  outside,
}: Pick<ModelWorld, 'clock' | 'outside'> & {
  base: string;
  /** The login. What it throws is the failure of the call. */
  headers(): Record<string, string>;
}): MlflowApi {
  const once = async (path: string, { body, query, signal }: MlflowCall): Promise<HttpResponse> => {
    const url = new URL(`${base}/api/2.0/${path}`);
    for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, value);
    const answer = await send({
      method: body === undefined ? 'GET' : 'POST',
      url: url.href,
      headers: {
        accept: 'application/json',
        'user-agent': outside.userAgent,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers(),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: 15_000,
      maxBytes: 4 * 1024 * 1024,
      signal,
    });
    if (answer.status >= 300 && answer.status < 400)
      throw new ReleaseError('redirect-refused', {
        what: `MLflow at ${base} answered with a redirect (${answer.status}).`,
      });
    return answer;
  };
  return async (path, call) => {
    for (let tries = 1; ; tries++) {
      try {
        const answer = await once(path, call);
        const { status } = answer;
        if (status === 200 || status === 400 || status === 404)
          return { status, body: objectIn(base, answer) };
        // Every call here may be repeated: it reads, or it writes the same value again.
        if (status < 500 && status !== 429) throw refused(base, answer);
        if (tries >= mostTries) throw refused(base, answer);
      } catch (error) {
        if (!(error instanceof TransportError) || error.permanent || tries >= mostTries) throw error;
      }
      await clock.sleep(250 * 2 ** tries, call.signal);
    }
  };
}

function objectIn(base: string, { status, body }: HttpResponse): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new ReleaseError('response-malformed', {
    what: `${base} answered ${status} without a JSON object, so it may not be an MLflow server.`,
  });
}

/** What MLflow says of an error, in one line. */
export const saidBy = ({ error_code: code, message }: JsonObject): string =>
  inOneLine([textOf(code), textOf(message)].filter(Boolean).join(': '));

export const inOneLine = (text: string): string =>
  text.slice(0, 2000).replace(/\s+/g, ' ').trim().slice(0, 300);

function refused(base: string, { status, body }: HttpResponse): ReleaseError {
  const text = body.toString('utf8').replace(/\s+/g, ' ').trim().slice(0, 200);
  if (status === 401 || status === 403)
    return new ReleaseError('permission-denied', {
      what: `MLflow at ${base} refused this job (${status}${text ? `: ${text}` : ''}).`,
      fix: /host header/i.test(text)
        ? 'Add the host to MLFLOW_SERVER_ALLOWED_HOSTS of the server.'
        : 'Set mlflow_token, and mlflow_user if the server knows users.',
    });
  return new ReleaseError('remote-error', {
    what: `MLflow at ${base} answered ${status}${text ? `: ${text}` : ''}.`,
  });
}
