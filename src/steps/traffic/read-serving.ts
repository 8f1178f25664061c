import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RunRevision, Services } from '../ports/services.ts';
import { readUntil } from './read-until.ts';

const withinMs = 60_000;
const pauses = { first: 500, factor: 2, longest: 5000 };

/**
 * Reads the revision that serves, once Cloud Run has decided whether it is ready. A serving revision may be unready for a
 * moment. If a release took it for dead, the release would count as a first one, and its candidate would get all the traffic at once. So
 * this waits up to a minute.
 */
export async function readServing(
  ports: { services: Services; clock: Clock; log: Log; signal: AbortSignal },
  service: string,
  name: string,
): Promise<RunRevision | undefined> {
  const { services, clock, signal, log } = ports;
  const read = async () => {
    const revision = await services.revision(service, name, signal);
    if (!isDecided(revision))
      log.debug(`${name} is not ready yet: ${revision?.message ?? 'no reason given'}`);
    return revision;
  };
  return readUntil(clock, read, isDecided, pauses, { deadline: clock.steady() + withinMs, signal });
}

const isDecided = (revision: RunRevision | undefined) => revision?.ready === true || isDead(revision);

/** The revision is gone, or its startup failed for good. One that is unready for a moment is not dead. */
export const isDead = (revision: RunRevision | undefined): boolean =>
  revision === undefined || revision.failed;
