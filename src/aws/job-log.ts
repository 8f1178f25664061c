import { type Json, listOf, objectOf, textOf } from '../domain/data/json.ts';
import { mostEntries, type TailOptions, tailLines } from '../domain/pipeline/tail.ts';
import type { AwsClient } from './client.ts';
import { AwsError } from './errors.ts';

/**
 * The log of a job of SageMaker (https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html): each container writes a stream
 * `JOB/algo-N-TIME` of the group of its kind of job.
 */

const groups: Readonly<Record<string, string>> = {
  'training-job': '/aws/sagemaker/TrainingJobs',
  'processing-job': '/aws/sagemaker/ProcessingJobs',
};

/** A log is read for people, after the job has failed. */
const deadlineMs = 15_000;

/** The last lines of the container that wrote last, and the page of the job's log. Undefined if no container ran. */
export async function jobTail(
  client: AwsClient,
  { region, worker, signal }: { region: string; worker: string; signal: AbortSignal },
  options: TailOptions,
): Promise<{ lines: string[]; page: string } | undefined> {
  const [kind = '', job = ''] = worker.split('/');
  const logGroupName = Object.hasOwn(groups, kind) ? groups[kind] : undefined;
  if (logGroupName === undefined) return undefined;
  const page = logPage(region, logGroupName, job);
  const call = (operation: string, body: Record<string, unknown>) =>
    client({
      ...{ service: 'logs', target: `Logs_20140328.${operation}`, body: { logGroupName, ...body } },
      signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
    });
  try {
    const { logStreams } = await call('DescribeLogStreams', { logStreamNamePrefix: `${job}/`, limit: 50 });
    const streams = listOf(logStreams as Json).map(objectOf);
    const wrote = (stream: Record<string, unknown>) => Number(stream.lastEventTimestamp ?? 0);
    const logStreamName = textOf(
      streams.toSorted((one, other) => wrote(other) - wrote(one))[0]?.logStreamName,
    );
    if (logStreamName === undefined) return { lines: [], page };
    const { events } = await call('GetLogEvents', {
      logStreamName,
      limit: mostEntries,
      startFromHead: false,
    });
    const entries = listOf(events as Json)
      .map(objectOf)
      .map(({ timestamp, message }) => ({
        timestamp: typeof timestamp === 'number' ? timeText(timestamp) : '',
        textPayload: textOf(message) ?? '',
      }));
    return { lines: tailLines(entries, options), page };
  } catch (error) {
    // No container has written yet, or this role may not read: the page is told all the same.
    if (error instanceof AwsError && (error.isDenied || error.awsCode === 'ResourceNotFound'))
      return { lines: [], page };
    throw error;
  }
}

const timeText = (ms: number): string => (Math.abs(ms) < 8e15 ? new Date(ms).toISOString() : '');

function logPage(region: string, group: string, job: string): string {
  const host = region.startsWith('cn-') ? 'console.amazonaws.cn' : 'console.aws.amazon.com';
  // The console writes `$` where a URL has `%`, in a name that is encoded twice.
  const named = encodeURIComponent(encodeURIComponent(group)).replaceAll('%', '$');
  return `https://${region}.${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${named}$3FlogStreamNameFilter$3D${job}`;
}
