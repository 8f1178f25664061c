import type { AwsClient } from '../../aws/client.ts';
import { AwsError } from '../../aws/errors.ts';
import { explainDenied } from '../../aws/login.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { CountsRefused, CountsUnusable } from '../../steps/ports/counts-refused.ts';
import { isCount } from '../count.ts';
import { isOnGrid, type Point, type Window } from '../minutes/window.ts';
import { QuotaSpent } from '../quota/quota-spent.ts';
import { firstWarning } from '../warnings.ts';
import { type Metric, metricText } from './counters.ts';

/** Reads sums of metrics, one list of points for each metric, in their order. A period without a point is absent. */
export type ReadSums = (
  metrics: readonly Metric[],
  window: Window,
  signal?: AbortSignal,
) => Promise<Point[][]>;

/** More pages than any window of ours has. An answer that never ends must not hold a release. */
const mostPages = 50;

const malformed = (why: string) =>
  new ReleaseError('response-malformed', { what: `The answer of CloudWatch cannot be used: ${why}.` });

const partial = (why: string) =>
  new ReleaseError('counts-partial', { what: `CloudWatch answered only in part: ${why}.` });

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export function createReadSums(client: AwsClient, role: string | undefined): ReadSums {
  return async (metrics, window, signal) => {
    const body = {
      MetricDataQueries: metrics.map(({ namespace, name, dimensions }, index) => ({
        Id: `m${index}`,
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: name,
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          },
          Period: window.periodSeconds,
          Stat: 'Sum',
        },
        ReturnData: true,
      })),
      StartTime: window.from / 1000,
      EndTime: window.to / 1000,
      ScanBy: 'TimestampAscending',
    };
    const pages = new Pages(metrics);
    let token: string | undefined;
    for (let page = 1; page <= mostPages; page++) {
      const answer = await ask(
        client,
        role,
        { ...body, ...(token === undefined ? {} : { NextToken: token }) },
        signal,
      );
      pages.add(answer, window);
      token = textOf(answer.NextToken);
      if (token === undefined) return pages.whole();
    }
    throw partial(`it has more than ${mostPages} pages`);
  };
}

async function ask(
  client: AwsClient,
  role: string | undefined,
  body: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<JsonObject> {
  try {
    const answer = await client({
      service: 'monitoring',
      target: 'GraniteServiceVersion20100801.GetMetricData',
      body,
      signal,
    });
    return answer as JsonObject;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.isThrottled)
      throw new QuotaSpent('metric reads of this AWS account and region', {
        cause: error,
        why: 'All tools of the account share the quota of GetMetricData.',
        fix: 'Release fewer functions at a time, or ask AWS for a higher quota of GetMetricData.',
      });
    if (error.isDenied)
      throw new CountsRefused({
        what: `The metrics of CloudWatch cannot be read (${error.awsCode}${error.awsMessage ? `: ${error.awsMessage}` : ''}).`,
        ...explainDenied(error, role),
        cause: error,
      });
    // The request itself is wrong, and stays wrong.
    if (error.status === 400 && /^(Invalid|Missing)Parameter|^Validation/.test(error.awsCode))
      throw new CountsUnusable({
        what: `CloudWatch refused the query: ${error.awsMessage || error.awsCode}`,
        fix: 'Correct cloudwatch_counts and cloudwatch_dimensions.',
        cause: error,
      });
    throw error;
  }
}

/** The points of all pages. One metric may be spread over several of them. */
class Pages {
  readonly #metrics: readonly Metric[];
  readonly #points: Map<number, number>[];
  /** What the last page that named it said of a metric. */
  readonly #status: (string | undefined)[];

  constructor(metrics: readonly Metric[]) {
    this.#metrics = metrics;
    this.#points = metrics.map(() => new Map());
    this.#status = metrics.map(() => undefined);
  }

  add(answer: JsonObject, window: Window): void {
    const global = messagesOf(answer.Messages);
    if (global !== undefined) throw partial(global);
    for (const raw of listOf(answer.MetricDataResults)) {
      const result = isObject(raw) ? raw : {};
      const index = Number(/^m(\d+)$/.exec(textOf(result.Id) ?? '')?.[1] ?? Number.NaN);
      const metric = this.#metrics[index];
      if (metric === undefined) throw malformed('it has a metric that nobody asked for');
      const said = messagesOf(result.Messages);
      this.#status[index] = textOf(result.StatusCode);
      if (this.#status[index] === 'Forbidden')
        throw new CountsRefused({
          what: `CloudWatch does not show ${metricText(metric)} to this identity${said ? `: ${said}` : ''}.`,
          fix: 'Use a role of the account to which the metric belongs.',
        });
      if (said !== undefined) throw partial(`${metricText(metric)}: ${said}`);
      const times = listOf(result.Timestamps);
      const values = listOf(result.Values);
      if (times.length !== values.length) throw malformed('it has more times than values, or fewer');
      for (const [n, time] of times.entries()) {
        const value = values[n];
        if (typeof time !== 'number' || !Number.isFinite(time) || !isCount(value))
          throw malformed('a point is not a time and a count');
        const start = Math.round(time * 1000);
        if (start < window.from || start >= window.to) continue;
        if (!isOnGrid(start, window))
          throw malformed('a point is between two of the periods that were asked for');
        const known = this.#points[index]?.get(start);
        if (known !== undefined && known !== value) throw malformed('a period has two counts');
        this.#points[index]?.set(start, value);
      }
    }
  }

  whole(): Point[][] {
    for (const [index, status] of this.#status.entries())
      if (status !== 'Complete') {
        const metric = metricText(this.#metrics[index] as Metric);
        throw partial(status === undefined ? `${metric} is missing` : `${metric} is ${status}`);
      }
    return this.#points.map((points) =>
      [...points].map(([start, sum]) => ({ start, sum })).sort((a, b) => a.start - b.start),
    );
  }
}

function messagesOf(value: unknown): string | undefined {
  const { Code, Value } = objectOf(listOf(value)[0]);
  const said = [textOf(Code), textOf(Value)].filter(Boolean).join(': ').slice(0, 300);
  return said === '' ? firstWarning(value) : said;
}
