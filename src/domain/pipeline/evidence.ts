import type { RequirementResult } from './requirement.ts';
import type { JobState, ModelFact, TaskState } from './types.ts';

/** What became of a pipeline, for the report. */
export interface PipelineEvidence {
  provider: 'vertex' | 'sagemaker';
  mode: PipelineMode;
  /** Name of the pipeline, as its file or its product has it. */
  pipeline: string;
  file?: string | undefined;
  /** What compiled it: `kfp-2.17.3`. */
  sdk?: string | undefined;
  /** Name by which the job is found again. */
  job?: string | undefined;
  page?: string | undefined;
  /** True if the job was there already: an earlier start of this step had submitted it. */
  joined?: boolean | undefined;
  state?: JobState | undefined;
  /** The product's own word for the state. */
  word?: string | undefined;
  /** Names of the parameters that differ from the defaults of the file. A value may be private. */
  parameters: readonly string[];
  tasks: readonly {
    name: string;
    state: TaskState;
    error?: string | undefined;
  }[];
  metrics: readonly { task: string; name: string; value: number }[];
  requirements: readonly RequirementResult[];
  model?: ModelFact | undefined;
}

export const pipelineModes = ['check', 'submit', 'wait', 'run'] as const;
export type PipelineMode = (typeof pipelineModes)[number];
