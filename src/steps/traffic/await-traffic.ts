import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { allocationText, servingAllocations, servingNow } from '../../domain/traffic/serving.ts';
import { sameAllocation, type TrafficTarget } from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import { isPermanent } from './permanent-error.ts';
import type { ChangePorts, Stopped } from './ports.ts';
import { readUntil } from './read-until.ts';

/** Waits until Cloud Run has applied a change. */

interface Wait {
  /** Milliseconds of the steady clock. */
  deadline: number;
  signal?: AbortSignal | undefined;
}

/**
 * Waits until the service serves `wanted`: `reconciling` is false, the generation is observed, and `trafficStatuses`
 * says so. Returns early if another tool or person moves the traffic.
 */
export function awaitTraffic(
  ports: ChangePorts,
  name: string,
  wanted: readonly TrafficTarget[],
  options: Wait,
): Promise<{ done: true; service: RunService } | Stopped> {
  const late = `The traffic of ${name} was written but did not settle in time.`;
  return poll(ports, name, late, options, (service) => {
    if (sameAllocation(service.traffic, wanted)) return atRest(service);
    const reason = `another tool or person moved the traffic in the meantime (${allocationText(servingNow(service))})`;
    return { done: false, stop: 'moved', reason };
  });
}

/** Waits until the service serves what its settings ask for, whether we or others wrote them. */
export async function awaitSettled(ports: ChangePorts, name: string, options: Wait): Promise<RunService> {
  const late = `The Cloud Run service ${name} did not settle in time.`;
  return (await poll(ports, name, late, options, atRest)).service;
}

/** Returns the service once it has settled, else a text that says what it is still doing. */
function atRest(service: RunService): { done: true; service: RunService } | string {
  const live = allocationText(servingNow(service));
  const asked = allocationText(servingAllocations(service.traffic, service.latestReadyRevision));
  if (!service.arrived) return service.terminalMessage ?? 'it is still changing';
  // The terminal condition may be about a newer revision that does not start and gets no traffic.
  return live === asked ? { done: true, service } : (service.terminalMessage ?? `it serves ${live}`);
}

const pauses = { first: 150, factor: 1.5, longest: 2000 };

/** Reads the service until `look` returns more than a text. Throws `deadline-exceeded` with the last text. */
async function poll<T extends object>(
  { services, clock, log }: ChangePorts,
  name: string,
  late: string,
  wait: Wait,
  look: (service: RunService) => T | string,
): Promise<T> {
  let reads = 0;
  const read = async (): Promise<T | string> => {
    const seen = await lookOnce(services, name, wait.signal, look);
    if (typeof seen === 'string' && ++reads % 20 === 0) log.debug(`${name}: ${seen}`);
    return seen;
  };
  const seen = await readUntil(clock, read, (value) => typeof value !== 'string', pauses, wait);
  if (typeof seen !== 'string') return seen;
  throw new ReleaseError('deadline-exceeded', {
    what: late,
    why: `The last look: ${seen.replace(/\.$/, '')}.`,
  });
}

async function lookOnce<T extends object>(
  services: ChangePorts['services'],
  name: string,
  signal: AbortSignal | undefined,
  look: (service: RunService) => T | string,
): Promise<T | string> {
  try {
    const service = await services.get(name, signal);
    return service ? look(service) : 'it does not exist';
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (isPermanent(error)) throw error;
    return messageOf(error);
  }
}
