import type { TaggedVersion } from './tags.ts';

/** Which model served when: from the tags of the versions, and from the revisions that still exist. */

export interface HistoryRow {
  /** Undefined: the revision carries another model, which `reference` names. */
  version: string | undefined;
  revision: string;
  /** The model by its exact version, if the revision still exists. */
  reference?: string | undefined;
  /** When it began to serve, and when it ended, as far as a tag says it. */
  from?: string | undefined;
  until?: string | undefined;
  /** When the revision was made. */
  made?: string | undefined;
  /** `made`: nothing says that it ever served. `refused`: a release took it back. */
  state: 'serves' | 'served' | 'refused' | 'made';
  commit?: string | undefined;
  run?: string | undefined;
}

export interface CarryingRevision {
  name: string;
  /** How the tags spell its name. */
  spelled: string;
  made: string;
  version: string | undefined;
  reference: string;
}

export interface HistoryFacts {
  revisions: readonly CarryingRevision[];
  tagged: readonly TaggedVersion[];
  /** The revision with all the traffic. */
  serving: string | undefined;
  /** Those that releases have taken back, as far as the record remembers them. */
  failed: readonly string[];
}

/** Newest first. */
export function historyOf({ revisions, tagged, serving, failed }: HistoryFacts): HistoryRow[] {
  const bySpelling = new Map(revisions.map((revision) => [revision.spelled, revision]));
  const told = new Set<string>();
  const rows: HistoryRow[] = [];
  for (const { version, periods } of tagged)
    for (const [at, { until, ...period }] of periods.entries()) {
      const found = bySpelling.get(period.revision);
      const revision = found?.name ?? period.revision;
      told.add(revision);
      const goesOn = until === undefined && at === periods.length - 1 && revision === serving;
      rows.push({
        ...{ ...period, version, revision, until, state: goesOn ? 'serves' : 'served' },
        ...(found ? { reference: found.reference, made: found.made } : {}),
      });
    }
  for (const { name, made, version, reference } of revisions) {
    if (told.has(name)) continue;
    const state = name === serving ? 'serves' : failed.includes(name) ? 'refused' : 'made';
    rows.push({ version, revision: name, reference, made, state });
  }
  const time = ({ from, made }: HistoryRow) => Date.parse(from ?? made ?? '') || 0;
  // What serves is the newest, whatever the clocks said that wrote the times.
  const serves = ({ state }: HistoryRow) => (state === 'serves' ? 1 : 0);
  return rows.sort(
    (one, other) =>
      serves(other) - serves(one) || time(other) - time(one) || (one.revision < other.revision ? 1 : -1),
  );
}
