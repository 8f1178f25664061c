import { isObject, listOf, textOf } from '../data/json.ts';

/**
 * Which version of a model served when, as the versions themselves say it. A revision tells its model as long as it exists; a
 * tag in the registry stays when revisions are deleted.
 */
export interface ServingPeriod {
  revision: string;
  /** RFC 3339, in whole seconds. */
  from: string;
  /** Absent: it serves. */
  until?: string | undefined;
  commit?: string | undefined;
  run?: string | undefined;
}

export interface TaggedVersion {
  version: string;
  /** The oldest first. */
  periods: readonly ServingPeriod[];
}

/** What became of the tags. `reason` continues a sentence about them. */
export interface TagResult {
  did: 'written' | 'stands' | 'left' | 'failed';
  reason: string;
}

/** A tag keeps the newest ones. */
export const mostPeriods = 12;
/** MLflow 2 takes values of 5,000 characters. */
const mostCharacters = 5000;

export interface TagFacts {
  /** What has all the traffic, and the version of this model that it carries, if it carries one. */
  serving: { revision: string; version: string | undefined };
  tagged: readonly TaggedVersion[];
  /** RFC 3339, in whole seconds. */
  now: string;
  /** Who released the serving revision, if that is known. */
  by?: Pick<ServingPeriod, 'commit' | 'run'> | undefined;
}

/**
 * The tags to write, so that exactly the version that serves says so. Nothing if they are right already, so a repeated run writes
 * nothing. The new period comes first: a run that dies between two writes leaves one too many rather than none.
 */
export function decideTags({ serving, tagged, now, by }: TagFacts): TaggedVersion[] {
  const { revision, version } = serving;
  const closed = (periods: readonly ServingPeriod[]) =>
    periods.map((period) =>
      // The clock of this machine may be behind that of the one that wrote the begin.
      period.until === undefined ? { ...period, until: period.from > now ? period.from : now } : period,
    );
  const others = tagged
    .filter((one) => one.version !== version && one.periods.some(isOpen))
    .map((one) => ({ version: one.version, periods: closed(one.periods) }));
  if (version === undefined) return others;
  const periods = tagged.find((one) => one.version === version)?.periods ?? [];
  const last = periods.at(-1);
  if (last?.revision === revision && isOpen(last) && periods.filter(isOpen).length === 1) return others;
  // A revision that serves again was released by the same run as before.
  const { commit, run } = periods.findLast((period) => period.revision === revision) ?? by ?? {};
  const next: ServingPeriod = {
    ...{ revision, from: now },
    ...(commit === undefined ? {} : { commit }),
    ...(run === undefined ? {} : { run }),
  };
  return [{ version, periods: [...closed(periods), next].slice(-mostPeriods) }, ...others];
}

const isOpen = ({ until }: ServingPeriod): boolean => until === undefined;

/** Whole seconds are enough for people, and save room. */
export const inSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** The newest ones, as many as fit: what somebody else wrote may be longer than what we write. */
export function formatPeriods(periods: readonly ServingPeriod[]): string {
  const text = JSON.stringify(periods);
  return text.length <= mostCharacters || periods.length < 2 ? text : formatPeriods(periods.slice(1));
}

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** What a tag says. Leaves out what is malformed: anybody may write a tag. */
export function parsePeriods(text: string): ServingPeriod[] {
  if (text.length > 20_000) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return listOf(value)
    .slice(-mostPeriods)
    .flatMap((one) => {
      if (!isObject(one)) return [];
      const plain = (name: string, pattern: RegExp) => {
        const found = textOf(one[name]);
        return found !== undefined && pattern.test(found) ? found : undefined;
      };
      const revision = plain('revision', /^[a-z0-9-]{1,63}$/);
      const from = plain('from', timePattern);
      const until = plain('until', timePattern);
      if (revision === undefined || from === undefined) return [];
      // An end that nobody can read is an end all the same.
      if (until === undefined && one.until !== undefined) return [];
      const commit = plain('commit', /^[0-9a-f]{40,64}$/);
      const run = plain('run', /^[\w./-]{1,200}$/);
      return [
        {
          ...{ revision, from },
          ...(until === undefined ? {} : { until }),
          ...(commit === undefined ? {} : { commit }),
          ...(run === undefined ? {} : { run }),
        },
      ];
    });
}
