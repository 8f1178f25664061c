import { type JsonObject, listOf, objectOf, textOf } from '../domain/data/json.ts';
import { ReleaseError } from '../domain/errors/errors.ts';
import type { TailOptions } from '../domain/pipeline/tail.ts';
import type { TaskFact } from '../domain/pipeline/types.ts';
import { slug } from '../domain/product.ts';
import type { Pipelines } from '../steps/pipeline/ports.ts';
import { createAwsClient } from './client.ts';
import { AwsError } from './errors.ts';
import { jobTail } from './job-log.ts';
import { type AwsPurpose, explainDenied, policyOf } from './login.ts';
import { executionFact, finalMetrics, stepFact, trainingJob } from './sagemaker-fact.ts';
import { AwsSession, type AwsWorld } from './session.ts';

const actions = [
  ...[
    'StartPipelineExecution',
    'DescribePipelineExecution',
    'ListPipelineExecutionSteps',
    'StopPipelineExecution',
    'DescribeTrainingJob',
  ].map((name) => `sagemaker:${name}`),
  ...['DescribeLogStreams', 'GetLogEvents'].map((name) => `logs:${name}`),
];

export const runsPipelines: AwsPurpose = {
  policy: policyOf(actions),
  policyName: `${slug}-runs-pipelines`,
  roleInput: 'sagemaker_role',
  regionInput: 'sagemaker_region',
  reads: 'pipelines of SageMaker',
  actions: actions.join(', '),
};

export interface SageMakerOptions extends TailOptions {
  world: AwsWorld;
  region: string;
  role: string | undefined;
  /** What to start, and the token of the nth job. Undefined if the run only waits. */
  job:
    | {
        pipeline: string;
        parameters: readonly { Name: string; Value: string }[];
        displayName: string;
        token: (nth: number) => string;
      }
    | undefined;
}

const mostPages = 20;
/** A throttled call is repeated after 2, 4, 8, 16 and 32 s. A start has its token, so it may be repeated too. */
const mostThrottled = 5;

/** Pipelines of SageMaker by AWS JSON 1.1 (service model sagemaker-2017-07-24). */
export function createSageMakerPipelines({
  world,
  region,
  role,
  job,
  text,
  redact,
}: SageMakerOptions): Pipelines {
  const session = new AwsSession(world, region, role, runsPipelines);
  const client = createAwsClient(world, session, region);
  /** Metrics of training jobs that have ended, which do not change. */
  const measured = new Map<string, Record<string, number>>();

  async function call(operation: string, body: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    for (let tries = 1; ; tries++) {
      try {
        return objectOf(
          await client({ service: 'sagemaker', target: `SageMaker.${operation}`, body, signal }),
        );
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        if (error.isDenied)
          throw new ReleaseError('permission-denied', {
            what: error.what,
            ...explainDenied(error, role, runsPipelines),
            cause: error,
          });
        if (!error.isThrottled || tries > mostThrottled) throw error;
      }
      await world.clock.sleep(1000 * 2 ** tries, signal);
    }
  }

  /** Steps, the oldest first. */
  async function steps(arn: string, signal: AbortSignal): Promise<TaskFact[]> {
    const found: JsonObject[] = [];
    let token: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const answer = await call(
        'ListPipelineExecutionSteps',
        {
          ...{ PipelineExecutionArn: arn, SortOrder: 'Ascending', MaxResults: 100 },
          ...(token === undefined ? {} : { NextToken: token }),
        },
        signal,
      );
      found.push(...listOf(answer.PipelineExecutionSteps).map(objectOf));
      token = textOf(answer.NextToken);
      if (token === undefined) break;
    }
    const facts: TaskFact[] = [];
    for (const step of found) {
      const training = step.StepStatus === 'Succeeded' ? trainingJob(step) : undefined;
      facts.push(stepFact(step, training === undefined ? {} : await metricsOf(training, signal)));
    }
    return facts;
  }

  async function metricsOf(training: string, signal: AbortSignal): Promise<Record<string, number>> {
    const known = measured.get(training);
    if (known) return known;
    const found = finalMetrics(await call('DescribeTrainingJob', { TrainingJobName: training }, signal));
    measured.set(training, found);
    return found;
  }

  return {
    async open(nth, signal) {
      if (!job)
        throw new ReleaseError('internal', { what: 'A run that only waits was to start a pipeline.' });
      const answer = await call(
        'StartPipelineExecution',
        {
          PipelineName: job.pipeline,
          PipelineExecutionDisplayName: job.displayName,
          PipelineParameters: [...job.parameters],
          // The same token gives the same execution, however often it is asked for.
          ClientRequestToken: job.token(nth),
        },
        signal,
      );
      const name = textOf(answer.PipelineExecutionArn);
      if (name === undefined)
        throw new ReleaseError('response-malformed', {
          what: 'sagemaker:StartPipelineExecution answered without the name of an execution.',
        });
      return { name, joined: undefined };
    },
    async read(name, signal) {
      let execution: JsonObject;
      try {
        execution = await call('DescribePipelineExecution', { PipelineExecutionArn: name }, signal);
      } catch (error) {
        if (error instanceof AwsError && error.awsCode === 'ResourceNotFound') return undefined;
        throw error;
      }
      return executionFact(execution, await steps(name, signal));
    },
    async cancel(name, signal) {
      try {
        await call(
          'StopPipelineExecution',
          { PipelineExecutionArn: name, ClientRequestToken: stopToken(name) },
          signal,
        );
      } catch (error) {
        // What has ended, or is being stopped, cannot be stopped again.
        if (!(error instanceof AwsError && /^(Conflict|ResourceNotFound|Validation)$/.test(error.awsCode)))
          throw error;
      }
    },
    async tail({ worker }, signal) {
      return worker === undefined ? undefined : jobTail(client, { region, worker, signal }, { text, redact });
    },
  };
}

/** A token of 32 to 128 characters that is the same for every stop of an execution. */
const stopToken = (arn: string): string => `stop-${arn.slice(-24)}`.padEnd(32, '-').slice(-128);
