import { type Json, type JsonObject, listOf, objectOf, textOf, textsOf } from '../../domain/data/json.ts';
import { parseName } from '../../domain/data/resource-name.ts';
import type { JobFact, JobState, ModelFact, TaskFact, TaskState } from '../../domain/pipeline/types.ts';
import { logText } from '../../domain/text/safe-text.ts';

/** google.cloud.aiplatform.v1.PipelineState */
const jobStates: Readonly<Record<string, JobState>> = {
  PIPELINE_STATE_QUEUED: 'waiting',
  PIPELINE_STATE_PENDING: 'waiting',
  PIPELINE_STATE_RUNNING: 'running',
  PIPELINE_STATE_SUCCEEDED: 'succeeded',
  PIPELINE_STATE_FAILED: 'failed',
  PIPELINE_STATE_CANCELLING: 'stopping',
  PIPELINE_STATE_CANCELLED: 'cancelled',
  PIPELINE_STATE_PAUSED: 'paused',
};

/** PipelineTaskDetail.State. SKIPPED means that a result of the cache was taken. */
const taskStates: Readonly<Record<string, TaskState>> = {
  PENDING: 'waiting',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  CANCEL_PENDING: 'stopping',
  CANCELLING: 'stopping',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
  SKIPPED: 'cached',
  NOT_TRIGGERED: 'not_triggered',
};

const errorOf = (raw: Json | undefined): string | undefined => {
  const message = textOf(objectOf(raw).message);
  return message === undefined ? undefined : logText(message, 600);
};

/** A job as its API shows it. A state that is not known counts as one that goes on. */
export function jobFactOf(body: JsonObject): JobFact {
  const name = textOf(body.name) ?? '';
  const { project = '', region = '', name: id } = parseName(name);
  const word = textOf(body.state) ?? '';
  const details = listOf(objectOf(body.jobDetail).taskDetails).map(objectOf);
  const parents = new Set(details.map(({ parentTaskId }) => String(parentTaskId ?? '')));
  return {
    name,
    state: (Object.hasOwn(jobStates, word) ? jobStates[word] : undefined) ?? 'running',
    word: word.replace(/^PIPELINE_STATE_/, ''),
    error: errorOf(body.error),
    page: `https://console.cloud.google.com/vertex-ai/locations/${encodeURIComponent(region)}/pipelines/runs/${encodeURIComponent(id)}?project=${encodeURIComponent(project)}`,
    tasks: details.map((detail) => taskFactOf(detail, parents)),
  };
}

function taskFactOf(detail: JsonObject, parents: ReadonlySet<string>): TaskFact {
  const word = textOf(detail.state) ?? '';
  const id = String(detail.taskId ?? detail.taskUniqueName ?? detail.taskName ?? '');
  const statuses = listOf(detail.pipelineTaskStatus).map(objectOf);
  const executor = objectOf(detail.executorDetail);
  const container = objectOf(executor.containerDetail);
  const artifacts = Object.entries(objectOf(detail.outputs)).flatMap(([output, list]) =>
    listOf(objectOf(list).artifacts).map((artifact) => ({ output, artifact: objectOf(artifact) })),
  );
  const worker =
    textOf(container.mainJob) ??
    textsOf(container.failedMainJobs).at(-1) ??
    textOf(objectOf(executor.customJobDetail).job);
  return {
    id,
    name: textOf(detail.taskName) ?? id,
    state: (Object.hasOwn(taskStates, word) ? taskStates[word] : undefined) ?? 'running',
    word,
    error: errorOf(detail.error) ?? errorOf(statuses.findLast(({ error }) => error !== undefined)?.error),
    worker,
    metrics: metricsOf(artifacts, objectOf(objectOf(detail.execution).metadata)),
    models: artifacts.flatMap(({ output, artifact }) => modelOf(output, artifact)),
    isGroup: parents.has(id),
  };
}

/** Numbers of metrics artefacts by their own names, and numbers that a task returned by the names of its outputs. */
function metricsOf(
  artifacts: readonly { output: string; artifact: JsonObject }[],
  execution: JsonObject,
): Record<string, number> {
  const found = new Map<string, number>();
  for (const { artifact } of artifacts) {
    if (!/Metrics$/.test(textOf(artifact.schemaTitle) ?? '')) continue;
    for (const [name, value] of Object.entries(objectOf(artifact.metadata))) {
      if (typeof value !== 'number') continue;
      // Two artefacts that disagree about one name have no value of that name.
      found.set(name, found.has(name) && found.get(name) !== value ? Number.NaN : value);
    }
  }
  for (const [key, value] of Object.entries(execution)) {
    const name = /^output:(.+)$/.exec(key)?.[1];
    if (name !== undefined && typeof value === 'number' && !found.has(name)) found.set(name, value);
  }
  return Object.fromEntries(found);
}

function modelOf(output: string, artifact: JsonObject): ModelFact[] {
  const title = textOf(artifact.schemaTitle) ?? '';
  if (title !== 'google.VertexModel' && !/(^|\.)\w*Model$/.test(title)) return [];
  const uri = textOf(artifact.uri);
  if (title !== 'google.VertexModel') return uri === undefined ? [] : [{ output, uri }];
  const [, name, version] =
    /^(projects\/[^/]+\/locations\/[^/]+\/models\/[^/@]+)(?:@(.+))?$/.exec(
      textOf(objectOf(artifact.metadata).resourceName) ?? '',
    ) ?? [];
  return name === undefined ? [] : [{ output, name, version, uri }];
}
