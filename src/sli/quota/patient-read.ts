import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { CallBudget } from './call-budget.ts';
import { QuotaSpent } from './quota-spent.ts';

export interface PatientRead {
  clock: Clock;
  budget: CallBudget;
  /** Tells that the read waits. Absent: silent. */
  log?: Log | undefined;
  signal?: AbortSignal | undefined;
}

/** How long a release waits, before it shifts anybody, for a quota to leave it something. */
const readyMs = 120_000;
/** How long one read of a total waits. The caller may be a watch, which has little time. */
const totalMs = 30_000;

/**
 * Repeats a read while the quota is used up, at a falling pace. After a refusal it takes `answers` answers, because one may
 * be luck. Throws the last `QuotaSpent` if `withinMs` is over.
 */
async function patiently<T>(
  { clock, budget, log, signal }: PatientRead,
  read: () => Promise<T>,
  { withinMs, answers }: { withinMs: number; answers: number },
): Promise<T> {
  const until = clock.steady() + withinMs;
  let refused = false;
  for (let wanted = 1; ; ) {
    let spent: QuotaSpent | undefined;
    try {
      const answer = await read();
      budget.answered();
      if (--wanted <= 0) return answer;
    } catch (error) {
      if (!(error instanceof QuotaSpent)) throw error;
      spent = error;
      budget.refused();
      if (!refused) {
        wanted = answers;
        log?.line(`  Waiting: ${error.what} (gives up after ${withinMs / 1000} s)`);
      }
      refused = true;
    }
    const late = clock.steady() + budget.waitMs >= until;
    if (late && spent) throw spent;
    await clock.sleep(Math.max(0, Math.min(budget.waitMs, until - clock.steady())), signal);
    // The read itself is counted, so that the watch that follows keeps to the minute's limit.
    budget.take('page');
  }
}

/** Before anybody is shifted: throws `QuotaSpent` if the quota leaves a watch less than the slowest useful pace. */
export async function requirePace(options: PatientRead, read: () => Promise<unknown>): Promise<void> {
  if (options.budget.take('page')) await patiently(options, read, { withinMs: readyMs, answers: 2 });
}

/** A single read of a total. */
export const readTotal = <T>(options: PatientRead, read: () => Promise<T>): Promise<T> =>
  patiently(options, read, { withinMs: totalMs, answers: 1 });
