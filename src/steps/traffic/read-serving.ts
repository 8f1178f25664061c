import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RunRevision, Services } from '../ports/services.ts';

const withinMs = 60_000;

/**
 * The revision that serves, once the platform has decided about it. It may be unready for a moment; taken for dead, the
 * release would be a first one, whose candidate gets all the traffic at once. So it is waited for, a minute at the most.
 */
export async function readServing(
  ports: { services: Services; clock: Clock; log: Log; signal: AbortSignal },
  service: string,
  name: string,
): Promise<RunRevision | undefined> {
  const { services, clock, signal, log } = ports;
  const deadline = clock.now() + withinMs;
  for (let wait = 500; ; wait = Math.min(5000, wait * 2)) {
    const revision = await services.revision(service, name, signal);
    if (revision?.ready || isDead(revision) || clock.now() + wait >= deadline) return revision;
    log.debug(`${name} is not ready at the moment: ${revision?.message ?? 'no reason given'}`);
    await clock.sleep(wait, signal);
  }
}

/** Gone, or told by the platform that it cannot serve; not ready for a moment is neither. */
export const isDead = (revision: RunRevision | undefined): boolean =>
  revision === undefined || revision.failed;
