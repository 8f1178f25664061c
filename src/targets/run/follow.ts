import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { RunService } from '../../steps/ports/services.ts';
import { heartbeatMs, mostMs, throwIfLasting } from '../polling.ts';
import type { RunPorts } from './world.ts';

/** Milliseconds before the first poll. */
const firstMs = 400;

export interface Awaited {
  /** projects/P/locations/L/services/S */
  name: string;
  /** The service before the change. Undefined for a new one. */
  before: RunService | undefined;
  /** Milliseconds of the steady clock. */
  deadline: number;
  signal: AbortSignal | undefined;
  /** The operation of the change, if it may fail without a trace on the service. */
  operation?: string | undefined;
}

/** How a change ended. */
export interface Ended {
  service: RunService;
  /** What the operation says of its failure. Undefined if only the service was looked at. */
  refusal: string | undefined;
}

/** Cloud Run has finished a change that was made after `before` was read. */
function isOver(service: RunService, before: RunService | undefined): boolean {
  if (!service.arrived) return false;
  if (before === undefined) return service.latestCreatedRevision !== undefined || !service.settled;
  const moved = service.latestCreatedRevision !== before.latestCreatedRevision;
  return moved || (service.raw.generation !== before.raw.generation && !service.settled);
}

/** Reads the service again and again until `over` returns something. Throws `deadline-exceeded` at the deadline. */
export async function pollService<T>(
  { services, clock, log }: Pick<RunPorts, 'services' | 'clock' | 'log'>,
  { name, deadline, signal }: Pick<Awaited, 'name' | 'deadline' | 'signal'>,
  over: (service: RunService) => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const started = clock.steady();
  let lastLineAt = started;
  for (let wait = firstMs; ; wait = Math.min(mostMs, wait * 1.25)) {
    const left = deadline - clock.steady();
    if (left <= 0)
      throw new ReleaseError('deadline-exceeded', {
        what: `Cloud Run did not make the new revision of ${name} in time. It continues without this job.`,
        fix: 'Run the job again: it goes on with what is under way. Or raise deploy_timeout.',
      });
    await clock.sleep(Math.min(wait, left), signal);
    try {
      const service = await services.get(name, signal);
      const found = service && (await over(service));
      if (found !== undefined) return found;
    } catch (error) {
      throwIfLasting(error, signal);
      log.debug(`Could not read the service, trying again: ${messageOf(error)}`);
    }
    if (clock.steady() - lastLineAt >= heartbeatMs) {
      lastLineAt = clock.steady();
      log.line(`Still waiting for Cloud Run (${Math.round((lastLineAt - started) / 1000)} s)`);
    }
  }
}

/** Waits until Cloud Run has made the revision, or has given up. */
export function awaitRevision(
  ports: Pick<RunPorts, 'services' | 'clock' | 'log'> & { writer?: Pick<RunPorts['writer'], 'refusal'> },
  awaited: Awaited,
): Promise<Ended> {
  const { before, signal, operation } = awaited;
  return pollService(ports, awaited, async (service) => {
    const over = isOver(service, before);
    // A new revision that is ready is the end, whatever the operation says.
    if (over && service.settled) return { service, refusal: undefined };
    const refusal = operation && (await ports.writer?.refusal(operation, signal));
    if (refusal) return { service, refusal: refusal.message };
    return over ? { service, refusal: undefined } : undefined;
  });
}
