import { AwsError } from '../../../aws/errors.ts';
import { explainDenied, readsPrometheus, regionOf } from '../../../aws/login.ts';
import { regionPattern } from '../../../aws/names.ts';
import { AwsSession, type AwsWorld } from '../../../aws/session.ts';
import { signingHeaders } from '../../../aws/sigv4.ts';
import { isObject, textOrEmpty } from '../../../domain/data/json.ts';
import { ReleaseError } from '../../../domain/errors/errors.ts';
import type { HttpResponse } from '../../../http/send.ts';
import type { ServerLogin } from './login.ts';
import { addedHeaders, type SecretSettings } from './secrets.ts';

/** Such as https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1234 */
const hostPattern = /^aps-workspaces(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;

/** Signs every question for Amazon Managed Service for Prometheus. */
export function awsLogin(
  world: AwsWorld,
  url: string,
  settings: SecretSettings & { role?: string | undefined },
): ServerLogin {
  const region = hostPattern.exec(new URL(url).hostname)?.[1] ?? regionOf(world.env);
  if (region === undefined || !regionPattern.test(region))
    throw new ReleaseError('input-invalid', {
      what: `prometheus_url names no region of AWS, and AWS_REGION is ${region === undefined ? 'not set' : 'none'}.`,
      fix: 'Use the URL of the workspace, such as https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1234, or set AWS_REGION.',
    });
  const session = new AwsSession(world, region, settings.role, readsPrometheus);
  const { clock } = world;
  /** How far the time of AWS is ahead of ours. */
  let aheadMs = 0;
  return {
    async headers(asked, signal) {
      const keys = await session.keys(signal);
      const signed = signingHeaders(
        {
          method: 'GET',
          host: asked.host,
          path: asked.pathname,
          query: [...asked.searchParams],
        },
        keys,
        { region, service: 'aps', at: clock.now() + aheadMs },
      );
      return { ...addedHeaders(settings), ...signed };
    },
    renew(answer) {
      const error = errorOf(answer);
      if (error.isExpired) session.renew();
      const ahead = Date.parse(answer.headers.date ?? '') - clock.now();
      const isClockWrong = error.isSkewed && Number.isFinite(ahead);
      if (isClockWrong) aheadMs = ahead;
      return error.isExpired || isClockWrong;
    },
    explain: (answer) => explainDenied(errorOf(answer), settings.role, readsPrometheus),
  };
}

function errorOf(answer: HttpResponse): AwsError {
  let body: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(answer.body.toString('utf8'));
    if (isObject(value)) body = value;
  } catch {
    // A proxy may have answered instead. Then the status says all.
  }
  const message = textOrEmpty(body.message) || textOrEmpty(body.Message);
  const type = textOrEmpty(body.__type) || (answer.headers['x-amzn-errortype'] ?? '');
  // The service names the error of a missing permission only in its text.
  const code = type || (/not authorized to perform/i.test(message) ? 'AccessDenied' : '');
  return new AwsError('aps:QueryMetrics', answer.status, code, message);
}
