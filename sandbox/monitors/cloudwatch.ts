import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { listen } from '../core/listen.ts';
import { AwsIdentity, type AwsRole } from './aws-identity.ts';
import { SageMaker } from './sagemaker.ts';
import { type Keys, type Refusal, refusalOf } from './signature.ts';

/**
 * The part of Amazon Web Services that a source of counts and pipelines call: CloudWatch's GetMetricData by AWS JSON 1.0 and SageMaker by 1.1, with signatures checked,
 * and STS' AssumeRoleWithWebIdentity; and what an administrator's `aws iam` asks for. Built from the service models that AWS publishes
 * with botocore.
 */
export interface CloudWatchOptions {
  region: string;
  now(): number;
  /** Data points a page. AWS has 100,800; tests want pages. */
  pageSize?: number;
  /** Counts that something else keeps, beside those that were put. */
  kept?(metric: MetricName): Iterable<Datum>;
}

export interface MetricName {
  namespace: string;
  name: string;
  dimensions: Readonly<Record<string, string>>;
}

export interface Datum {
  at: number;
  value: number;
  /** From then on GetMetricData shows it. */
  visibleAt: number;
}

/** What the next answers do instead. */
export type Trouble =
  // Of SageMaker alone: nothing happens to this call, or it takes effect and its answer is lost.
  | 'none'
  | 'lost'
  | 'throttle'
  | 'deny'
  | 'outage'
  | 'partial'
  | 'forbidden'
  | 'message'
  | { clockAheadMs: number };

interface Query {
  Id: string;
  MetricStat: {
    Metric: { Namespace: string; MetricName: string; Dimensions?: { Name: string; Value: string }[] };
    Period: number;
    Stat: string;
  };
}

const keyOf = (namespace: string, name: string, dimensions: Readonly<Record<string, string>>) =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);

export async function startCloudWatch({ region, now, pageSize = 100_800, kept }: CloudWatchOptions) {
  const data = new Map<string, Datum[]>();
  const keys = new Map<string, Keys>();
  const calls: { action: string; body: Record<string, unknown> }[] = [];
  const identity = new AwsIdentity();
  /** The role of each session. */
  const sessions = new Map<string, AwsRole>();
  /** The policy that each session was limited to. */
  const limits = new Map<string, string>();
  const sagemaker = new SageMaker(region, now);
  const troubles: Trouble[] = [];
  let aheadMs = 0;

  const put = (metric: MetricName, at: number, value: number, lateMs = 0) => {
    const key = keyOf(metric.namespace, metric.name, metric.dimensions);
    data.set(key, [...(data.get(key) ?? []), { at, value, visibleAt: at + lateMs }]);
  };

  function addKeys(token: string | undefined, lifetimeMs = Number.POSITIVE_INFINITY): Keys {
    const made = {
      id: `${token ? 'ASIA' : 'AKIA'}${randomBytes(8).toString('hex').toUpperCase()}`,
      secret: randomBytes(20).toString('hex'),
      token,
      expires: now() + lifetimeMs,
    };
    keys.set(made.id, made);
    return made;
  }

  /** Sums by period, the start of a period as its time, oldest first. A period without data is absent. */
  function sums({ MetricStat: { Metric, Period } }: Query, from: number, to: number): [number, number][] {
    const dimensions = Object.fromEntries((Metric.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
    const found = new Map<number, number>();
    const name = { namespace: Metric.Namespace, name: Metric.MetricName, dimensions };
    const put = data.get(keyOf(Metric.Namespace, Metric.MetricName, dimensions)) ?? [];
    for (const { at, value, visibleAt } of [...put, ...(kept?.(name) ?? [])]) {
      const start = Math.floor(at / (Period * 1000)) * Period;
      if (visibleAt <= now() && start >= from && start < to)
        found.set(start, (found.get(start) ?? 0) + value);
    }
    return [...found].sort(([a], [b]) => a - b);
  }

  function getMetricData(body: Record<string, unknown>): { status: number; body: unknown } {
    const queries = (body.MetricDataQueries ?? []) as Query[];
    const { StartTime: from, EndTime: to, NextToken: token } = body as Record<string, number | undefined>;
    if (from === undefined || to === undefined || from >= to)
      return refuse(400, {
        code: 'InvalidParameterValueException',
        message: 'The parameter StartTime must be less than EndTime.',
      });
    const wrong = queries.find(
      ({ Id, MetricStat: { Period } }) => !/^[a-z]\w*$/.test(Id) || Period % 60 !== 0,
    );
    if (wrong)
      return refuse(400, { code: 'ValidationError', message: `The query ${wrong.Id} is not valid.` });
    const points = queries.flatMap((query) =>
      sums(query, Math.floor(from / 60) * 60, to).map(([at, sum]) => ({ id: query.Id, at, sum })),
    );
    const begin = Number(token ?? 0);
    const end = begin + pageSize;
    const isLast = end >= points.length;
    const trouble = takeTrouble('partial', 'forbidden', 'message');
    return {
      status: 200,
      body: {
        MetricDataResults: queries.map(({ Id }) => {
          const own = points.slice(begin, end).filter(({ id }) => id === Id);
          const rest = points.slice(end).some(({ id }) => id === Id);
          return {
            Id,
            Label: Id,
            Timestamps: own.map(({ at }) => at),
            Values: own.map(({ sum }) => sum),
            StatusCode:
              trouble === 'forbidden'
                ? 'Forbidden'
                : trouble === 'partial' || rest
                  ? 'PartialData'
                  : 'Complete',
          };
        }),
        Messages:
          trouble === 'message'
            ? [{ Code: 'MaxMetricsExceeded', Value: 'Maximum number of allowed metrics exceeded' }]
            : [],
        ...(isLast ? {} : { NextToken: String(end) }),
      },
    };
  }

  const refuse = (status: number, { code, message }: Refusal) => ({
    status,
    body: { __type: `com.amazonaws.cloudwatch#${code}`, message },
  });

  /** May these keys do it? A session may do what both its role and its own policy allow. */
  function may(id: string, action: string): boolean {
    const role = sessions.get(id);
    return !role || (identity.may(role, action) && identity.allows(limits.get(id), action));
  }

  function takeTrouble(...kinds: Trouble[]): Trouble | undefined {
    const [next] = troubles;
    return next !== undefined && kinds.includes(next) ? troubles.shift() : undefined;
  }

  /** SageMaker and CloudWatch Logs: AWS JSON 1.1. Their errors have no namespace. */
  function sageMaker(
    request: IncomingMessage,
    body: string,
    service: 'sagemaker' | 'logs',
  ): { status: number; body: unknown } {
    const refused = (status: number, { code, message }: Refusal) => ({
      status,
      body: { __type: code, message },
    });
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const signature = refusalOf(
      { method: request.method ?? '', path: request.url ?? '', headers, body },
      (id) => keys.get(id),
      { region, service, now: now() + aheadMs },
    );
    if (signature) return refused(400, signature);
    if (headers['content-type'] !== 'application/x-amz-json-1.1')
      return refused(404, { code: 'UnknownOperationException', message: '' });
    const trouble = takeTrouble('throttle', 'deny', 'outage', 'none', 'lost');
    if (trouble === 'throttle')
      return refused(400, { code: 'ThrottlingException', message: 'Rate exceeded' });
    if (trouble === 'outage') return { status: 503, body: 'Service Unavailable' };
    const action = (headers['x-amz-target'] ?? '').replace(/^(SageMaker|Logs_20140328)\./, '');
    const id = /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
    if (trouble === 'deny' || !may(id, `${service}:${action}`))
      return refused(400, {
        code: 'AccessDeniedException',
        message: `not authorized to perform: ${service}:${action}`,
      });
    const parsed = JSON.parse(body) as Record<string, unknown>;
    calls.push({ action, body: parsed });
    const answer = service === 'logs' ? sagemaker.logs(action, parsed) : sagemaker.call(action, parsed);
    if (trouble === 'lost') return { status: 504, body: 'Gateway Timeout' };
    return 'refused' in answer ? refused(400, answer.refused as Refusal) : { status: 200, body: answer };
  }

  function cloudWatch(request: IncomingMessage, body: string): { status: number; body: unknown } {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const time = now() + aheadMs;
    const refused = refusalOf(
      { method: request.method ?? '', path: request.url ?? '', headers, body },
      (id) => keys.get(id),
      { region, service: 'monitoring', now: time },
    );
    if (refused) return refuse(400, refused);
    if (headers['content-type'] !== 'application/x-amz-json-1.0')
      return refuse(404, { code: 'UnknownOperationException', message: '' });
    const trouble = takeTrouble('throttle', 'deny', 'outage');
    if (trouble === 'throttle') return refuse(400, { code: 'ThrottlingException', message: 'Rate exceeded' });
    const id = /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
    if (trouble === 'deny' || !may(id, 'cloudwatch:GetMetricData'))
      return refuse(400, {
        code: 'AccessDeniedException',
        message: 'not authorized to perform: cloudwatch:GetMetricData',
      });
    if (trouble === 'outage') return { status: 503, body: 'Service Unavailable' };
    const action = headers['x-amz-target'] ?? '';
    const parsed = JSON.parse(body) as Record<string, unknown>;
    calls.push({ action, body: parsed });
    if (action === 'GraniteServiceVersion20100801.GetMetricData') return getMetricData(parsed);
    return refuse(404, { code: 'UnknownOperationException', message: '' });
  }

  const queryError = (api: string, { status, code, message }: Refusal & { status: number }) => ({
    status,
    body: `<ErrorResponse xmlns="https://${api}/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  });

  function iam(request: IncomingMessage, form: URLSearchParams, body: string) {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const call = { method: request.method ?? '', path: request.url ?? '', headers, body };
    const scope = { region: 'us-east-1', service: 'iam', now: now() + aheadMs };
    const refused = refusalOf(call, (id) => (sessions.has(id) ? undefined : keys.get(id)), scope);
    const api = 'iam.amazonaws.com/doc/2010-05-08';
    if (refused) return queryError(api, { status: 403, ...refused });
    const action = form.get('Action') ?? '';
    const answer = identity.call(form);
    if (typeof answer !== 'string') return queryError(api, answer);
    const id =
      '<ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata>';
    const result = answer === '' ? '' : `<${action}Result>${answer}</${action}Result>`;
    return {
      status: 200,
      body: `<${action}Response xmlns="https://${api}/">${result}${id}</${action}Response>`,
    };
  }

  function sts(form: URLSearchParams): { status: number; body: string } {
    calls.push({ action: form.get('Action') ?? '', body: Object.fromEntries(form) });
    const error = (status: number, code: string, message: string) =>
      queryError('sts.amazonaws.com/doc/2011-06-15', { status, code, message });
    const arn = form.get('RoleArn') ?? '';
    if (!/^[\w+=,.@-]{2,64}$/.test(form.get('RoleSessionName') ?? ''))
      return error(400, 'ValidationError', 'RoleSessionName is not valid');
    const refused = identity.refusalOf(arn, form.get('WebIdentityToken') ?? '');
    const role = identity.roleOf(arn);
    if (refused) return error(refused.status, refused.code, refused.message);
    const made = addKeys(randomBytes(24).toString('base64'), Number(form.get('DurationSeconds')) * 1000);
    if (role) sessions.set(made.id, role);
    limits.set(made.id, form.get('Policy') ?? '');
    return {
      status: 200,
      body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Credentials>
      <SessionToken>${made.token}</SessionToken>
      <SecretAccessKey>${made.secret}</SecretAccessKey>
      <Expiration>${new Date(made.expires).toISOString()}</Expiration>
      <AccessKeyId>${made.id}</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`,
    };
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const [first] = troubles;
    if (typeof first === 'object') {
      aheadMs = first.clockAheadMs;
      troubles.shift();
    }
    const isQuery = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const form = new URLSearchParams(isQuery ? body : '');
    const target = String(request.headers['x-amz-target']);
    const isLogs = target.startsWith('Logs_20140328.');
    const isSageMaker = isLogs || target.startsWith('SageMaker.');
    const answer = !isQuery
      ? isSageMaker
        ? sageMaker(request, body, isLogs ? 'logs' : 'sagemaker')
        : cloudWatch(request, body)
      : form.get('Version') === '2010-05-08'
        ? iam(request, form, body)
        : sts(form);
    response.setHeader('date', new Date(now() + aheadMs).toUTCString());
    response.writeHead(answer.status, {
      'content-type': isQuery ? 'text/xml' : `application/x-amz-json-1.${isSageMaker ? 1 : 0}`,
    });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  const running = await listen(server, 'cloudwatch');
  return {
    running,
    url: running.url,
    close: running.close,
    put,
    addKeys,
    keys,
    identity,
    troubles,
    calls,
    sagemaker,
  };
}
