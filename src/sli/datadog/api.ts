import type { JsonObject } from '../../domain/data/json.ts';
import { type HttpResponse, TransportError } from '../../http/send.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import { QuotaSpent } from '../quota/quota-spent.ts';
import {
  answeredBy,
  type DatadogCall,
  type DatadogClient,
  exchange,
  objectIn,
  renewalMs,
  saidBy,
} from './exchange.ts';
import type { DatadogLogin } from './login.ts';

/** Calls one method and returns the JSON object that it answers. */
export type DatadogApi = (path: string, call: DatadogCall) => Promise<JsonObject>;

const mostTries = 3;
/** Statuses after which the same call may succeed. Datadog answers 404 to good queries at times. */
const isTransient = (status: number) => status === 404 || status === 408 || status >= 500;

export function createDatadogApi(client: DatadogClient, login: DatadogLogin): DatadogApi {
  const { clock } = client;
  /** A limit of Datadog is spent until then, on the steady clock. */
  let spentUntil = Number.NEGATIVE_INFINITY;
  let limit = '';

  /** Every answer says how much of the limit is left (https://docs.datadoghq.com/api/latest/rate-limits/). */
  function noteLimit({ status, headers }: HttpResponse): void {
    const left = headers['x-ratelimit-remaining'];
    if (status !== 429 && (left === undefined || !(Number(left) <= 0))) return;
    spentUntil = clock.steady() + renewalMs(headers);
    const { 'x-ratelimit-limit': most, 'x-ratelimit-period': period } = headers;
    limit =
      /^\d{1,9}$/.test(most ?? '') && /^\d{1,6}$/.test(period ?? '') ? `${most} calls in ${period} s` : '';
  }

  const spent = () =>
    new QuotaSpent('calls of this organisation in Datadog', {
      why: `All keys of the organisation share Datadog's limit${limit ? ` of ${limit}` : ''}.`,
      fix: 'Release fewer functions at a time, or ask Datadog for a higher limit.',
    });

  return async (path, call) => {
    let renewed = false;
    for (let tries = 1; ; tries++) {
      if (clock.steady() < spentUntil) throw spent();
      try {
        const answer = await exchange(client, path, call, await login.headers(call.signal));
        noteLimit(answer);
        if (answer.status === 200) return objectIn(answer);
        if (answer.status === 429) throw spent();
        if (answer.status === 401 && !renewed && login.renew()) {
          renewed = true;
          continue;
        }
        if (answer.status === 401 || answer.status === 403)
          throw await login.explain(answer.status, saidBy(answer), call.signal);
        // The request itself is wrong, and stays wrong.
        if (answer.status === 400 || answer.status === 422)
          throw new CountsUnusable({
            what: `Datadog refused the query (${answer.status}${saidBy(answer)}).`,
            fix: 'Correct datadog_total and datadog_bad.',
          });
        if (!isTransient(answer.status) || tries >= mostTries) throw answeredBy(client, answer);
      } catch (error) {
        if (!(error instanceof TransportError) || error.permanent || tries >= mostTries) throw error;
      }
      await clock.sleep(500 * 2 ** tries, call.signal);
    }
  };
}
