import type { ReleaseRecord } from '../../domain/traffic/record.ts';
import type { ModelAliases } from '../ports/model.ts';

/** From which versions an alias may be taken. Any other was chosen by somebody else. */

type Left = readonly (string | undefined)[];
type VersionOf = ModelAliases['versionOf'];

/** What a release left behind: one that was promoted had yet to move the alias, and any other has not touched it. */
export function afterRelease(record: ReleaseRecord | undefined, alias: string): Left {
  const { model, candidate, stable, phase } = record ?? {};
  if (model?.alias !== alias || phase !== 'closed') return [];
  return candidate !== undefined && candidate === stable ? [model.was ?? undefined] : [];
}

/** After a rollback: the version of the release that is taken back, and those that served until now. */
export function afterRollback(
  record: ReleaseRecord | undefined,
  served: readonly (string | undefined)[],
  versionOf: VersionOf,
): Left {
  const references = [record?.model?.reference, ...served].filter((text) => text !== undefined);
  return references.flatMap((reference) => versionOf(reference) ?? []);
}
