import type { World } from '../../core/state.ts';
import { type Json, pipelineState, type Script, type StoredJob } from './state.ts';

const part = (value: unknown): Json => (value ?? {}) as Json;

/** A task as the pipeline's specification has it. */
export interface PlannedTask {
  /** Names of the groups around it and its own, by dots (task_unique_name). */
  path: string;
  name: string;
  parent: string | undefined;
  component: Json;
  isGroup: boolean;
  script: Script;
}

export interface RanTask extends PlannedTask {
  startsAt: number;
  endsAt: number;
  state: 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'CANCELLED' | 'NOT_TRIGGERED';
}

export interface Run {
  state: string;
  startsAt: number;
  endsAt: number | undefined;
  error: { code: number; message: string } | undefined;
  tasks: RanTask[];
}

const queueMs = 200;
/** A result of the cache is there at once. */
const cachedMs = 50;
/** How long a job takes to end after it was cancelled. */
const cancelMs = 500;

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, sorted(inner)]),
        )
      : value;

/**
 * Runs a job up to now: tasks start when those that they depend on have ended, a failed task stops what is behind it, and with
 * FAIL_FAST nothing else starts either. It follows pipeline_job.proto and the page on the caching of executions.
 */
export function runJob(world: World, job: StoredJob): Run {
  const now = world.now();
  const spec = part(job.body.pipelineSpec);
  const components = part(spec.components);
  const runtime = part(job.body.runtimeConfig);
  const isFast = runtime.failurePolicy === 'PIPELINE_FAILURE_POLICY_FAIL_FAST';
  const begins = job.createdAt + queueMs;
  const run: Run = {
    state: 'PIPELINE_STATE_PENDING',
    startsAt: begins,
    endsAt: undefined,
    error: undefined,
    tasks: [],
  };
  if (job.broken && now >= begins)
    return { ...run, state: 'PIPELINE_STATE_FAILED', endsAt: begins, error: job.broken };
  if (job.broken) return run;
  /** When the first failure was, after which nothing starts. */
  let stopsAt = Number.POSITIVE_INFINITY;
  const ran: RanTask[] = [];

  const dag = (
    holder: Json,
    above: string | undefined,
    from: number,
  ): { endsAt: number; isWell: boolean } => {
    const tasks = part(part(holder.dag).tasks);
    const done = new Map<string, RanTask>();
    let isWell = true;
    let left = Object.entries(tasks);
    while (left.length > 0) {
      const ready = left.filter(([, task]) =>
        ((part(task).dependentTasks ?? []) as string[]).every((one) => !(one in tasks) || done.has(one)),
      );
      if (ready.length === 0) break;
      left = left.filter((one) => !ready.includes(one));
      for (const [key, raw] of ready) {
        const task = part(raw);
        const needed = ((task.dependentTasks ?? []) as string[]).flatMap((one) => done.get(one) ?? []);
        const name = String(part(task.taskInfo).name ?? key);
        const component = part(components[String(part(task.componentRef).name)]);
        const startsAt = Math.max(from, ...needed.map(({ endsAt }) => endsAt));
        const isFree = needed.every(({ state }) => state === 'SUCCEEDED' || state === 'SKIPPED');
        const planned: PlannedTask = {
          path: above === undefined ? name : `${above}.${name}`,
          ...{ name, parent: above, component },
          isGroup: component.dag !== undefined,
          script: job.scripts[name] ?? {},
        };
        if (!isFree || (isFast && startsAt >= stopsAt)) {
          isWell = false;
          done.set(key, { ...planned, startsAt, endsAt: startsAt, state: 'NOT_TRIGGERED' });
          continue;
        }
        const one = runTask(planned, task, startsAt, needed);
        if (one.state === 'FAILED') {
          stopsAt = Math.min(stopsAt, one.endsAt);
          isWell = false;
        }
        done.set(key, one);
        ran.push(one);
      }
    }
    return { endsAt: Math.max(from, ...[...done.values()].map(({ endsAt }) => endsAt)), isWell };
  };

  const runTask = (
    planned: PlannedTask,
    task: Json,
    startsAt: number,
    needed: readonly RanTask[],
  ): RanTask => {
    if (planned.script.notTriggered)
      return { ...planned, startsAt, endsAt: startsAt, state: 'NOT_TRIGGERED' };
    if (planned.isGroup) {
      const { endsAt, isWell } = dag(planned.component, planned.path, startsAt);
      return { ...planned, startsAt, endsAt, state: isWell ? 'SUCCEEDED' : 'FAILED' };
    }
    // Results of another job are other inputs, even if their content is the same.
    const from = needed.map(({ path }) => job.made.get(path)?.by ?? job.name);
    const key = JSON.stringify(
      sorted([
        planned.component,
        part(spec.deploymentSpec),
        task.inputs,
        ...[runtime.parameterValues, runtime.parameters, from],
      ]),
    );
    job.made.set(planned.path, { key, by: job.name });
    const earlier = part(task.cachingOptions).enableCache === true && made(world, job, planned.path, key);
    if (earlier) {
      job.made.set(planned.path, { key, by: earlier });
      return { ...planned, startsAt, endsAt: startsAt + cachedMs, state: 'SKIPPED' };
    }
    const endsAt = startsAt + (planned.script.milliseconds ?? job.usual);
    return { ...planned, startsAt, endsAt, state: planned.script.fails ? 'FAILED' : 'SUCCEEDED' };
  };

  const { endsAt } = dag(part(spec.root), undefined, begins);
  const cancelled = job.cancelledAt === undefined ? undefined : job.cancelledAt + cancelMs;
  const isCancelled = cancelled !== undefined && cancelled < endsAt + cancelMs;
  const until = isCancelled ? Math.min(now, job.cancelledAt ?? now) : now;
  run.tasks = ran
    .filter(({ startsAt }) => startsAt <= until)
    .map((task) => {
      if (task.endsAt <= until) return task;
      if (isCancelled && now >= cancelled) return { ...task, endsAt: cancelled, state: 'CANCELLED' };
      return { ...task, state: 'RUNNING' };
    });
  const failed = ran.filter(({ state, isGroup }) => state === 'FAILED' && !isGroup);
  if (isCancelled)
    return now >= cancelled
      ? {
          ...run,
          state: 'PIPELINE_STATE_CANCELLED',
          endsAt: cancelled,
          error: { code: 1, message: 'The PipelineJob was cancelled.' },
        }
      : { ...run, state: 'PIPELINE_STATE_CANCELLING' };
  if (now < begins) return { ...run, tasks: [] };
  if (now < endsAt) return { ...run, state: 'PIPELINE_STATE_RUNNING' };
  if (failed.length === 0) return { ...run, state: 'PIPELINE_STATE_SUCCEEDED', endsAt };
  return {
    ...run,
    state: 'PIPELINE_STATE_FAILED',
    endsAt,
    error: {
      code: 9,
      message: `The DAG failed because some tasks failed. The failed tasks are: [${failed.map(({ name }) => name).join(', ')}].`,
    },
  };
}

/** The job that has made the results of this very task, if an earlier one did. */
function made(world: World, job: StoredJob, path: string, key: string): string | undefined {
  for (const other of pipelineState(world).jobs.values()) {
    if (other === job) return undefined;
    const known = other.made.get(path);
    if (known?.key !== key) continue;
    const task = runJob(world, other).tasks.find((one) => one.path === path);
    if ((task?.state === 'SUCCEEDED' || task?.state === 'SKIPPED') && task.endsAt <= job.createdAt)
      return known.by;
  }
  return undefined;
}
