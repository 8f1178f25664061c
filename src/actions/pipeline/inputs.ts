import type { JsonObject } from '../../domain/data/json.ts';
import type { PipelineMode } from '../../domain/pipeline/evidence.ts';
import type { Requirement } from '../../domain/pipeline/requirement.ts';
import type { Context } from '../../runner/context.ts';
import { readLogin } from '../login/inputs.ts';

export type ReadPipeline = ReturnType<typeof readPipeline>;

/** What a job on Vertex AI runs as if no account is named. */
const defaultAccount = /^\d+-compute@developer\.gserviceaccount\.com$/;

/** All inputs of `pipeline`. Notes problems; `inputs.done()` reports them at once. */
export function readPipeline({ inputs, env, localLogin }: Pick<Context, 'inputs' | 'env' | 'localLogin'>) {
  const values = inputs.of('pipeline');
  const mode: PipelineMode = values.mode;
  const isVertex = values.provider === 'vertex';
  const submits = mode === 'submit' || mode === 'run';
  const login = readLogin({ inputs, env, localLogin }, values, { optional: !isVertex || mode === 'check' });
  if (mode === 'wait' && values.pipeline_job === undefined) inputs.missing('pipeline_job');
  if (mode !== 'wait' && values.pipeline_job !== undefined)
    inputs.problem(['pipeline_job', 'mode'], 'only mode: wait takes the name of a job');
  if (isVertex && mode !== 'wait' && values.pipeline_file === undefined) inputs.missing('pipeline_file');
  if (!isVertex && mode === 'check')
    inputs.problem(
      ['mode', 'provider'],
      'a pipeline of SageMaker is kept there, so there is no file to check',
    );
  if (!isVertex && submits && values.pipeline_name === undefined) inputs.missing('pipeline_name');
  if (!isVertex && values.pipeline_file !== undefined)
    inputs.problem(
      ['pipeline_file', 'provider'],
      'SageMaker keeps the pipeline itself: expected pipeline_name',
    );
  if (isVertex && values.pipeline_name !== undefined)
    inputs.problem(['pipeline_name', 'provider'], 'Vertex AI takes the pipeline as pipeline_file');
  if (isVertex && submits) readAccount(values.pipeline_service_account, inputs);
  const requirements: readonly Requirement[] = values.require ?? [];
  const namesChampion = requirements.some(({ ofChampion }) => ofChampion);
  if (namesChampion && mode !== 'check' && values.champion_job === undefined)
    inputs.missing('champion_job', 'the job that made the model that serves, or none if no model serves yet');
  for (const name of ['pipeline_job', 'champion_job'] as const) {
    const job = values[name];
    if (job !== undefined && job !== 'none' && job.startsWith('arn:') === isVertex)
      inputs.problem([name, 'provider'], `expected a job of ${isVertex ? 'Vertex AI' : 'SageMaker'}`);
  }
  return {
    login,
    mode,
    provider: values.provider,
    region: values.region,
    file: values.pipeline_file,
    name: values.pipeline_name,
    sagemaker: { region: values.sagemaker_region, role: values.sagemaker_role },
    given: values.parameters ?? new Map<string, string>(),
    root: values.pipeline_root,
    account: values.pipeline_service_account,
    job: values.pipeline_job,
    key: values.run_key ?? env.GITHUB_RUN_ID ?? '',
    caching: values.caching,
    mustRun: values.must_run,
    requirements,
    championJob: values.champion_job,
    modelFrom: values.model_from,
    timeoutMs: values.pipeline_timeout * 1000,
    onCancel: values.on_cancel,
    onTimeout: values.on_timeout,
    attempt: attemptOf(env.GITHUB_RUN_ATTEMPT),
    workspace: env.GITHUB_WORKSPACE || '.',
    labels: labelsOf(env),
  };
}

function readAccount(account: string | undefined, inputs: Context['inputs']): void {
  if (account === undefined)
    inputs.missing(
      'pipeline_service_account',
      'the e-mail of an account for the tasks. Without one, Vertex AI takes the default account of Compute Engine',
    );
  else if (defaultAccount.test(account))
    inputs.problem(
      'pipeline_service_account',
      'this is the default account of Compute Engine, which may often change everything in the project: expected an account of its own with roles/aiplatform.user and access to the bucket',
    );
}

/** A run that is repeated by hand has a higher attempt. Elsewhere than on GitHub there is only one. */
const attemptOf = (text: string | undefined): number => {
  const attempt = Number(text);
  return Number.isSafeInteger(attempt) && attempt >= 1 && attempt <= 100 ? attempt : 1;
};

/** Where a job comes from, for people who look at it in the console. */
function labelsOf(env: Context['env']): JsonObject {
  const commit = /^[0-9a-f]{40}$/.exec(env.GITHUB_SHA ?? '')?.[0];
  const run = /^\d{1,20}$/.exec(env.GITHUB_RUN_ID ?? '')?.[0];
  return { ...(commit ? { commit } : {}), ...(run ? { github_run: run } : {}) };
}
