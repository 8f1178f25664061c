import { isEnded, isSuccess } from '../../domain/pipeline/types.ts';
import type { PipelinePorts } from './ports.ts';

/**
 * Submits a job, or joins the one that an earlier start of this step has submitted. A later attempt of the workflow run gets a new job only
 * if those of the attempts before it have ended without success.
 */
export async function submitJob(
  { pipelines, log }: Pick<PipelinePorts, 'pipelines' | 'log'>,
  { attempt, signal }: { attempt: number; signal: AbortSignal },
): Promise<{ name: string; joined: boolean }> {
  for (let nth = 1; ; nth++) {
    const { name, joined } = await pipelines.open(nth, signal);
    if (joined === false || nth >= attempt) return { name, joined: joined === true };
    const job = await pipelines.read(name, signal);
    if (!job || !isEnded(job.state) || isSuccess(job.state)) return { name, joined: joined === true };
    log.line(`The job of an earlier attempt ended as ${job.word}: ${job.page}`);
  }
}
