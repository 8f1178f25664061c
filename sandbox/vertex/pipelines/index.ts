import { alreadyExists, failedPrecondition, invalidArgument, notFound } from '../../core/errors.ts';
import { projectOf, requirePermission } from '../../core/iam.ts';
import { page } from '../../core/page.ts';
import { checkMessage } from '../../core/proto.ts';
import type { World } from '../../core/state.ts';
import type { ApiDefinition, Call } from '../../core/types.ts';
import { renderJob } from './render.ts';
import { runJob } from './run.ts';
import { type Json, pipelineSettings, pipelineState, type StoredJob } from './state.ts';

const part = (value: unknown): Json => (value ?? {}) as Json;
type Params = Record<string, string>;

/**
 * projects.locations.pipelineJobs of aiplatform v1 (googleapis google/cloud/aiplatform/v1/pipeline_service.proto). Bodies are checked against
 * the messages of Google's client. Nothing is executed: a task takes its time and then does what its script says.
 */
export function pipelineApis(world: World): ApiDefinition[] {
  pipelineSettings(world);
  const state = pipelineState(world);
  const base = '/v1/projects/:project/locations/:location/pipelineJobs';
  const allow = (call: Call, params: Params, verb: string) =>
    requirePermission(world, call.principal, `aiplatform.pipelineJobs.${verb}`, projectOf(params));
  const parentOf = ({ project, location }: Params) =>
    `projects/${project === world.project ? world.projectNumber : project}/locations/${location}`;
  const find = (params: Params): StoredJob => {
    const name = `${parentOf(params)}/pipelineJobs/${params.job}`;
    const job = state.jobs.get(name);
    if (!job) throw notFound(`The PipelineJob "${name}" does not exist.`);
    return job;
  };

  function create(call: Call, params: Params): Json {
    const body = checkMessage('pipelines', 'google.cloud.aiplatform.v1.PipelineJob', call.json(), {
      at: 'pipeline_job',
      dropOutputOnly: true,
    });
    allow(call, params, 'create');
    const id = call.query.get('pipelineJobId') ?? `${Date.now()}`;
    if (!/^[a-z][-a-z0-9]{0,127}$/.test(id))
      throw invalidArgument(
        `PipelineJob.pipeline_job_id "${id}" is invalid. It must match the pattern "[a-z][-a-z0-9]{0,127}".`,
      );
    const account = String(
      body.serviceAccount ?? `${world.projectNumber}-compute@developer.gserviceaccount.com`,
    );
    requirePermission(
      world,
      call.principal,
      'iam.serviceAccounts.actAs',
      `//iam.googleapis.com/projects/${world.project}/serviceAccounts/${account}`,
    );
    const name = `${parentOf(params)}/pipelineJobs/${id}`;
    if (state.jobs.has(name)) throw alreadyExists(`The PipelineJob "${name}" already exists.`);
    const broken = checkRuntime(body);
    const job: StoredJob = {
      ...{ name, body: { ...body, serviceAccount: account }, createdAt: world.now() },
      ...{ scripts: structuredClone(state.scripts), usual: state.usual },
      ...(broken ? { broken } : {}),
      made: new Map(),
      logged: new Set(),
    };
    state.jobs.set(name, job);
    state.created.push(name);
    return renderJob(world, job);
  }

  return [
    {
      name: 'aiplatform',
      routes: [
        {
          method: 'POST',
          pattern: base,
          handle: (call, params) => ({ status: 200, body: create(call, params) }),
        },
        {
          method: 'GET',
          pattern: base,
          handle: (call, params) => {
            allow(call, params, 'list');
            const own = [...state.jobs.values()]
              .filter(({ name }) => name.startsWith(`${parentOf(params)}/`))
              .reverse();
            const { items, ...next } = page(own, call, 100);
            return {
              status: 200,
              body: { pipelineJobs: items.map((job) => renderJob(world, job, false)), ...next },
            };
          },
        },
        {
          method: 'GET',
          pattern: `${base}/:job`,
          handle: (call, params) => {
            allow(call, params, 'get');
            return { status: 200, body: renderJob(world, find(params)) };
          },
        },
        {
          method: 'POST',
          pattern: `${base}/:job:cancel`,
          handle: (call, params) => {
            allow(call, params, 'cancel');
            const job = find(params);
            if (runJob(world, job).endsAt !== undefined)
              throw failedPrecondition(
                `The PipelineJob "${job.name}" is in a final state and cannot be cancelled.`,
              );
            job.cancelledAt ??= world.now();
            return { status: 200, body: {} };
          },
        },
      ],
    },
  ];
}

/**
 * What the API refuses at once (an output folder that is missing, parameters that the pipeline does not have), and what it takes and lets
 * fail: parameters in the form of another schema end the job with an internal error and no hint (sky-uk/kfp-operator#1277).
 */
function checkRuntime(body: Json): StoredJob['broken'] {
  const spec = part(body.pipelineSpec);
  const runtime = part(body.runtimeConfig);
  if (body.pipelineSpec === undefined && body.templateUri === undefined)
    throw invalidArgument('PipelineJob.pipeline_spec or PipelineJob.template_uri must be set.');
  const isOld = String(spec.schemaVersion ?? '') < '2.1.0';
  if (!/^gs:\/\//.test(String(runtime.gcsOutputDirectory ?? '')))
    throw invalidArgument('The gcs_output_directory of the runtime config must be a path in Cloud Storage.');
  const wrong = isOld ? runtime.parameterValues : runtime.parameters;
  if (wrong !== undefined && Object.keys(part(wrong)).length > 0)
    return { code: 13, message: 'INTERNAL_ERROR' };
  const declared = part(part(part(spec.root).inputDefinitions).parameters);
  const given = part(isOld ? runtime.parameters : runtime.parameterValues);
  for (const name of Object.keys(given))
    if (!(name in declared)) throw invalidArgument(`The pipeline has no input parameter "${name}".`);
  for (const [name, raw] of Object.entries(declared)) {
    const definition = part(raw);
    const isOpen = isOld || (definition.defaultValue === undefined && definition.isOptional !== true);
    if (isOpen && given[name] === undefined)
      throw invalidArgument(`The value of the input parameter "${name}" is missing.`);
    const type = definition.parameterType;
    const value = given[name];
    if (value === undefined || isOld) continue;
    const fits =
      type === 'STRING'
        ? typeof value === 'string'
        : type === 'BOOLEAN'
          ? typeof value === 'boolean'
          : type === 'NUMBER_INTEGER'
            ? Number.isInteger(value)
            : type === 'NUMBER_DOUBLE'
              ? typeof value === 'number'
              : typeof value === 'object';
    if (!fits)
      throw invalidArgument(`The value of the input parameter "${name}" is not of the type ${type}.`);
  }
  return undefined;
}
