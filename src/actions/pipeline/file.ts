import { resolve } from 'node:path';
import type { JsonObject } from '../../domain/data/json.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import { readCompiled, withCaching } from '../../domain/pipeline/compiled.ts';
import { checkParameters, runtimeParameters } from '../../domain/pipeline/parameters.ts';
import { unknownTasks } from '../../domain/pipeline/requirement.ts';
import type { CompiledPipeline } from '../../domain/pipeline/types.ts';
import type { Context } from '../../runner/context.ts';
import { readRegularFile } from '../../runner/regular-file.ts';
import type { ReadPipeline } from './inputs.ts';

export interface Prepared {
  pipeline: CompiledPipeline;
  /** Names of the parameters that differ from the defaults of the file. */
  parameters: string[];
  /** The job as it is sent. */
  body: JsonObject;
}

/** Reads the file and checks everything that is said about it. Notes problems; `inputs.done()` reports them at once. */
export function prepareFile(inputs: Context['inputs'], read: ReadPipeline): Prepared | undefined {
  const { file } = read;
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readRegularFile(resolve(read.workspace, file));
  } catch (error) {
    inputs.problem('pipeline_file', `it cannot be read: ${messageOf(error).replace(/\.$/, '')}`);
    return undefined;
  }
  const pipeline = readCompiled(text);
  if ('problems' in pipeline) {
    for (const { what, fix, line } of pipeline.problems)
      inputs.problem(
        'pipeline_file',
        `${line === undefined ? '' : `line ${line}: `}${what}. ${fix.replace(/\.$/, '')}`,
      );
    return undefined;
  }
  const { values, problems } = checkParameters(pipeline, read.given);
  for (const problem of problems) inputs.problem('parameters', problem);
  const required = read.requirements.map(({ task }) => task);
  for (const problem of unknownTasks(required, pipeline.tasks)) inputs.problem('require', problem);
  if (typeof read.mustRun !== 'string')
    for (const problem of unknownTasks(read.mustRun, pipeline.tasks)) inputs.problem('must_run', problem);
  const from = read.modelFrom?.split('.')[0];
  if (from !== undefined)
    for (const problem of unknownTasks([from], pipeline.tasks)) inputs.problem('model_from', problem);
  const root = read.root ?? pipeline.root;
  if (read.mode !== 'check' && !root?.startsWith('gs://'))
    inputs.missing(
      'pipeline_root',
      'a folder in a bucket such as gs://my-bucket/pipelines, because the file names no folder in one',
    );
  return {
    pipeline,
    parameters: [...values.keys()],
    body: {
      displayName: pipeline.name.slice(0, 128),
      labels: read.labels,
      ...(read.account === undefined ? {} : { serviceAccount: read.account }),
      pipelineSpec:
        read.caching === 'file' ? pipeline.spec : withCaching(pipeline.spec, read.caching === 'on'),
      runtimeConfig: {
        ...(root === undefined ? {} : { gcsOutputDirectory: root }),
        ...runtimeParameters(pipeline, values),
        // Other tasks must not go on costing money after one has failed.
        failurePolicy: 'PIPELINE_FAILURE_POLICY_FAIL_FAST',
      },
    },
  };
}
