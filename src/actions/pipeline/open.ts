import { createHash } from 'node:crypto';
import type { Json } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { contentText, jobId, requestToken } from '../../domain/pipeline/identity.ts';
import type { Context } from '../../runner/context.ts';
import type { Pipelines } from '../../steps/pipeline/ports.ts';
import { mayShowText } from '../logs/may-show.ts';
import type { Prepared } from './file.ts';
import type { ReadPipeline } from './inputs.ts';

/** Opens the product that runs the pipeline. Only its own code is loaded, and nothing is sent. */
export const openPipelines = (
  context: Context,
  read: ReadPipeline,
  prepared: Prepared | undefined,
): Promise<Pipelines> =>
  read.provider === 'vertex' ? openVertex(context, read, prepared) : openSageMaker(context, read);

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

async function openVertex(
  context: Context,
  read: ReadPipeline,
  prepared: Prepared | undefined,
): Promise<Pipelines> {
  const [{ openPlatform }, { createVertexPipelines }, { createLogEntries }] = await Promise.all([
    import('../login/platform.ts'),
    import('../../gcp/pipeline/vertex.ts'),
    import('../../gcp/logs/log-entries.ts'),
  ]);
  const { rest, projectId: project } = openPlatform(context, read.login);
  const { region } = read;
  return createVertexPipelines({
    ...{ rest, project, region },
    entries: createLogEntries(rest),
    job: prepared && vertexJob(read, prepared, project),
    text: mayShowText(context),
    redact: context.secrets.redact,
  });
}

function vertexJob({ region, key }: ReadPipeline, { pipeline, body }: Prepared, project: string) {
  // Labels say where a job comes from, and make no other job of it.
  const { labels: _, ...content } = body;
  const digest = sha256(
    contentText({
      ...{ provider: 'vertex', place: `${project} ${region}`, pipeline: pipeline.name },
      ...{ body: content, run: key },
    }),
  );
  return { body, id: (nth: number) => jobId(pipeline.name, digest, nth) };
}

async function openSageMaker(context: Context, read: ReadPipeline): Promise<Pipelines> {
  const [{ createSageMakerPipelines }, { regionOf }, { regionPattern }, { outsideLogin }, { endpoints }] =
    await Promise.all([
      import('../../aws/sagemaker.ts'),
      import('../../aws/login.ts'),
      import('../../aws/names.ts'),
      import('../login/outside.ts'),
      import('../../http/endpoints.ts'),
    ]);
  const { env, clock } = context;
  const { login, name } = read;
  const region = read.sagemaker.region ?? regionOf(env);
  if (region === undefined || !regionPattern.test(region))
    throw new ReleaseError('input-invalid', {
      what: `The region of SageMaker is ${region === undefined ? 'missing' : 'no region of AWS'}.`,
      fix: 'Set sagemaker_region to a region of AWS such as eu-central-1.',
    });
  const outside = outsideLogin(context, {
    endpoints: endpoints(env, login.universe, login.trustedEndpoints),
  });
  return createSageMakerPipelines({
    world: { ...outside, clock },
    region,
    role: read.sagemaker.role,
    text: mayShowText(context),
    redact: context.secrets.redact,
    job: name === undefined ? undefined : sageMakerJob(read, name, region),
  });
}

function sageMakerJob({ given, key }: ReadPipeline, pipeline: string, region: string) {
  const parameters = [...given].map(([Name, Value]) => ({ Name, Value }));
  const body: Json = Object.fromEntries(given);
  const digest = sha256(contentText({ provider: 'sagemaker', place: region, pipeline, body, run: key }));
  return {
    pipeline,
    parameters,
    displayName: `run-${digest.slice(0, 20)}`,
    token: (nth: number) => requestToken(digest, nth),
  };
}
