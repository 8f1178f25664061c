import { isObject, textOrEmpty } from '../domain/data/json.ts';
import { ReleaseError } from '../domain/errors/errors.ts';
import { type HttpResponse, send } from '../http/send.ts';
import { type AwsService, awsEndpoint } from './endpoints.ts';
import { AwsError } from './errors.ts';
import { type AwsSession, type AwsWorld, isTransient } from './session.ts';
import { signingHeaders } from './sigv4.ts';

export interface AwsCall {
  service: Exclude<AwsService, 'sts'>;
  /** Shape and version of the service, then the operation, such as `GraniteServiceVersion20100801.GetMetricData`. */
  target: string;
  body: Readonly<Record<string, unknown>>;
  signal?: AbortSignal | undefined;
}

export type AwsClient = (call: AwsCall) => Promise<Record<string, unknown>>;

/** The version of AWS JSON that each service speaks, and the name by which people know it. */
const protocols = {
  monitoring: { json: '1.0', shown: 'cloudwatch' },
  sagemaker: { json: '1.1', shown: 'sagemaker' },
  logs: { json: '1.1', shown: 'logs' },
} as const;

const mostTries = 3;
/** A signature that is five minutes off is refused. Smaller differences are no reason to correct the time. */
const toleratedMs = 60_000;

/**
 * Calls operations by AWS JSON (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html), which CloudWatch speaks beside
 * its older query protocol, and SageMaker and CloudWatch Logs alone: numbers arrive as numbers, and times as seconds. Throws `AwsError` if AWS refuses.
 */
export function createAwsClient(world: AwsWorld, session: AwsSession, region: string): AwsClient {
  const { clock, env, sandbox, userAgent } = world;
  /** How far the time of AWS is ahead of ours. */
  let aheadMs = 0;

  async function once(call: AwsCall): Promise<HttpResponse> {
    const keys = await session.keys(call.signal);
    const base = awsEndpoint(call.service, region, env, sandbox);
    const body = JSON.stringify(call.body);
    const headers = {
      'content-type': `application/x-amz-json-${protocols[call.service].json}`,
      'x-amz-target': call.target,
    };
    const signed = signingHeaders(
      { method: 'POST', host: new URL(base).host, path: '/', headers: Object.entries(headers), body },
      keys,
      { region, service: call.service, at: clock.now() + aheadMs },
    );
    return send({
      method: 'POST',
      url: `${base}/`,
      headers: { ...headers, ...signed, accept: 'application/json', 'user-agent': userAgent },
      body,
      timeoutMs: 20_000,
      maxBytes: 8 * 1024 * 1024,
      signal: call.signal,
    });
  }

  return async (call) => {
    const shown = call.target.replace(/^.*\./, `${protocols[call.service].shown}:`);
    let repaired = false;
    for (let tries = 1; ; tries++) {
      let failure: unknown;
      try {
        const answer = await once(call);
        if (answer.status === 200) return objectIn(shown, answer);
        if (answer.status >= 300 && answer.status < 400)
          throw new ReleaseError('redirect-refused', {
            what: `${shown} answered with a redirect (${answer.status}).`,
          });
        const error = errorOf(shown, answer);
        const ahead = Date.parse(answer.headers.date ?? '') - clock.now();
        const isClockWrong = error.isSkewed && Math.abs(ahead - aheadMs) > toleratedMs;
        if (!repaired && (isClockWrong || error.isExpired)) {
          repaired = true;
          if (isClockWrong) aheadMs = ahead;
          else session.renew();
          continue;
        }
        throw error;
      } catch (error) {
        failure = error;
      }
      // A call too many is no failure. Who asked waits, and asks more rarely.
      const isThrottled = failure instanceof AwsError && failure.isThrottled;
      if (isThrottled || tries >= mostTries || !isTransient(failure)) throw failure;
      await clock.sleep(500 * 2 ** tries, call.signal);
    }
  };
}

function objectIn(shown: string, answer: HttpResponse): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(answer.body.toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new ReleaseError('response-malformed', { what: `${shown} answered without a JSON object.` });
}

/** `__type` names the error. A service that spoke the query protocol before repeats its old name in a header. */
function errorOf(shown: string, answer: HttpResponse): AwsError {
  let body: Record<string, unknown> = {};
  try {
    body = objectIn(shown, answer);
  } catch {
    // A proxy may have answered instead. Then the status says all.
  }
  const type = textOrEmpty(body.__type) || (answer.headers['x-amzn-errortype'] ?? '');
  return new AwsError(shown, answer.status, type, textOrEmpty(body.message) || textOrEmpty(body.Message));
}
