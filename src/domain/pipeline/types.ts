import type { JsonObject } from '../data/json.ts';

/** What a compiled pipeline takes as the value of an input. */
export type ParameterType = 'integer' | 'double' | 'string' | 'boolean' | 'list' | 'struct';

export interface PipelineInput {
  name: string;
  type: ParameterType;
  required: boolean;
  /** The value that the file itself gives. */
  default?: ParameterValue | undefined;
}

export type ParameterValue = string | number | boolean | JsonObject | readonly unknown[];

/** A task of the file. Those inside of conditions and loops are tasks too. */
export interface PipelineTask {
  name: string;
  /** `condition-1.train` for a task inside of a condition. */
  path: string;
  /** True for a group of tasks, such as a condition or a loop. */
  isGroup: boolean;
  /** True if a result of an earlier job may be taken instead. */
  mayBeCached: boolean;
}

/** A pipeline as its compiler wrote it. */
export interface CompiledPipeline {
  name: string;
  /** `kfp-2.17.3` */
  sdk: string;
  /** `2.1.0` */
  schema: string;
  /** The pipeline itself (PipelineJob.pipeline_spec). */
  spec: JsonObject;
  /** The folder that the file names for outputs. */
  root?: string | undefined;
  inputs: PipelineInput[];
  tasks: PipelineTask[];
  /** Settings for Kubernetes in a second document, which Vertex AI does not read. */
  hasPlatform: boolean;
}

/** How a job of a pipeline stands, whichever product runs it. */
export type JobState =
  | 'waiting'
  | 'running'
  | 'stopping'
  | 'paused'
  | 'succeeded'
  | 'failed'
  | 'partly_failed'
  | 'cancelled';

export type TaskState =
  | 'waiting'
  | 'running'
  | 'stopping'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'cached'
  | 'not_triggered';

export interface TaskFact {
  /** Tells tasks of one name apart, such as those of a loop. */
  id: string;
  name: string;
  state: TaskState;
  /** The product's own word for the state. */
  word: string;
  /** What the product says about its failure. */
  error?: string | undefined;
  /** The job that ran the container, by which its log is found. */
  worker?: string | undefined;
  metrics: Readonly<Record<string, number>>;
  models: readonly ModelFact[];
  /** True for a group of tasks, such as a condition or a loop. */
  isGroup?: boolean | undefined;
}

/** A model that a task made. */
export interface ModelFact {
  /** Name of the output. */
  output: string;
  /** Name in a registry. Undefined for a file in a bucket. */
  name?: string | undefined;
  version?: string | undefined;
  uri?: string | undefined;
}

export interface JobFact {
  /** Name by which the job is found again. */
  name: string;
  state: JobState;
  word: string;
  error?: string | undefined;
  /** The page of the console that shows it. */
  page: string;
  tasks: readonly TaskFact[];
}

const open: ReadonlySet<JobState> = new Set(['waiting', 'running', 'stopping']);

/** Nothing changes any more. A paused job stays as it is until a person resumes it. */
export const isEnded = (state: JobState): boolean => !open.has(state);

/** Only this is success: a cancelled job is not, and neither is one of which a part has failed. */
export const isSuccess = (state: JobState): boolean => state === 'succeeded';
