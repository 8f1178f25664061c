import { isRefusal } from '../../domain/exposure/probes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Prober } from '../ports/prober.ts';
import { probeOnce } from './probe.ts';
import type { ProbeTarget } from './probe-targets.ts';

const refusalsInARow = 3;

/**
 * Waits until every URL refuses several rounds in a row. IAM is eventually consistent, so a single refusal may come from
 * a server that learned of the change early. Returns false if `seconds` pass first.
 */
export async function waitUntilRefused(
  world: { prober: Prober; clock: Clock; log: Log },
  targets: readonly ProbeTarget[],
  seconds: number,
  options: { spacingMs: number; signal: AbortSignal | undefined },
): Promise<boolean> {
  const { prober, clock, log } = world;
  const { signal, spacingMs } = options;
  const deadline = clock.steady() + seconds * 1000;
  log.line(
    `Waiting at most ${seconds} s until every anonymous request is refused ${refusalsInARow} times in a row.`,
  );
  let nextLine = clock.steady() + 60_000;
  let refusedRounds = 0;
  for (let pause = 250; ; pause = Math.min(10_000, pause * 1.5)) {
    const records = await probeOnce(prober, targets, { timeoutMs: 10_000, signal });
    refusedRounds = records.every((record) => isRefusal(record.class) || record.guessed)
      ? refusedRounds + 1
      : 0;
    if (refusedRounds >= refusalsInARow) return true;
    const now = clock.steady();
    const wait = refusedRounds > 0 ? spacingMs : pause;
    if (now + wait > deadline) return false;
    if (now >= nextLine) {
      nextLine = now + 60_000;
      const open = records.filter((record) => record.class === 'reached').length;
      const left = Math.round((deadline - now) / 1000);
      log.line(`Still waiting: ${open} of ${records.length} anonymous requests got through, ${left} s left.`);
    }
    await clock.sleep(wait, signal);
  }
}
