import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { isEnded, type JobFact, type TaskFact } from '../../domain/pipeline/types.ts';
import type { PipelinePorts } from './ports.ts';

export interface WaitRequest {
  name: string;
  timeoutMs: number;
  /** Milliseconds until the second look. Later looks are further apart. */
  paceMs: number;
  /** True if this run has made or found the job, so that it must be there. */
  isKnown: boolean;
  signal: AbortSignal;
}

const slowestMs = 60_000;
/** A job that was just made, or was seen before, may be missing from one answer. */
const missingMs = 60_000;
/** Training goes on while nobody can ask for it. */
const patienceMs = 15 * 60_000;

/**
 * Waits until a job has ended, and says in the log what moves. `isOver` is true if the time was over first; the job then goes on. A look that
 * fails is repeated for a while, because hours of training must not be lost to one bad minute.
 */
export async function waitForJob(
  { pipelines, clock, log }: PipelinePorts,
  { name, timeoutMs, paceMs, isKnown, signal }: WaitRequest,
): Promise<{ job: JobFact; isOver: boolean }> {
  const deadline = clock.steady() + timeoutMs;
  const shown = new Map<string, string>();
  let last: JobFact | undefined;
  let lastAnswer = clock.steady();
  let missingSince: number | undefined;
  for (let pause = paceMs; ; pause = Math.min(slowestMs, pause * 1.2)) {
    try {
      const job = await pipelines.read(name, signal);
      if (!job) {
        missingSince ??= clock.steady();
        if ((isKnown || last) && clock.steady() - missingSince < missingMs)
          throw new Error('it is not in the answer');
        throw new ReleaseError('not-found', {
          what: `The job ${name} does not exist.`,
          fix: 'Somebody may have deleted it. Look at the name, the region and the project.',
        });
      }
      missingSince = undefined;
      lastAnswer = clock.steady();
      tell(job, last, shown, (text) => log.line(text));
      last = job;
      if (isEnded(job.state)) return { job, isOver: false };
    } catch (error) {
      if (signal.aborted) throw error;
      // What was never right does not become right.
      const isHopeless = last === undefined && isRefusal(error);
      if (isHopeless || isGone(error) || clock.steady() - lastAnswer > patienceMs) throw error;
      log.debug(`${name}: ${messageOf(error)}`);
    }
    const left = deadline - clock.steady();
    if (left <= 0) {
      if (last) return { job: last, isOver: true };
      throw new ReleaseError('deadline-exceeded', { what: `The job ${name} could not be read in time.` });
    }
    await clock.sleep(Math.min(pause, left), signal);
  }
}

const isRefusal = (error: unknown): boolean => {
  const status = (error as { status?: number }).status ?? 0;
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
};
const isGone = (error: unknown): boolean => error instanceof ReleaseError && error.code === 'not-found';

/** One line for every state that is new. */
function tell(
  job: JobFact,
  before: JobFact | undefined,
  shown: Map<string, string>,
  line: (text: string) => void,
): void {
  if (before === undefined) line(`Job: ${job.page}`);
  if (before?.word !== job.word) line(`job: ${before ? `${before.word} -> ` : ''}${job.word}`);
  for (const { id, name, word, error } of sorted(job.tasks)) {
    const known = shown.get(id);
    if (known === word) continue;
    shown.set(id, word);
    line(`  ${name}: ${known === undefined ? '' : `${known} -> `}${word}${error ? ` (${error})` : ''}`);
  }
}

/** Groups are no work, so only tasks are told. */
const sorted = (tasks: readonly TaskFact[]): TaskFact[] => tasks.filter(({ isGroup }) => !isGroup);
