import { newReport } from '../../domain/report/report.ts';
import type { Action } from '../../runner/action.ts';
import { cancelIfRunning } from '../../steps/pipeline/cancel.ts';
import { readPipeline } from './inputs.ts';
import { openPipelines } from './open.ts';
import { saved } from './saved.ts';

/** Runs after the step, however it ended. Cancels a job that the step could not cancel any more, because it was killed first. */
export const pipelinePost: Action<'pipeline'> = async (context) => {
  const report = newReport('pipeline');
  report.verdict = 'pass';
  const job = context.state(saved.job);
  if (job === '' || context.state(saved.over) === 'true') {
    report.reason = 'Nothing to cancel.';
    return { report, annotate: false, summary: false };
  }
  const read = readPipeline(context);
  context.inputs.done();
  const { clock, log, signal } = context;
  const pipelines = await openPipelines(context, read, undefined);
  const end = await cancelIfRunning({ pipelines, log }, job, signal);
  const words = { ended: 'It had ended', cancelled: 'Cancelled', 'goes on': 'It could not be cancelled' };
  report.reason = `${words[end]}: ${job}.`;
  if (end === 'cancelled')
    report.actions_taken.push({ at: new Date(clock.now()).toISOString(), what: report.reason });
  return { report, annotate: end === 'goes on', summary: false };
};
