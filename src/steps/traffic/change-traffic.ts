import { type ErrorCode, messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { hasChange, type OutsideChange } from '../../domain/traffic/outside/put-back.ts';
import { type ParsedRecord, parseRecord } from '../../domain/traffic/parse-record.ts';
import { type ReleaseRecord, withRecord } from '../../domain/traffic/record.ts';
import { sameTraffic, type TrafficTarget } from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import { awaitTraffic } from './await-traffic.ts';
import { isPermanent } from './permanent-error.ts';
import type { ChangePorts, Stop, Stopped } from './ports.ts';
import { writeSettings } from './write-settings.ts';

export interface Write {
  /** The traffic to write. Absent if only the record changes. */
  traffic?: TrafficTarget[] | undefined;
  /** Absent if no release is under way: then the annotations are not part of the write. */
  record?: ReleaseRecord | undefined;
  /** Settings that go with the traffic in the same write. If Google refuses them, the traffic is written without them. */
  outside?: OutsideChange | undefined;
}

/**
 * Decides what to write to the service that was just read, or why not to. It is called again after every conflict, and
 * after a write whose response was lost: then it sees its own write and must recognise it.
 */
export type Decide = (service: RunService, found: ParsedRecord) => Decision | Promise<Decision>;
type Decision = Write | { stop: Stop; reason: string };

export interface ChangeOptions {
  /** Milliseconds for the write, and until the traffic must be seen to follow it. */
  withinMs: number;
  signal?: AbortSignal | undefined;
  /** Keep trying after errors that look permanent, such as a 403, because no other action would help. */
  stubborn?: boolean;
  /** A service that was read a moment ago, instead of the first read. If it is stale, the etag makes the write fail. */
  first?: RunService;
  /** If others move the traffic before ours has arrived, decide again instead of giving way. */
  insist?: boolean;
  /** Code of the error if others keep changing the service. Default `deadline-exceeded`. */
  busyCode?: ErrorCode;
}

export type Changed =
  /** `wrote` is false if the service was already as wanted, so that no write was sent. */
  | {
      done: true;
      service: RunService;
      written: Write;
      wrote: boolean;
      /** Why Google refused the settings, so that only the traffic was written. */
      refused?: unknown;
    }
  | Stopped;

/**
 * The only way in which traffic changes: read the service, decide, write traffic and record in one conditional PATCH, and
 * wait until the service follows. Reading again shows whether a write whose response was lost has arrived; after a lost
 * race it decides again. Throws `not-found` if there is no service, `deadline-exceeded` or `busyCode` at the deadline,
 * and every permanent error of the server.
 */
export async function changeTraffic(
  ports: ChangePorts,
  name: string,
  decide: Decide,
  options: ChangeOptions,
): Promise<Changed> {
  const { services, clock, log } = ports;
  const deadline = clock.steady() + options.withinMs;
  let wrote = false;
  let lastError: unknown;
  let refused: unknown;
  for (let tries = 1; ; tries++) {
    let withSettings = false;
    try {
      const service = (tries === 1 ? options.first : undefined) ?? (await services.get(name, options.signal));
      if (service === undefined)
        throw new ReleaseError('not-found', { what: `The Cloud Run service ${name} does not exist.` });
      const decision = await decide(service, parseRecord(service.annotations[recordAnnotation]));
      if ('stop' in decision) return { done: false, ...decision };
      const wanted = refused === undefined ? decision : { ...decision, outside: undefined };
      const { change, isWritten } = changeOf(service, wanted);
      withSettings = !hasChange(service, wanted.outside ?? {});
      wrote ||= !isWritten;
      if (
        isWritten ||
        (await services.patch(name, change, patchOptions(service.etag, options))) === 'accepted'
      ) {
        const written = { done: true, written: decision, wrote, refused } as const;
        if (!decision.traffic) return { ...written, service };
        const settled = await awaitTraffic(ports, name, decision.traffic, { ...options, deadline });
        if (settled.done) {
          const { outside } = decision;
          if (refused === undefined || !outside) return { ...written, service: settled.service };
          const last = await writeSettings(ports, settled.service, outside, options.signal);
          return { ...written, service: last };
        }
        if (!options.insist) return settled;
      }
      lastError = undefined;
      log.debug(`${name} changed while it was being written; reading it again`);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (isPermanent(error) && withSettings) {
        log.debug(
          `The settings of ${name} were refused, so only its traffic is written: ${messageOf(error)}`,
        );
        refused = error;
        continue;
      }
      if (isPermanent(error) && !options.stubborn) throw error;
      lastError = error;
      log.debug(`Changing traffic, try ${tries}: ${messageOf(error)}`);
    }
    const wait = Math.min(4000, 150 * 2 ** tries) * (0.5 + (tries % 3) / 4);
    if (clock.steady() + wait >= deadline) throw lastError ?? busy(name, options.busyCode);
    await clock.sleep(wait, options.signal);
  }
}

/** The fields to send, and whether the service has them already. */
function changeOf(service: RunService, { traffic, record, outside = {} }: Write) {
  const annotations = record && withRecord(service.annotations, record);
  const settings = hasChange(service, outside) ? {} : outside;
  return {
    change: { ...(traffic ? { traffic } : {}), ...(annotations ? { annotations } : {}), ...settings },
    isWritten:
      hasChange(service, outside) &&
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
    what: `Traffic of ${name} could not be changed: other tools or people kept changing the service.`,
  });
