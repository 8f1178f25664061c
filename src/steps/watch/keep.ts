import { messageOf } from '../../domain/errors/errors.ts';
import { recordAnnotation } from '../../domain/product.ts';
import {
  isOpen,
  parseRecord,
  type ReleaseRecord,
  type SavedWatch,
  withRecord,
} from '../../domain/traffic/record.ts';
import { sameShares } from '../../domain/traffic/traffic.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RunService, Services } from '../ports/services.ts';
import type { WatchTarget } from './target.ts';

/** Between two writes of the state while a watch goes on. */
export const keepEveryMs = 60_000;

/** The record of an open release of this candidate, whose traffic nobody has moved since. */
export function openRecord(service: RunService, candidate: string): ReleaseRecord | undefined {
  const parsed = parseRecord(service.annotations[recordAnnotation]);
  if (parsed.kind !== 'record' || !isOpen(parsed.record)) return undefined;
  const { record } = parsed;
  return record.candidate === candidate && sameShares(service.traffic, record.wrote) ? record : undefined;
}

/**
 * Where the watch stood that a release, or a runner before this one, kept in the record; only where it is of this very
 * watch: the same two revisions, and the traffic as the record says.
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
 * Writes the state into the record that was just read; traffic and everything else stay. False where somebody else
 * wrote in between: then the next time will do.
 */
export async function keepWatch(
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

/** Keeps a watch in the record as it goes, once a minute. A write that fails is told once and stops nothing. */
export function createKeeper(
  ports: { services: Services; clock: Clock; log: Log },
  target: Pick<WatchTarget, 'service' | 'candidate'>,
): { due(): boolean; keep(state: WatchState, signal?: AbortSignal): Promise<void> } {
  const { services, clock, log } = ports;
  let keptAt = clock.now();
  let told = false;
  const tell = (why: string) => {
    if (!told) log.warning(`The state of the watch is not kept: ${why}`);
    told = true;
  };
  return {
    due: () => clock.now() - keptAt >= keepEveryMs,
    async keep(state, signal) {
      keptAt = clock.now();
      try {
        const service = await services.get(target.service, signal);
        const record = service && openRecord(service, target.candidate);
        if (service && record) await keepWatch(services, service, record, { at: clock.now(), state }, signal);
        else tell(`no release of ${target.candidate} is open whose record could hold it.`);
      } catch (error) {
        if (!signal?.aborted) tell(messageOf(error));
      }
    },
  };
}
