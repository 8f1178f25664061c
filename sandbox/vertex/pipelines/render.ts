import type { World } from '../../core/state.ts';
import { writeEntry } from '../../logs/store.ts';
import { type RanTask, runJob } from './run.ts';
import type { Json, StoredJob } from './state.ts';

const part = (value: unknown): Json => (value ?? {}) as Json;
const iso = (at: number) => new Date(at).toISOString();

/** The same number for the same task of the same job, as a server's own ids are. */
function numberOf(text: string, digits: number): string {
  let value = 7n;
  for (const letter of text)
    value = (value * 131n + BigInt(letter.codePointAt(0) ?? 0)) % 10n ** BigInt(digits);
  return String(10n ** BigInt(digits - 1) + (value % (9n * 10n ** BigInt(digits - 1))));
}

export function renderJob(world: World, job: StoredJob, isWhole = true): Json {
  const run = runJob(world, job);
  const end = run.endsAt;
  for (const task of run.tasks) writeLog(world, job, task);
  return {
    ...job.body,
    name: job.name,
    createTime: iso(job.createdAt),
    updateTime: iso(Math.max(job.createdAt, ...run.tasks.map(({ startsAt }) => startsAt), end ?? 0)),
    ...(run.state === 'PIPELINE_STATE_PENDING' ? {} : { startTime: iso(run.startsAt) }),
    ...(end === undefined ? {} : { endTime: iso(end) }),
    state: run.state,
    ...(run.error ? { error: run.error } : {}),
    // "Not available in the list view" (pipeline_job.proto).
    ...(isWhole ? { jobDetail: { taskDetails: details(world, job, run.tasks, run.state) } } : {}),
  };
}

/** The pipeline itself is a task too: the one around all others. */
function details(world: World, job: StoredJob, tasks: readonly RanTask[], state: string): Json[] {
  if (tasks.length === 0) return [];
  const root = numberOf(job.name, 19);
  const name = String(part(part(job.body.pipelineSpec).pipelineInfo).name);
  const word = state.replace('PIPELINE_STATE_', '');
  return [
    { taskId: root, taskName: name, state: word, createTime: iso(job.createdAt) },
    ...tasks.map((task) => detailOf(world, job, task, root)),
  ];
}

export const workerOf = (world: World, job: StoredJob, { path }: Pick<RanTask, 'path'>): string =>
  `projects/${world.projectNumber}/locations/${job.name.split('/')[3]}/customJobs/${numberOf(`${job.name} ${path} job`, 19)}`;

function detailOf(world: World, job: StoredJob, task: RanTask, root: string): Json {
  const { path, name, parent, state, startsAt, endsAt, script, isGroup } = task;
  const id = numberOf(`${job.name} ${path}`, 19);
  const isOver = state !== 'RUNNING' && state !== 'PENDING';
  const failure =
    state === 'FAILED' ? (script.fails ?? { code: 9, message: 'A task of the group failed.' }) : undefined;
  const ran = state !== 'SKIPPED' && state !== 'NOT_TRIGGERED' && !isGroup;
  return {
    taskId: id,
    parentTaskId: parent === undefined ? root : numberOf(`${job.name} ${parent}`, 19),
    taskName: name,
    taskUniqueName: path,
    state,
    createTime: iso(startsAt),
    startTime: iso(startsAt),
    ...(isOver ? { endTime: iso(endsAt) } : {}),
    ...(failure ? { error: failure } : {}),
    pipelineTaskStatus: [
      { updateTime: iso(startsAt), state: 'PENDING' },
      ...(ran ? [{ updateTime: iso(startsAt), state: 'RUNNING' }] : []),
      ...(isOver ? [{ updateTime: iso(endsAt), state, ...(failure ? { error: failure } : {}) }] : []),
    ],
    ...(ran ? { executorDetail: { containerDetail: { mainJob: workerOf(world, job, task) } } } : {}),
    ...(state === 'SUCCEEDED' || state === 'SKIPPED' ? results(world, job, task, id) : {}),
  };
}

function results(world: World, job: StoredJob, { component, script, name }: RanTask, id: string): Json {
  const region = job.name.split('/')[3];
  const folder = `${part(job.body.runtimeConfig).gcsOutputDirectory}/${world.projectNumber}/${job.name.split('/').at(-1)}/${name}_${id}`;
  const definitions = part(component.outputDefinitions);
  const outputs = Object.entries(part(definitions.artifacts)).map(([output, definition]) => [
    output,
    {
      artifacts: [
        {
          name: `projects/${world.projectNumber}/locations/${region}/metadataStores/default/artifacts/${numberOf(`${job.name} ${id} ${output}`, 19)}`,
          displayName: output,
          uri: `${folder}/${output}`,
          state: 'LIVE',
          schemaTitle: part(part(definition).artifactType).schemaTitle,
          schemaVersion: part(part(definition).artifactType).schemaVersion,
          metadata: script.metadata?.[output] ?? {},
        },
      ],
    },
  ]);
  const returned = Object.entries(script.returns ?? {}).map(([output, value]) => [`output:${output}`, value]);
  return {
    outputs: Object.fromEntries(outputs),
    execution: {
      name: `projects/${world.projectNumber}/locations/${region}/metadataStores/default/executions/${id}`,
      state: 'COMPLETE',
      schemaTitle: 'system.ContainerExecution',
      metadata: Object.fromEntries(returned),
    },
  };
}

/** What its container writes is in the log of the custom job that Vertex AI makes for it. */
function writeLog(world: World, job: StoredJob, task: RanTask): void {
  const { script, path, state, endsAt } = task;
  if (state === 'RUNNING' || state === 'SKIPPED' || job.logged.has(path)) return;
  job.logged.add(path);
  for (const [index, message] of (script.log ?? []).entries())
    writeEntry(world, {
      insertId: numberOf(`${job.name} ${path} ${index}`, 12),
      logName: `projects/${world.project}/logs/workerpool0-0`,
      timestamp: iso(endsAt - 1000 + index),
      severity: 'ERROR',
      resource: {
        type: 'ml_job',
        labels: {
          project_id: world.project,
          job_id: workerOf(world, job, task).split('/').at(-1) ?? '',
          task_name: 'workerpool0-0',
        },
      },
      jsonPayload: { message, levelname: 'ERROR' },
    });
}
