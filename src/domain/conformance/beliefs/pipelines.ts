import type { Beliefs } from '../belief.ts';

/** About pipelines of Vertex AI and of SageMaker. A run of either costs minutes of machines, and needs a bucket and an account for the tasks. */
export const pipelineBeliefs = {
  pipelineIdConflicts: {
    belief:
      'A pipeline job with an id that exists already answers 409 and changes nothing. A job that has ended keeps its id.',
    source: 'General wording of AIP-133. The reference of `pipelineJobId` does not say it.',
    otherwise: 'A step that starts again may pay for a second training, or may not find its job.',
    verify: 'Create a job twice with one `pipelineJobId`, and once more after it has ended.',
    settled: { not: 'extra', why: 'A bucket and an account for the tasks are needed.' },
  },
  pipelineRootIsTask: {
    belief:
      'The details of a job name the pipeline itself as a task, and every other task has a parent. A group of tasks, such as a loop, is a task that others name as their parent.',
    source:
      'What the console and the Python SDK show. `parent_task_id` in the proto says "empty if the task is at the root level".',
    otherwise: 'Groups are told as tasks, and a group that succeeded counts as a task that ran.',
    verify: 'Run a pipeline with a condition, and GET the job.',
    settled: { not: 'extra', why: 'A bucket and an account for the tasks are needed.' },
  },
  pipelineTaskLog: {
    belief:
      'What the container of a task writes is in Cloud Logging under `resource.type="ml_job"`, with the id of the custom job that `executorDetail.containerDetail.mainJob` names.',
    source: 'The page on monitoring custom jobs, and links of the console.',
    otherwise: 'A failed task is shown with its error, and without the end of its log.',
    verify: 'Run a task that prints a line and fails, and read its log by the filter that the step links.',
    settled: { not: 'extra', why: 'A bucket and an account for the tasks are needed.' },
  },
  pipelineOtherSchemaFails: {
    belief:
      'Parameters in the form of another schema (typed values beside schema 2.1, or plain ones before) are taken, and the job then fails without a hint.',
    source: 'sky-uk/kfp-operator#1277, where the job failed with INTERNAL_ERROR.',
    otherwise: 'Nothing: each schema gets its own form.',
    verify: 'Send `parameters` with a pipeline of schema 2.1.0.',
    settled: { not: 'extra', why: 'A bucket and an account for the tasks are needed.' },
  },
  sageMakerLogStreams: {
    belief:
      'The log of a job of SageMaker is in `/aws/sagemaker/TrainingJobs` or `/aws/sagemaker/ProcessingJobs`, in streams that begin with the name of the job and `/`. A step that failed names its job in `Metadata`.',
    source:
      'The page on CloudWatch Logs of SageMaker names groups and streams. The reference of PipelineExecutionStepMetadata does not say when it is set.',
    otherwise: 'The end of the log is not shown. The failure reason and the address of the log are.',
    verify: 'Let a training step fail, and list its steps and the streams of its job.',
    settled: { not: 'extra', why: 'An account of AWS with a pipeline is needed.' },
  },
  sageMakerTokenJoins: {
    belief:
      'StartPipelineExecution with a ClientRequestToken that was used before answers with the same execution, also after that one has ended.',
    source: 'The reference calls the operation idempotent, and does not say for how long.',
    otherwise: 'A step that starts again after the token was forgotten pays for a second training.',
    verify: 'Start a pipeline twice with one token, a day apart.',
    settled: { not: 'extra', why: 'An account of AWS with a pipeline is needed.' },
  },
} as const satisfies Beliefs;
