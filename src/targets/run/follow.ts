import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { RunService } from '../../steps/ports/services.ts';
import type { RunPorts } from './world.ts';

/** Milliseconds before the first poll; the time between polls then grows to `mostMs`. */
const firstMs = 400;
const mostMs = 5_000;
const heartbeatMs = 60_000;

/** Errors after which the next poll may succeed. */
const temporary = new Set(['network-failed', 'deadline-exceeded', 'response-malformed', 'remote-error']);

export interface Awaited {
  /** projects/P/locations/L/services/S */
  name: string;
  /** The service before the change. Undefined for a new one. */
  before: RunService | undefined;
  /** Milliseconds of the steady clock. */
  deadline: number;
  signal: AbortSignal | undefined;
}

/** Cloud Run has come to an end with a change that was made after `before` was read. */
function isOver(service: RunService, before: RunService | undefined): boolean {
  if (!service.arrived) return false;
  if (before === undefined) return service.latestCreatedRevision !== undefined || !service.settled;
  const moved = service.latestCreatedRevision !== before.latestCreatedRevision;
  return moved || (service.raw.generation !== before.raw.generation && !service.settled);
}

/**
 * Waits until Cloud Run has made the revision, or has given up. A poll that fails does not fail the deploy, because the
 * change goes on at Google. Throws `deadline-exceeded` at the deadline.
 */
export async function awaitRevision(
  { services, clock, log }: Pick<RunPorts, 'services' | 'clock' | 'log'>,
  { name, before, deadline, signal }: Awaited,
): Promise<RunService> {
  const started = clock.steady();
  let lastLineAt = started;
  for (let wait = firstMs; ; wait = Math.min(mostMs, wait * 1.25)) {
    const left = deadline - clock.steady();
    if (left <= 0)
      throw new ReleaseError('deadline-exceeded', {
        what: `Cloud Run did not make the new revision of ${name} in time. It continues without this job.`,
        fix: 'Run the job again: it looks at what was made. Or raise deploy_timeout.',
      });
    await clock.sleep(Math.min(wait, left), signal);
    try {
      const service = await services.get(name, signal);
      if (service && isOver(service, before)) return service;
    } catch (error) {
      if (signal?.aborted || !(error instanceof ReleaseError) || !temporary.has(error.code)) throw error;
      const { status } = error as { status?: number };
      if (status !== undefined && status < 500 && status !== 429) throw error;
      log.debug(`Could not read the service, trying again: ${messageOf(error)}`);
    }
    if (clock.steady() - lastLineAt >= heartbeatMs) {
      lastLineAt = clock.steady();
      log.line(`Still waiting for Cloud Run (${Math.round((lastLineAt - started) / 1000)} s)`);
    }
  }
}
