import { messageOf } from '../../domain/errors/errors.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import { isOpen, type ReleaseRecord, type SavedWatch, withRecord } from '../../domain/traffic/record.ts';
import { sameAllocation } from '../../domain/traffic/traffic.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RunService, Services } from '../ports/services.ts';
import type { WatchTarget } from './find-target.ts';

/** Milliseconds between two writes of the state during a watch. */
export const saveEveryMs = 60_000;

/**
 * The record of an open release of this candidate. Undefined if there is none, or if the traffic has changed since the
 * record was written.
 */
export function openRecord(service: RunService, candidate: string): ReleaseRecord | undefined {
  const parsed = parseRecord(service.annotations[recordAnnotation]);
  if (parsed.kind !== 'record' || !isOpen(parsed.record)) return undefined;
  const { record } = parsed;
  return record.candidate === candidate && sameAllocation(service.traffic, record.wrote) ? record : undefined;
}

/**
 * The state of a watch that a release or an earlier runner saved in the record. Undefined if it belongs to another
 * watch: other revisions, or other traffic than the record says.
 */
export function savedWatch(
  service: RunService,
  target: Pick<WatchTarget, 'candidate' | 'baseline'>,
): SavedWatch | undefined {
  const record = openRecord(service, target.candidate);
  const other = target.baseline !== undefined && target.baseline !== record?.before_revision;
  return other ? undefined : record?.watch;
}

/**
 * Writes the state into a record that was just read, and changes nothing else. Returns false if the service was changed
 * in between; then the next save will do.
 */
export async function saveWatch(
  services: Services,
  service: RunService,
  record: ReleaseRecord,
  watch: SavedWatch,
  signal?: AbortSignal,
): Promise<boolean> {
  const annotations = withRecord(service.annotations, { ...record, watch });
  const options = { etag: service.etag, ...(signal ? { signal } : {}) };
  return (await services.patch(service.name, { annotations }, options)) === 'accepted';
}

/** Saves a running watch in the record once a minute. A write that fails is logged once and stops nothing. */
export function createSaver(
  ports: { services: Services; clock: Clock; log: Log },
  target: Pick<WatchTarget, 'service' | 'candidate'>,
): { due(): boolean; keep(state: WatchState, signal?: AbortSignal): Promise<void> } {
  const { services, clock, log } = ports;
  let keptAt = clock.steady();
  let warned = false;
  const warn = (why: string) => {
    if (!warned) log.warning(`The state of the watch is not saved: ${why}`);
    warned = true;
  };
  return {
    due: () => clock.steady() - keptAt >= saveEveryMs,
    async keep(state, signal) {
      keptAt = clock.steady();
      try {
        const service = await services.get(target.service, signal);
        const record = service && openRecord(service, target.candidate);
        if (service && record) await saveWatch(services, service, record, { at: clock.now(), state }, signal);
        else warn(`no release of ${target.candidate} is open, so there is no record to save it in.`);
      } catch (error) {
        if (!signal?.aborted) warn(messageOf(error));
      }
    },
  };
}
