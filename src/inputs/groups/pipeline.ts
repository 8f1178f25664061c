import { regionPattern, rolePattern } from '../../aws/names.ts';
import { group } from '../../domain/inputs/definition.ts';
import { custom, type Kind } from '../../domain/inputs/kind.ts';
import { choice, duration, list, path, text } from '../../domain/inputs/kinds.ts';
import { parseAssignments } from '../../domain/pipeline/parameters.ts';
import { parseRequirements, requirementExpected } from '../../domain/pipeline/requirement.ts';
import { accountEmail } from './shapes.ts';

const pipeline = { pipeline: {} } as const;

/** A task may have a name for people, such as `Train the model (v2)`, and a resolver of TFX has a dot in its name. */
const taskName = text({
  pattern: /^[^\s<>=](?:[^\n<>=]{0,126}[^\s<>=])?$/,
  expected: 'the name of a task such as train',
  // It may hold what no other name holds, so a secret that was pasted here must not be shown.
  shown: 'plain',
});
const taskNames = list(taskName);
const mustRun: Kind<readonly string[] | 'training' | 'none'> = {
  ...taskNames,
  expected: 'names of tasks such as train, or training, or none',
  parse: (value) => (value === 'training' || value === 'none' ? value : taskNames.parse(value)),
};

const jobName = text({
  pattern:
    /^(projects\/[a-z0-9.:-]+\/locations\/[a-z0-9-]+\/pipelineJobs\/[a-z][a-z0-9-]{0,127}|arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:pipeline\/[\w-]{1,256}\/execution\/[\w-]{1,64})$/,
  expected: 'the output job of an earlier step',
  maxLength: 2048,
});
const jobOrNone: Kind<string> = {
  ...jobName,
  expected: 'the name of a job, or none',
  parse: (value) => (value === 'none' ? value : jobName.parse(value)),
};

export const pipelineGroup = group('The pipeline', {
  provider: {
    kind: choice(['vertex', 'sagemaker']),
    sentence: 'What runs the pipeline: Vertex AI Pipelines, or Amazon SageMaker Pipelines.',
    example: 'sagemaker',
    default: 'vertex',
    usedBy: pipeline,
  },
  pipeline_file: {
    kind: path('the path of a compiled pipeline'),
    shown: 'plain',
    sentence:
      'Compiled pipeline for Vertex AI, as kfp 2 or TFX writes it: YAML or JSON, with or without the wrapper of a job.',
    example: 'pipeline.yaml',
    otherwise: 'none; required unless the run only waits, or `provider` is `sagemaker`',
    essential: true,
    usedBy: pipeline,
  },
  pipeline_name: {
    kind: text({
      pattern: /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$/,
      expected: 'the name of a pipeline of SageMaker: letters, digits and hyphens',
    }),
    sentence: 'Name of the pipeline in SageMaker, which keeps its definition itself.',
    example: 'ocr-correction',
    otherwise: 'none; required for `provider: sagemaker` unless the run only waits',
    usedBy: pipeline,
  },
  sagemaker_region: {
    kind: text({ pattern: regionPattern, expected: 'a region of AWS such as eu-central-1' }),
    sentence: 'Region of AWS in which the pipeline is.',
    example: 'eu-central-1',
    otherwise: '`AWS_REGION` of an earlier step',
    usedBy: pipeline,
  },
  sagemaker_role: {
    kind: text({
      pattern: rolePattern,
      expected: 'the ARN of a role such as arn:aws:iam::123456789012:role/trainer',
    }),
    sentence:
      "Role of AWS to assume with GitHub's token of this job, which needs `id-token: write`. The session may only start, read and stop pipelines, and read training jobs and logs.",
    example: 'arn:aws:iam::123456789012:role/trainer',
    otherwise: 'the AWS credentials of an earlier step',
    usedBy: pipeline,
  },
  parameters: {
    kind: custom('lines such as epochs=5', parseAssignments, 'keys'),
    sentence:
      'Parameters of the pipeline, one `name=value` a line. They are checked against the inputs of the file before anything is sent, all at once.',
    example: 'epochs=5',
    otherwise: 'the defaults of the pipeline',
    essential: true,
    usedBy: pipeline,
  },
  pipeline_root: {
    kind: text({
      pattern: /^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](\/[\w./=@+-]*)?$/,
      expected: 'a folder in a bucket such as gs://my-bucket/pipelines',
    }),
    sentence: 'Folder in Cloud Storage for everything that the tasks write.',
    example: 'gs://my-bucket/pipelines',
    otherwise: 'the folder that the file names',
    essential: true,
    usedBy: pipeline,
  },
  pipeline_service_account: {
    kind: accountEmail,
    sentence:
      'E-mail of the service account that the tasks run as. The default account of Compute Engine, which Vertex AI would take without this input, is refused: it can often change everything in the project.',
    example: 'trainer@my-project.iam.gserviceaccount.com',
    otherwise: 'none; required to submit to Vertex AI',
    essential: true,
    usedBy: pipeline,
  },
  pipeline_job: {
    kind: jobName,
    sentence: 'Job to wait for with `mode: wait`: the output `job` of the step that submitted it.',
    example: 'projects/my-project/locations/us-central1/pipelineJobs/ocr-correction-0123456789abcdef0123',
    otherwise: 'none; required for `mode: wait`',
    usedBy: pipeline,
  },
  run_key: {
    kind: text({
      pattern: /^[\w.:/@-]{1,128}$/,
      expected: 'a word such as a commit or a date, at most 128 characters',
    }),
    sentence:
      'What tells one job from the next. A step with the same key and the same content joins the job that is there.',
    example: '2026-11-30',
    otherwise: 'the id of the run of the workflow',
    usedBy: pipeline,
  },
  caching: {
    kind: choice(['file', 'on', 'off']),
    sentence:
      'Whether tasks may take results of earlier jobs from the cache of Vertex AI: as the file says for each task, or `on` or `off` for all.',
    example: 'off',
    default: 'file',
    usedBy: pipeline,
  },
  must_run: {
    kind: mustRun,
    sentence:
      'Tasks that have to run in this job: a result from the cache, or a task that was never triggered, fails the step. `training`: those whose name has train, fit or fine-tune; without any, at least one task. `none`: no task has to run.',
    example: 'train, evaluate',
    default: 'training',
    usedBy: pipeline,
  },
  require: {
    kind: custom(requirementExpected, parseRequirements),
    sentence:
      'Bars for metrics, one `task.metric <= bar` a line, with `<`, `<=`, `>`, `>=` or `==`. The bar is a number, or `champion`, or `champion + number`. A metric that is missing or no number fails the step.',
    example: 'evaluate.cer <= 0.03',
    otherwise: 'none',
    essential: true,
    usedBy: pipeline,
  },
  champion_job: {
    kind: jobOrNone,
    sentence:
      'Job that made the model that serves, from which `champion` in `require` is read. `none` if no model serves yet.',
    example: 'none',
    otherwise: 'none; required if `require` names the champion',
    usedBy: pipeline,
  },
  model_from: {
    kind: text({
      pattern: /^[^\s.<>=](?:[^\n.<>=]{0,126}[^\s.<>=])?(\.[\w-]{1,128})?$/,
      expected: 'a task or an output, such as train or train.model',
      shown: 'plain',
    }),
    sentence: 'Task, or output of a task, whose model the outputs name.',
    example: 'train.model',
    otherwise: 'the only model of the job',
    usedBy: pipeline,
  },
  pipeline_timeout: {
    kind: duration('1m', '120h'),
    sentence: 'How long to wait. Then the step ends as `inconclusive`, and the job goes on.',
    example: '90m',
    default: '5h',
    usedBy: pipeline,
  },
  on_timeout: {
    kind: choice(['fail', 'pass']),
    sentence:
      'How the step ends if the job was still running when `pipeline_timeout` was over: `fail`, or `pass` with the output `verdict` as `inconclusive`, for a workflow on a schedule that looks again later.',
    example: 'pass',
    default: 'fail',
    usedBy: pipeline,
  },
  on_cancel: {
    kind: choice(['cancel', 'leave']),
    sentence:
      'What happens to the job if the run is cancelled while it waits: `cancel` ends it too, `leave` lets it go on.',
    example: 'leave',
    default: 'cancel',
    usedBy: pipeline,
  },
});
