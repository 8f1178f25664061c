import { randomBytes } from 'node:crypto';
import type { Refusal } from './signature.ts';

type Json = Record<string, unknown>;

/** A step of a pipeline, and what becomes of it in executions that start from now on. */
export interface StepPlan {
  name: string;
  kind: 'Processing' | 'Training' | 'RegisterModel' | 'Condition';
  milliseconds?: number;
  fails?: string;
  /** Its result comes from an earlier execution. */
  cached?: boolean;
  /** Final metrics of its training job. */
  metrics?: Record<string, number>;
  /** What its container writes. */
  log?: string[];
}

export interface PipelinePlan {
  /** Parameters with their defaults. Null: it has none, so a value is needed. */
  parameters: Record<string, string | null>;
  /** They run one after another. */
  steps: StepPlan[];
  /** A step that fails does not fail the execution. */
  goesOn?: boolean;
}

interface Execution {
  arn: string;
  pipeline: string;
  displayName: string;
  parameters: Json;
  startedAt: number;
  stoppedAt?: number;
  plan: PipelinePlan;
}

interface RanStep extends StepPlan {
  status: string;
  startsAt: number;
  endsAt: number;
}

const stopMs = 1000;
const usualMs = 1000;
const ended = new Set(['Succeeded', 'Failed', 'Stopped', 'CompletedWithFailures']);

/** A refusal in the words of the service. */
class Refused extends Error {
  readonly refusal: Refusal;
  constructor(code: string, message: string) {
    super(message);
    this.refusal = { code, message };
  }
}

const name = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$/;

/**
 * The part of SageMaker that runs pipelines, built from the service model sagemaker-2017-07-24 that AWS publishes with botocore. Nothing is
 * executed: a step takes its time and ends as its plan says.
 */
export class SageMaker {
  readonly pipelines = new Map<string, PipelinePlan>();
  readonly executions = new Map<string, Execution>();
  readonly #tokens = new Map<string, string>();
  readonly #region: string;
  readonly #now: () => number;

  constructor(region: string, now: () => number) {
    this.#region = region;
    this.#now = now;
  }

  /** An operation by its name. Times are seconds since the epoch, as AWS JSON has them. */
  call(operation: string, body: Json): Json | { refused: Refusal } {
    try {
      switch (operation) {
        case 'StartPipelineExecution':
          return this.#start(body);
        case 'DescribePipelineExecution':
          return this.#describe(this.#find(body));
        case 'ListPipelineExecutionSteps':
          return this.#list(this.#find(body), body);
        case 'StopPipelineExecution':
          return this.#stop(this.#find(body), body);
        case 'DescribeTrainingJob':
          return this.#training(String(body.TrainingJobName));
        default:
          return { refused: { code: 'UnknownOperationException', message: '' } };
      }
    } catch (error) {
      if (error instanceof Refused) return { refused: error.refusal };
      throw error;
    }
  }

  #start(body: Json): Json {
    const pipeline = String(body.PipelineName ?? '');
    const token = String(body.ClientRequestToken ?? '');
    if (!name.test(pipeline))
      throw invalid(`Value '${pipeline}' at 'pipelineName' failed to satisfy constraint`);
    if (token.length < 32 || token.length > 128)
      throw invalid(
        `Value '${token}' at 'clientRequestToken' failed to satisfy constraint: Member must have length between 32 and 128`,
      );
    const displayName = String(body.PipelineExecutionDisplayName ?? '');
    if (displayName !== '' && !/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}$/.test(displayName))
      throw invalid(`Value '${displayName}' at 'pipelineExecutionDisplayName' failed to satisfy constraint`);
    const plan = this.pipelines.get(pipeline);
    if (!plan) throw new Refused('ResourceNotFound', `Pipeline '${pipeline}' does not exist.`);
    const known = this.#tokens.get(token);
    if (known !== undefined) return { PipelineExecutionArn: known };
    const given = Object.fromEntries(
      ((body.PipelineParameters ?? []) as { Name: string; Value: string }[]).map(({ Name, Value }) => [
        Name,
        Value,
      ]),
    );
    for (const key of Object.keys(given))
      if (!(key in plan.parameters)) throw invalid(`Unknown parameter '${key}' in pipeline '${pipeline}'.`);
    for (const [key, fallback] of Object.entries(plan.parameters))
      if (fallback === null && given[key] === undefined) throw invalid(`Parameter '${key}' has no value.`);
    const arn = `arn:aws:sagemaker:${this.#region}:123456789012:pipeline/${pipeline}/execution/${randomBytes(6).toString('hex')}`;
    this.#tokens.set(token, arn);
    this.executions.set(arn, {
      ...{ arn, pipeline, displayName, parameters: given, startedAt: this.#now() },
      plan: structuredClone(plan),
    });
    return { PipelineExecutionArn: arn };
  }

  #find(body: Json): Execution {
    const arn = String(body.PipelineExecutionArn ?? '');
    const found = this.executions.get(arn);
    if (!found) throw new Refused('ResourceNotFound', `PipelineExecution '${arn}' does not exist.`);
    return found;
  }

  #run({ plan, startedAt, stoppedAt }: Execution): {
    status: string;
    steps: RanStep[];
    endsAt: number;
    failed: RanStep[];
  } {
    const now = this.#now();
    const until = stoppedAt ?? now;
    const steps: RanStep[] = [];
    let at = startedAt;
    let isStopped = false;
    for (const step of plan.steps) {
      if (isStopped || at > until) break;
      const endsAt = at + (step.cached ? 10 : (step.milliseconds ?? usualMs));
      const isOver = endsAt <= until;
      const status = !isOver
        ? stoppedAt === undefined
          ? 'Executing'
          : now < stoppedAt + stopMs
            ? 'Stopping'
            : 'Stopped'
        : step.fails
          ? 'Failed'
          : 'Succeeded';
      steps.push({ ...step, status, startsAt: at, endsAt });
      if (!isOver)
        return {
          status: stoppedAt === undefined ? 'Executing' : now < stoppedAt + stopMs ? 'Stopping' : 'Stopped',
          steps,
          endsAt: stoppedAt === undefined ? endsAt : stoppedAt + stopMs,
          failed: [],
        };
      if (step.fails && !plan.goesOn) isStopped = true;
      at = endsAt;
    }
    const failed = steps.filter(({ status }) => status === 'Failed');
    const status = failed.length === 0 ? 'Succeeded' : plan.goesOn ? 'CompletedWithFailures' : 'Failed';
    return { status, steps, endsAt: at, failed };
  }

  #describe(execution: Execution): Json {
    const { status, endsAt, failed } = this.#run(execution);
    return {
      PipelineArn: execution.arn.replace(/\/execution\/.*$/, ''),
      PipelineExecutionArn: execution.arn,
      PipelineExecutionDisplayName: execution.displayName,
      PipelineExecutionStatus: status,
      CreationTime: execution.startedAt / 1000,
      LastModifiedTime: (ended.has(status) ? endsAt : this.#now()) / 1000,
      ...(status === 'Failed'
        ? {
            FailureReason: `Step failure: One or multiple steps failed (${failed.map((step) => step.name).join(', ')}).`,
          }
        : {}),
    };
  }

  #list(execution: Execution, { MaxResults, NextToken, SortOrder }: Json): Json {
    const { steps } = this.#run(execution);
    const ordered = SortOrder === 'Ascending' ? steps : steps.toReversed();
    const from = Number(NextToken ?? 0);
    const end = from + Number(MaxResults ?? 10);
    return {
      PipelineExecutionSteps: ordered.slice(from, end).map((step) => this.#shown(execution, step)),
      ...(end < ordered.length ? { NextToken: String(end) } : {}),
    };
  }

  #shown({ arn }: Execution, { name: step, kind, status, startsAt, endsAt, fails, cached }: RanStep): Json {
    const id = `${arn.slice(-12)}-${step}`;
    const account = `arn:aws:sagemaker:${this.#region}:123456789012`;
    const about: Record<StepPlan['kind'], Json> = {
      Training: { TrainingJob: { Arn: `${account}:training-job/${id}` } },
      Processing: { ProcessingJob: { Arn: `${account}:processing-job/${id}` } },
      RegisterModel: {
        RegisterModel: {
          Arn: `${account}:model-package/ocr-correction/${[...this.executions.keys()].indexOf(arn) + 1}`,
        },
      },
      Condition: { Condition: { Outcome: 'True' } },
    };
    const isOver = ended.has(status);
    return {
      StepName: step,
      StartTime: startsAt / 1000,
      ...(isOver ? { EndTime: endsAt / 1000 } : {}),
      StepStatus: status,
      AttemptCount: 1,
      ...(status === 'Failed' ? { FailureReason: fails } : {}),
      ...(cached
        ? { CacheHitResult: { SourcePipelineExecutionArn: arn.replace(/.{12}$/, '000000000000') } }
        : {}),
      ...(status === 'Succeeded' || kind === 'Training' || kind === 'Processing'
        ? { Metadata: about[kind] }
        : {}),
    };
  }

  #stop(execution: Execution, { ClientRequestToken: token = '' }: Json): Json {
    const { length } = String(token);
    if (length < 32 || length > 128)
      throw invalid(`Value '${token}' at 'clientRequestToken' failed to satisfy constraint`);
    const { status } = this.#run(execution);
    if (ended.has(status))
      throw new Refused(
        'ConflictException',
        `Only pipeline executions in Executing state can be stopped: ${status}.`,
      );
    execution.stoppedAt ??= this.#now();
    return { PipelineExecutionArn: execution.arn };
  }

  /** CloudWatch Logs: the streams of the jobs, from the service model logs-2014-03-28. */
  logs(
    operation: string,
    { logGroupName, logStreamNamePrefix, logStreamName, limit }: Json,
  ): Json | { refused: Refusal } {
    const kind = /^\/aws\/sagemaker\/(Training|Processing)Jobs$/.exec(String(logGroupName))?.[1];
    const streams = [...this.executions.values()].flatMap((execution) =>
      this.#run(execution)
        .steps.filter((step) => step.kind === kind && step.log && !step.cached)
        .map(({ name: step, log = [], startsAt }) => ({
          name: `${execution.arn.slice(-12)}-${step}/algo-1-${Math.floor(startsAt / 1000)}`,
          ...{ log, startsAt },
        })),
    );
    if (kind === undefined || streams.length === 0)
      return {
        refused: { code: 'ResourceNotFoundException', message: 'The specified log group does not exist.' },
      };
    if (operation === 'DescribeLogStreams')
      return {
        logStreams: streams
          .filter((stream) => stream.name.startsWith(String(logStreamNamePrefix)))
          .slice(0, Number(limit ?? 50))
          .map((stream) => ({ logStreamName: stream.name, lastEventTimestamp: stream.startsAt })),
      };
    const found = streams.find((stream) => stream.name === logStreamName);
    if (operation !== 'GetLogEvents') return { refused: { code: 'UnknownOperationException', message: '' } };
    if (!found)
      return {
        refused: { code: 'ResourceNotFoundException', message: 'The specified log stream does not exist.' },
      };
    const events = found.log.map((message, at) => ({ timestamp: found.startsAt + at, message }));
    return { events: events.slice(-Number(limit ?? 10_000)) };
  }

  #training(job: string): Json {
    for (const execution of this.executions.values()) {
      const step = this.#run(execution).steps.find(
        (one) => `${execution.arn.slice(-12)}-${one.name}` === job,
      );
      if (!step) continue;
      return {
        TrainingJobName: job,
        TrainingJobArn: `arn:aws:sagemaker:${this.#region}:123456789012:training-job/${job}`,
        TrainingJobStatus: step.status === 'Succeeded' ? 'Completed' : 'InProgress',
        FinalMetricDataList: Object.entries(step.metrics ?? {}).map(([MetricName, Value]) => ({
          ...{ MetricName, Value, Timestamp: step.endsAt / 1000 },
        })),
      };
    }
    throw invalid('Requested resource not found.');
  }
}

const invalid = (message: string) => new Refused('ValidationException', message);
