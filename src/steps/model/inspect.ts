import { messageOf } from '../../domain/errors/errors.ts';
import { type Agreement, judgeAgreement } from '../../domain/model/agree.ts';
import { type HistoryRow, historyOf } from '../../domain/model/history.ts';
import type { CarriedModel } from '../../domain/model/model.ts';
import { modelOfRevision } from '../../domain/model/of-revision.ts';
import { decideTags, inSeconds, type TaggedVersion } from '../../domain/model/tags.ts';
import type { Clock } from '../ports/clock.ts';
import type { ModelRegistry, ModelTags } from '../ports/model.ts';
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

/** The version of this model that a revision carries. Undefined: another model. A model without versions, such as an object, is the one that is carried. */
export const versionIn = (
  { aliases }: Pick<ModelRegistry, 'aliases'>,
  carried: Pick<CarriedModel, 'reference' | 'version'>,
): string | undefined => (aliases ? aliases.versionOf(carried.reference) : carried.version);

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
    alias === undefined ? undefined : tags && readTags(tags, service, signal),
    carried && registry.isThere(carried, signal),
  ]);
  const version = carried && versionIn(registry, carried);
  const says = (tags: ModelTags, serves: string, read: readonly TaggedVersion[]): boolean =>
    decideTags({
      serving: { revision: tags.spelled(service, serves), version },
      tagged: read,
      now: inSeconds(clock.now()),
    }).length === 0;
  const agreement = judgeAgreement({
    ...{ open: seen.open, revision, reference: carried?.reference, version, recorded: seen.recorded, bytes },
    alias: alias === undefined ? undefined : { name: alias, current },
    tags:
      tagged && tags && revision !== undefined
        ? 'unread' in tagged
          ? tagged
          : says(tags, revision, tagged)
        : undefined,
  });
  return { seen, version, current, agreement };
}

/** Nothing depends on the tags, so a registry that does not show them is no failure. */
async function readTags(
  tags: ModelTags,
  service: string,
  signal: AbortSignal,
): Promise<TaggedVersion[] | { unread: string }> {
  try {
    return await tags.read(service, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return { unread: messageOf(error).replace(/\.$/, '') };
  }
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
    // A number of another model means nothing here.
    const version = versionIn(registry, carried);
    const { reference } = carried;
    return [{ name, spelled: tags?.spelled(service, name) ?? name, made, version, reference }];
  });
  const failed = seen.record?.failed ?? [];
  return { seen, rows: historyOf({ revisions, tagged, serving: seen.revision, failed }) };
}
