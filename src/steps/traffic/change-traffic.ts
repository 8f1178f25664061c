import { type ErrorCode, messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { recordAnnotation } from '../../domain/product.ts';
import {
  type ParsedRecord,
  parseRecord,
  type ReleaseRecord,
  withRecord,
} from '../../domain/traffic/record.ts';
import {
  sameShares,
  sameTraffic,
  servingShares,
  sharesText,
  type TrafficTarget,
} from '../../domain/traffic/traffic.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RunService, Services } from '../ports/services.ts';

export type Stop = 'moved' | 'yielded' | 'before_gone' | 'refused';

export interface Write {
  /** Absent where only the record changes. */
  traffic?: TrafficTarget[] | undefined;
  /** Absent where no release is under way: the annotations stay untouched then. */
  record?: ReleaseRecord | undefined;
}

/**
 * What to write, given what was just read; or why not. Called again after every conflict, and after a write whose answer
 * was lost: then it is shown its own work, which it has to know again.
 */
export type Decide = (service: RunService, found: ParsedRecord) => Write | { stop: Stop; reason: string };

export interface ChangePorts {
  services: Services;
  clock: Clock;
  log: Log;
}

export interface ChangeOptions {
  /** Milliseconds for the write and for its taking effect. */
  withinMs: number;
  signal?: AbortSignal | undefined;
  /** Keep trying after errors that look permanent, such as a 403: there is nothing better to do. */
  stubborn?: boolean;
  /** What was read a moment ago: saves the first read. The etag tells where it was too long ago. */
  first?: RunService;
  /** Where somebody else moves the traffic before ours has arrived: decide anew, instead of giving way to them. */
  insist?: boolean;
  /** What it is called where somebody else changes the service again and again; else `deadline-exceeded`. */
  busyCode?: ErrorCode;
}

type Stopped = { done: false; stop: Stop; reason: string };

export type Changed =
  /** `wrote`: it was not so before, and a write of ours was sent. */
  { done: true; service: RunService; written: Write; wrote: boolean } | Stopped;

/**
 * The one way in which traffic is changed: read, decide, write traffic and record in one conditional PATCH, read
 * again. A write whose answer was lost is found by reading; a lost race is decided anew. Throws `deadline-exceeded` or
 * `busyCode` at the deadline, `not-found` where there is no service, and what the server says for good.
 */
export async function changeTraffic(
  ports: ChangePorts,
  name: string,
  decide: Decide,
  options: ChangeOptions,
): Promise<Changed> {
  const { services, clock, log } = ports;
  const deadline = clock.now() + options.withinMs;
  let wrote = false;
  let lastError: unknown;
  for (let tries = 1; ; tries++) {
    try {
      const service = (tries === 1 ? options.first : undefined) ?? (await services.get(name, options.signal));
      if (service === undefined)
        throw new ReleaseError('not-found', { what: `The Cloud Run service ${name} does not exist.` });
      const decision = decide(service, parseRecord(service.annotations[recordAnnotation]));
      if ('stop' in decision) return { done: false, ...decision };
      const { change, stands } = changeOf(service, decision);
      wrote ||= !stands;
      if (
        stands ||
        (await services.patch(name, change, patchOptions(service.etag, options))) === 'accepted'
      ) {
        const written = { done: true, written: decision, wrote } as const;
        if (!decision.traffic) return { ...written, service };
        const settled = await awaitTraffic(ports, name, decision.traffic, { ...options, deadline });
        if (settled.done) return { ...written, service: settled.service };
        if (!options.insist) return settled;
      }
      lastError = undefined;
      log.debug(`${name} changed while it was being written; reading it again`);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (isPermanent(error) && !options.stubborn) throw error;
      lastError = error;
      log.debug(`Changing traffic, try ${tries}: ${messageOf(error)}`);
    }
    const wait = Math.min(4000, 150 * 2 ** tries) * (0.5 + (tries % 3) / 4);
    if (clock.now() + wait >= deadline) throw lastError ?? busy(name, options.busyCode);
    await clock.sleep(wait, options.signal);
  }
}

/** The fields to send, and whether they are so already. */
function changeOf(service: RunService, { traffic, record }: Write) {
  const annotations = record && withRecord(service.annotations, record);
  return {
    change: { ...(traffic ? { traffic } : {}), ...(annotations ? { annotations } : {}) },
    stands:
      (!traffic || sameTraffic(service.traffic, traffic)) &&
      (!annotations || service.annotations[recordAnnotation] === annotations[recordAnnotation]),
  };
}

const patchOptions = (etag: string, options: ChangeOptions) => ({
  etag,
  ...(options.signal ? { signal: options.signal } : {}),
});

const busy = (name: string, code: ErrorCode = 'deadline-exceeded') =>
  new ReleaseError(code, {
    what: `Traffic of ${name} could not be changed: somebody else kept changing the service.`,
  });

/** Nothing that waiting could cure. */
export function isPermanent(error: unknown): boolean {
  if (!(error instanceof ReleaseError)) return true;
  if (
    ['network-failed', 'deadline-exceeded', 'response-malformed', 'response-too-large'].includes(error.code)
  )
    return false;
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 0;
  return !(status === 429 || status >= 500);
}

interface Wait {
  /** Milliseconds since the epoch. */
  deadline: number;
  signal?: AbortSignal | undefined;
}

/**
 * Waits until the service has come to rest on `wanted` and serves it: `reconciling` false, generation observed,
 * `trafficStatuses` as asked.
 */
export function awaitTraffic(
  ports: ChangePorts,
  name: string,
  wanted: readonly TrafficTarget[],
  options: Wait,
): Promise<{ done: true; service: RunService } | Stopped> {
  const what = `The traffic of ${name} was written but did not settle in time.`;
  return poll(ports, name, what, options, (service) => {
    if (sameShares(service.traffic, wanted)) return atRest(service);
    const live = servingShares(service.trafficStatuses, service.latestReadyRevision);
    const reason = `somebody else moved the traffic meanwhile (${sharesText(live)})`;
    return { done: false, stop: 'moved', reason };
  });
}

/** Waits until the service has settled and serves what it was asked to, whoever asked. */
export async function awaitSettled(ports: ChangePorts, name: string, options: Wait): Promise<RunService> {
  const what = `The Cloud Run service ${name} did not settle in time.`;
  return (await poll(ports, name, what, options, atRest)).service;
}

/** The service at rest, or what it still does. */
function atRest(service: RunService): { done: true; service: RunService } | string {
  const { trafficStatuses, traffic, latestReadyRevision: latest, terminalMessage } = service;
  const live = sharesText(servingShares(trafficStatuses, latest));
  const asked = sharesText(servingShares(traffic, latest));
  if (!service.arrived) return terminalMessage ?? 'it is still changing';
  // The terminal condition may speak of a newer revision that does not start and that gets no traffic.
  return live === asked ? { done: true, service } : (terminalMessage ?? `it serves ${live}`);
}

/** Reads the service until `look` says more than a text; `deadline-exceeded` with the last text where it never does. */
async function poll<T extends object>(
  { services, clock, log }: ChangePorts,
  name: string,
  what: string,
  { deadline, signal }: Wait,
  look: (service: RunService) => T | string,
): Promise<T> {
  let seen = 'it could not be read';
  for (let tries = 1; ; tries++) {
    try {
      const service = await services.get(name, signal);
      const found = service ? look(service) : 'it does not exist';
      if (typeof found !== 'string') return found;
      seen = found;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (isPermanent(error)) throw error;
      seen = messageOf(error);
    }
    const wait = Math.min(2000, 100 * 1.5 ** tries);
    if (clock.now() + wait >= deadline)
      throw new ReleaseError('deadline-exceeded', {
        what,
        why: `The last look: ${seen.replace(/\.$/, '')}.`,
      });
    if (tries % 20 === 0) log.debug(`${name}: ${seen}`);
    await clock.sleep(wait, signal);
  }
}
