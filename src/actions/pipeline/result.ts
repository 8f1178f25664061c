import { messageOf } from '../../domain/errors/errors.ts';
import type { PipelineEvidence } from '../../domain/pipeline/evidence.ts';
import { failedTasks, type Judgement, judgeJob, modelOf } from '../../domain/pipeline/judge.ts';
import { judgeRequirement } from '../../domain/pipeline/requirement.ts';
import { isSuccess, type JobFact, type TaskFact } from '../../domain/pipeline/types.ts';
import type { PipelinePorts } from '../../steps/pipeline/ports.ts';
import type { ReadPipeline } from './inputs.ts';

const mostShown = 200;
const mostTails = 3;
const lateMs = 5000;

/** What is known of a job, for the report. */
export function noteJob(evidence: PipelineEvidence, job: JobFact): void {
  evidence.job ??= job.name;
  evidence.page = job.page;
  evidence.state = job.state;
  evidence.word = job.word;
  const tasks = job.tasks.filter(({ isGroup }) => !isGroup).slice(0, mostShown);
  evidence.tasks = tasks.map(({ name, state, error }) => ({ name, state, ...(error ? { error } : {}) }));
  evidence.metrics = tasks
    .flatMap(({ name: task, metrics }) =>
      Object.entries(metrics).map(([name, value]) => ({ task, name, value })),
    )
    .slice(0, mostShown);
}

/** Judges a job that has ended, and finds its model. A job that failed makes none. */
export function judged(
  read: ReadPipeline,
  job: JobFact,
  champion: readonly TaskFact[] | 'none',
  evidence: PipelineEvidence,
): Judgement {
  const requirements = isSuccess(job.state)
    ? read.requirements.map((one) => judgeRequirement(one, job.tasks, champion))
    : [];
  evidence.requirements = requirements;
  const judgement = judgeJob(job, { mustRun: read.mustRun, requirements });
  if (judgement.verdict !== 'pass') return judgement;
  const model = modelOf(job.tasks, read.modelFrom);
  if (model && 'several' in model) {
    if (read.modelFrom !== undefined)
      return {
        ...judgement,
        verdict: 'fail',
        reason: `model_from: ${read.modelFrom} has several models: ${model.several.slice(0, 10).join(', ')}.`,
      };
    judgement.reason += ` It made several models, so no output names one. Set model_from to one of ${model.several.slice(0, 10).join(', ')}.`;
  } else if (model) evidence.model = model;
  else if (read.modelFrom !== undefined)
    return { ...judgement, verdict: 'fail', reason: `model_from: ${read.modelFrom} made no model.` };
  return judgement;
}

/** Shows the last lines of the tasks that failed. Never throws: the job has failed already. */
export async function tellTails(
  { pipelines, log, clock }: PipelinePorts,
  job: JobFact,
  signal: AbortSignal,
): Promise<void> {
  if (!pipelines.tail || job.state === 'succeeded') return;
  for (const task of failedTasks(job.tasks).slice(0, mostTails))
    try {
      let tail = await pipelines.tail(task, signal);
      if (tail?.lines.length === 0) {
        // Entries arrive some seconds late.
        await clock.sleep(lateMs, signal);
        tail = await pipelines.tail(task, signal);
      }
      if (!tail) continue;
      if (tail.lines.length > 0) log.line(`The log of ${task.name} ends with:`);
      for (const line of tail.lines) log.line(`  ${line}`);
      log.line(`  The whole log of ${task.name}: ${tail.page}`);
    } catch (error) {
      log.debug(`the log of ${task.name} was not read: ${messageOf(error)}`);
    }
}
