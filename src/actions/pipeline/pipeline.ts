import { ReleaseError } from '../../domain/errors/errors.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { pipelineRules } from '../../domain/findings/rules/pipeline.ts';
import type { PipelineEvidence } from '../../domain/pipeline/evidence.ts';
import { isSuccess, type TaskFact } from '../../domain/pipeline/types.ts';
import { newReport, type Report } from '../../domain/report/report.ts';
import { spanText } from '../../domain/text/span.ts';
import type { Action, Finished } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { timingOf } from '../../runner/timing.ts';
import { cancelJob } from '../../steps/pipeline/cancel.ts';
import type { PipelinePorts } from '../../steps/pipeline/ports.ts';
import { submitJob } from '../../steps/pipeline/submit.ts';
import { waitForJob } from '../../steps/pipeline/wait.ts';
import { type Prepared, prepareFile } from './file.ts';
import { type ReadPipeline, readPipeline } from './inputs.ts';
import { openPipelines } from './open.ts';
import { judged, noteJob, tellTails } from './result.ts';
import { saved } from './saved.ts';

const firstPaceMs = 5000;

/** Runs a pipeline that trains a model, and judges what came of it. */
export const pipeline: Action<'pipeline'> = async (context) => {
  const read = readPipeline(context);
  const prepared = prepareFile(context.inputs, read);
  context.inputs.done();
  const { clock } = context;
  const started = clock.steady();
  const evidence = evidenceOf(read, prepared);
  const report = newReport('pipeline', { name: evidence.pipeline });
  report.inputs = context.inputs.given;
  report.evidence.pipeline = evidence;
  if (prepared?.pipeline.hasPlatform)
    report.findings.push({
      ...ofRule(pipelineRules, 'pipeline-platform'),
      title: `${read.file} has a second document with settings for Kubernetes, which Vertex AI does not read.`,
    });
  Object.assign(report, { verdict: 'pass' });
  if (read.mode === 'check' && prepared) {
    const { tasks, sdk, schema } = prepared.pipeline;
    report.reason = `${read.file} can be submitted: ${tasks.length} tasks, compiled by ${sdk} (schema ${schema}).`;
    context.log.line(report.reason);
  } else await work(context, read, prepared, report, evidence);
  report.timings.push(timingOf(context, 'pipeline', started, report.verdict));
  const mayRun = read.onTimeout === 'pass' && report.verdict === 'inconclusive';
  return { ...finished(report, evidence), ...(mayRun ? { exitCode: 0 as const } : {}) };
};

function evidenceOf(read: ReadPipeline, prepared: Prepared | undefined): PipelineEvidence {
  return {
    provider: read.provider,
    mode: read.mode,
    pipeline: prepared?.pipeline.name ?? read.name ?? read.job ?? '',
    ...(read.file === undefined ? {} : { file: read.file }),
    ...(prepared ? { sdk: prepared.pipeline.sdk } : {}),
    parameters: prepared?.parameters ?? [...read.given.keys()],
    ...{ tasks: [], metrics: [], requirements: [] },
  };
}

async function work(
  context: Context,
  read: ReadPipeline,
  prepared: Prepared | undefined,
  report: Report<'pipeline'>,
  evidence: PipelineEvidence,
): Promise<void> {
  const { log, clock, signal } = context;
  const ports: PipelinePorts = { pipelines: await openPipelines(context, read, prepared), clock, log };
  // A bar that nobody can find is no reason to pay for a training.
  const champion = await championOf(ports, read, signal);
  let name = read.job ?? '';
  if (read.mode !== 'wait') {
    const submitted = await submitJob(ports, { attempt: read.attempt, signal });
    name = submitted.name;
    evidence.job = name;
    evidence.joined = submitted.joined;
    log.line(submitted.joined ? `Joined a job that was submitted before: ${name}` : `Submitted: ${name}`);
    report.actions_taken.push({
      at: new Date(clock.now()).toISOString(),
      what: `${submitted.joined ? 'Joined' : 'Submitted'} ${name}.`,
    });
  }
  if (read.mode === 'submit') {
    report.reason = `${evidence.joined ? 'The job is there already' : 'The job is submitted'}: ${name}.`;
    return;
  }
  const cancels = read.onCancel === 'cancel';
  if (cancels) context.saveState(saved.job, name);
  try {
    const { job, isOver } = await waitForJob(ports, {
      ...{ name, timeoutMs: read.timeoutMs, paceMs: firstPaceMs, isKnown: read.mode === 'run', signal },
    });
    noteJob(evidence, job);
    if (isOver) {
      report.verdict = 'inconclusive';
      report.reason = `The job was still ${job.word} after ${spanText(read.timeoutMs / 1000)} and goes on. To wait again: mode: wait, with pipeline_job: ${name}.`;
    } else {
      const { verdict, reason, findings } = judged(read, job, champion, evidence);
      Object.assign(report, { verdict, reason });
      report.findings.push(...findings);
      await tellTails(ports, job, signal);
      if (!context.onTerminal) for (const { severity, title } of findings) log.line(`${severity}: ${title}`);
    }
  } catch (error) {
    if (signal.aborted && cancels && !(await cancelJob(ports, name))) throw error;
    context.saveState(saved.over, 'true');
    throw error;
  }
  context.saveState(saved.over, 'true');
}

/** The tasks of the job that made the model that serves. Only a job that succeeded can be a bar. */
async function championOf(
  { pipelines }: PipelinePorts,
  { requirements, championJob }: ReadPipeline,
  signal: AbortSignal,
): Promise<readonly TaskFact[] | 'none'> {
  if (championJob === undefined || championJob === 'none') return 'none';
  if (!requirements.some(({ ofChampion }) => ofChampion)) return 'none';
  const job = await pipelines.read(championJob, signal);
  if (job && isSuccess(job.state)) return job.tasks;
  throw new ReleaseError('not-found', {
    what: job
      ? `champion_job: ${championJob} ended as ${job.word}, so it made no champion.`
      : `champion_job: ${championJob} does not exist.`,
    fix: 'Give the job that made the model that serves, or none if no model serves yet.',
  });
}

const finished = (report: Report<'pipeline'>, evidence: PipelineEvidence): Finished<'pipeline'> => ({
  report,
  view: async () => (await import('../../domain/summary/pipeline/section.ts')).pipelineView,
  outputs: {
    job: evidence.job,
    state: evidence.word,
    model: evidence.model?.name,
    model_version: evidence.model?.version,
    model_uri: evidence.model?.uri,
    metrics: JSON.stringify(evidence.metrics),
  },
});
