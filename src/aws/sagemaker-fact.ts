import { type JsonObject, listOf, objectOf, textOf } from '../domain/data/json.ts';
import type { JobFact, JobState, ModelFact, TaskFact, TaskState } from '../domain/pipeline/types.ts';
import { logText } from '../domain/text/safe-text.ts';

/** PipelineExecutionStatus. Only Succeeded is success. */
const jobStates: Readonly<Record<string, JobState>> = {
  Executing: 'running',
  Stopping: 'stopping',
  Stopped: 'cancelled',
  Failed: 'failed',
  Succeeded: 'succeeded',
  CompletedWithFailures: 'partly_failed',
};

/** StepStatus */
const stepStates: Readonly<Record<string, TaskState>> = {
  Starting: 'waiting',
  Executing: 'running',
  Stopping: 'stopping',
  Stopped: 'cancelled',
  Failed: 'failed',
  Succeeded: 'succeeded',
  Skipped: 'not_triggered',
};

export const executionArn =
  /^arn:(aws[a-z-]*):sagemaker:([a-z0-9-]+):\d{12}:pipeline\/([\w-]+)\/execution\/([\w-]+)$/;

/** The page of SageMaker in the console. Executions themselves are shown in the Studio of the account. */
export function executionPage(arn: string): string {
  const [, partition, region = ''] = executionArn.exec(arn) ?? [];
  const host = partition === 'aws-cn' ? 'console.amazonaws.cn' : 'console.aws.amazon.com';
  return `https://${region}.${host}/sagemaker/home?region=${region}#/pipelines`;
}

const shortened = (text: string | undefined) => (text === undefined ? undefined : logText(text, 600));

export function executionFact(execution: JsonObject, tasks: readonly TaskFact[]): JobFact {
  const name = textOf(execution.PipelineExecutionArn) ?? '';
  const word = textOf(execution.PipelineExecutionStatus) ?? '';
  return {
    name,
    state: (Object.hasOwn(jobStates, word) ? jobStates[word] : undefined) ?? 'running',
    word,
    error: shortened(textOf(execution.FailureReason)),
    page: executionPage(name),
    tasks,
  };
}

/** A step of an execution. The metrics are those of its training job. */
export function stepFact(step: JsonObject, metrics: Readonly<Record<string, number>>): TaskFact {
  const word = textOf(step.StepStatus) ?? '';
  const name = textOf(step.StepName) ?? '';
  const isCached = textOf(objectOf(step.CacheHitResult).SourcePipelineExecutionArn) !== undefined;
  const state = (Object.hasOwn(stepStates, word) ? stepStates[word] : undefined) ?? 'running';
  return {
    id: `${name} ${textOf(step.StepDisplayName) ?? ''} ${step.StartTime ?? ''}`,
    name,
    state: isCached && state === 'succeeded' ? 'cached' : state,
    word: isCached ? `${word}, from the cache` : word,
    error: shortened(textOf(step.FailureReason)),
    worker: workerOf(step),
    metrics,
    models: modelsOf(step),
  };
}

/** `arn:aws:sagemaker:R:A:training-job/NAME` as NAME. */
export const trainingJob = (step: JsonObject): string | undefined =>
  /:training-job\/([\w-]+)$/.exec(textOf(objectOf(objectOf(step.Metadata).TrainingJob).Arn) ?? '')?.[1];

/** The job that runs the container of a step, as `training-job/NAME` or `processing-job/NAME`. */
function workerOf(step: JsonObject): string | undefined {
  const { TrainingJob: training, ProcessingJob: processing } = objectOf(step.Metadata);
  const arn = textOf(objectOf(training).Arn) ?? textOf(objectOf(processing).Arn) ?? '';
  return /:((?:training|processing)-job\/[\w-]+)$/.exec(arn)?.[1];
}

function modelsOf(step: JsonObject): ModelFact[] {
  const arn = textOf(objectOf(objectOf(step.Metadata).RegisterModel).Arn);
  if (arn === undefined) return [];
  // The version of a package is the last part of its name, if it is in a group.
  const version = /:model-package\/[^/]+\/(\d+)$/.exec(arn)?.[1];
  return [{ output: 'model', name: arn, version, uri: undefined }];
}

/** DescribeTrainingJob.FinalMetricDataList as numbers by name. */
export const finalMetrics = (answer: JsonObject): Record<string, number> =>
  Object.fromEntries(
    listOf(answer.FinalMetricDataList)
      .map(objectOf)
      .flatMap(({ MetricName, Value }): [string, number][] =>
        typeof MetricName === 'string' && typeof Value === 'number' ? [[MetricName, Value]] : [],
      ),
  );
