import { isRefusal } from '../../domain/exposure/probes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Prober } from '../ports/prober.ts';
import { type ProbeTarget, probeAll } from './probe-urls.ts';

const refusalsInARow = 3;

/**
 * Waits until every URL refuses some rounds in a row: IAM is eventually consistent, and one refusal may come from a
 * server that heard of the change early. Returns false at the deadline.
 */
export async function waitForRefusals(
  world: { prober: Prober; clock: Clock; log: Log },
  targets: readonly ProbeTarget[],
  seconds: number,
  options: { spacingMs?: number | undefined; signal?: AbortSignal | undefined },
): Promise<boolean> {
  const { prober, clock, log } = world;
  const { signal, spacingMs = 1000 } = options;
  const deadline = clock.now() + seconds * 1000;
  log.line(
    `Waiting at most ${seconds} s for the change to take effect: ${refusalsInARow} rounds of refusals in a row.`,
  );
  let beat = clock.now() + 60_000;
  let rounds = 0;
  for (let pause = 250; ; pause = Math.min(10_000, pause * 1.5)) {
    const records = await probeAll(prober, targets, { timeoutMs: 10_000, signal });
    rounds = records.every((record) => isRefusal(record.class) || record.guessed) ? rounds + 1 : 0;
    if (rounds >= refusalsInARow) return true;
    const now = clock.now();
    const wait = rounds > 0 ? spacingMs : pause;
    if (now + wait > deadline) return false;
    if (now >= beat) {
      beat = now + 60_000;
      const open = records.filter((record) => record.class === 'reached').length;
      const left = Math.round((deadline - now) / 1000);
      log.line(`Still waiting: ${open} of ${records.length} anonymous requests came in, ${left} s left.`);
    }
    await clock.sleep(wait, signal);
  }
}
