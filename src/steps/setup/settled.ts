import { usualSpreadMs } from '../../domain/doctor/settling.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

const pauseMs = 10_000;

/**
 * Looks, and looks again while what is missing may only mean that Google has not spread the changes of a moment ago. Ends after
 * the time that Google usually takes; `settling` then says that it may still change.
 */
export async function whenSettled<T>(
  { clock, log, signal }: { clock: Clock; log: Log; signal: AbortSignal },
  look: () => Promise<T>,
  maySettle: (seen: T) => boolean,
): Promise<{ seen: T; settling: boolean }> {
  const end = clock.steady() + usualSpreadMs;
  for (let told = false; ; told = true) {
    const seen = await look();
    const settling = maySettle(seen);
    if (!settling || clock.steady() + pauseMs > end) return { seen, settling };
    if (!told)
      log.line(
        `Something is missing that Google may not have spread yet. Looking again for up to ${usualSpreadMs / 60_000} minutes.`,
      );
    await clock.sleep(pauseMs, signal);
  }
}
