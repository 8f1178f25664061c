import { messageOf } from '../../domain/errors/errors.ts';
import { isEnded } from '../../domain/pipeline/types.ts';
import type { PipelinePorts } from './ports.ts';

/** GitHub ends a cancelled step after 7.5 seconds. */
const deadlineMs = 6000;

/** Asks for the end of a job whose run was cancelled. Never throws. True if the request was taken. */
export async function cancelJob(
  { pipelines, log }: Pick<PipelinePorts, 'pipelines' | 'log'>,
  name: string,
): Promise<boolean> {
  try {
    await pipelines.cancel(name, AbortSignal.timeout(deadlineMs));
    log.line(`Cancelled: ${name}`);
    return true;
  } catch (error) {
    log.warning(`The job was not cancelled and goes on: ${name} (${messageOf(error)})`);
    return false;
  }
}

/** The same after the step has ended: a job that has ended meanwhile is left alone. */
export async function cancelIfRunning(
  ports: Pick<PipelinePorts, 'pipelines' | 'log'>,
  name: string,
  signal: AbortSignal,
): Promise<'ended' | 'cancelled' | 'goes on'> {
  const job = await ports.pipelines.read(name, signal);
  if (!job || isEnded(job.state) || job.state === 'stopping') return 'ended';
  return (await cancelJob(ports, name)) ? 'cancelled' : 'goes on';
}
