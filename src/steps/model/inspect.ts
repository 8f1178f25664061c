import { type Agreement, judgeAgreement } from '../../domain/model/agree.ts';
import { type HistoryRow, historyOf } from '../../domain/model/history.ts';
import { modelOfRevision } from '../../domain/model/of-revision.ts';
import { decideTags, inSeconds } from '../../domain/model/tags.ts';
import type { Clock } from '../ports/clock.ts';
import type { ModelRegistry } from '../ports/model.ts';
import type { Services } from '../ports/services.ts';
import { type Seen, seeNow } from './see.ts';

export interface InspectPorts {
  services: Pick<Services, 'get' | 'revision' | 'revisions'>;
  registry: ModelRegistry;
  clock: Pick<Clock, 'now'>;
}

export interface Inspected {
  seen: Seen;
  /** The version of this model that serves. Undefined: another model does, or none. */
  version: string | undefined;
  /** The version that the alias names. */
  current: string | undefined;
  agreement: Agreement;
}

/** Looks whether traffic, record, alias, bytes and tags agree. Changes nothing. */
export async function inspectModel(
  { services, registry, clock }: InspectPorts,
  { service, alias, signal }: { service: string; alias: string | undefined; signal: AbortSignal },
): Promise<Inspected> {
  const { aliases, tags } = registry;
  const seen = await seeNow({ services }, service, signal);
  const { carried, revision } = seen;
  const [current, tagged, bytes] = await Promise.all([
    alias === undefined ? undefined : aliases?.read(alias, signal),
    alias === undefined ? undefined : tags?.read(service, signal),
    carried && registry.isThere(carried, signal),
  ]);
  // A model without versions to name, such as an object, is the one that is carried.
  const version = carried && (aliases ? aliases.versionOf(carried.reference) : carried.version);
  const agreement = judgeAgreement({
    ...{ open: seen.open, revision, reference: carried?.reference, version, recorded: seen.recorded, bytes },
    alias: alias === undefined ? undefined : { name: alias, current },
    tags:
      tagged && tags && revision !== undefined
        ? decideTags({
            serving: { revision: tags.spelled(service, revision), version },
            tagged,
            now: inSeconds(clock.now()),
          }).length === 0
        : undefined,
  });
  return { seen, version, current, agreement };
}

/** Which model served when, newest first. */
export async function modelHistory(
  { services, registry }: Pick<InspectPorts, 'services' | 'registry'>,
  { service, signal }: { service: string; signal: AbortSignal },
): Promise<{ seen: Seen; rows: HistoryRow[] }> {
  const { tags } = registry;
  const [seen, all, tagged = []] = await Promise.all([
    seeNow({ services }, service, signal),
    services.revisions(service, signal),
    tags?.read(service, signal),
  ]);
  const revisions = all.flatMap(({ name, createTime: made, raw }) => {
    const carried = modelOfRevision(raw);
    if (carried === undefined) return [];
    const { reference, version } = carried;
    return [{ name, spelled: tags?.spelled(service, name) ?? name, made, version, reference }];
  });
  const failed = seen.record?.failed ?? [];
  return { seen, rows: historyOf({ revisions, tagged, serving: seen.revision, failed }) };
}
