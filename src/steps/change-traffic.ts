import { messageOf, ReleaseError } from '../domain/errors.ts';
import {
  type ParsedRecord,
  parseRecord,
  type ReleaseRecord,
  recordAnnotation,
  withRecord,
} from '../domain/rollout/record.ts';
import {
  sameShares,
  sameTraffic,
  servingShares,
  sharesText,
  type Target,
} from '../domain/rollout/traffic.ts';
import type { Clock, Log, RunService, Services } from './ports.ts';

export type Stop = 'moved' | 'yielded' | 'before_gone' | 'refused';

export interface Write {
  /** Absent where only the record changes. */
  traffic?: Target[] | undefined;
  record: ReleaseRecord;
}

/** What to write, given what was just read; or why not. Called again after every conflict, so it must not remember. */
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
}

export type Changed =
  | { done: true; service: RunService; written: Write; wrote: boolean }
  | { done: false; stop: Stop; reason: string };

/**
 * The one way in which traffic is changed: read, decide, write traffic and record in one conditional PATCH, read
 * again. A write whose answer was lost is found by reading; a lost race is decided anew.
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
      const annotations = withRecord(service.annotations, decision.record);
      const { traffic } = decision;
      const stands =
        (traffic === undefined || sameTraffic(service.traffic, traffic)) &&
        service.annotations[recordAnnotation] === annotations[recordAnnotation];
      const change = { ...(traffic === undefined ? {} : { traffic }), annotations };
      if (
        stands ||
        (await services.patch(name, change, patchOptions(service.etag, options))) === 'accepted'
      ) {
        wrote = wrote || !stands;
        const written = { done: true, written: decision, wrote } as const;
        if (traffic === undefined) return { ...written, service };
        const settled = await awaitTraffic(ports, name, traffic, { deadline, signal: options.signal });
        return settled.done ? { ...written, service: settled.service } : settled;
      }
      log.debug(`${name} changed while it was being written; reading it again`);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (isPermanent(error) && !options.stubborn) throw error;
      lastError = error;
      log.debug(`Changing traffic, try ${tries}: ${messageOf(error)}`);
    }
    const wait = Math.min(4000, 150 * 2 ** tries) * (0.5 + (tries % 3) / 4);
    if (clock.now() + wait >= deadline) throw lastError ?? busy(name);
    await clock.sleep(wait, options.signal);
  }
}

const patchOptions = (etag: string, options: ChangeOptions) => ({
  etag,
  ...(options.signal ? { signal: options.signal } : {}),
});

const busy = (name: string) =>
  new ReleaseError('deadline-exceeded', {
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

/**
 * Waits until the service has settled on `wanted` and serves it: `reconciling` false, generation observed,
 * `trafficStatuses` as asked.
 */
export async function awaitTraffic(
  ports: ChangePorts,
  name: string,
  wanted: readonly Target[],
  options: { deadline: number; signal?: AbortSignal | undefined },
): Promise<{ done: true; service: RunService } | { done: false; stop: Stop; reason: string }> {
  const { services, clock, log } = ports;
  let seen = 'it could not be read';
  for (let tries = 1; ; tries++) {
    try {
      const service = await services.get(name, options.signal);
      if (service) {
        const live = servingShares(service.trafficStatuses, service.latestReadyRevision);
        if (!sameShares(service.traffic, wanted))
          return {
            done: false,
            stop: 'moved',
            reason: `somebody else moved the traffic meanwhile (${sharesText(live)})`,
          };
        const asked = servingShares(
          resolveLatest(wanted, service.latestReadyRevision),
          service.latestReadyRevision,
        );
        if (service.settled && sharesText(live) === sharesText(asked)) return { done: true, service };
        seen = service.settled
          ? `it serves ${sharesText(live)}`
          : (service.terminalMessage ?? 'it is still changing');
      }
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (isPermanent(error)) throw error;
      seen = messageOf(error);
    }
    const wait = Math.min(2000, 100 * 1.5 ** tries);
    if (clock.now() + wait >= options.deadline)
      throw new ReleaseError('deadline-exceeded', {
        what: `The traffic of ${name} was written but did not settle in time.`,
        why: `The last look: ${seen}.`,
      });
    if (tries % 20 === 0) log.debug(`${name}: ${seen}`);
    await clock.sleep(wait, options.signal);
  }
}

const resolveLatest = (traffic: readonly Target[], latest: string | undefined) =>
  traffic.map((target) => (target.revision === undefined ? { ...target, revision: latest } : target));
