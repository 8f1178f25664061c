import { canonical, isObject, type Json, type JsonObject, jsonText } from '../data/json.ts';

/** Something that the SLO file makes: a file, or a resource of a monitoring system. */
export interface Managed {
  /** What it is, in words: `alert policy`. */
  kind: string;
  /** The name by which it is found again. */
  name: string;
  body: JsonObject;
}

/** What is there. */
export interface Live extends Managed {
  /** Carries our mark. Nothing else is ever changed. */
  ours: boolean;
}

export interface FieldChange {
  field: string;
  /** Undefined if the field is not set. */
  from: string | undefined;
  to: string | undefined;
}

export interface Change {
  kind: string;
  name: string;
  /** `foreign`: something of that name is there and is not ours. `stale`: ours, but the file no longer makes it. */
  does: 'nothing' | 'create' | 'update' | 'delete' | 'stale' | 'foreign';
  /** What differs, for an update. */
  fields: FieldChange[];
}

const mostShown = 300;
const shown = (value: Json | undefined): string | undefined => {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : jsonText(value);
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
};

/** A field may have a name that every object of JavaScript has, such as `constructor`. */
const own = (value: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(value, name) ? value[name] : undefined;

/** Every field in which two values differ, named down to the leaf. */
export function differences(from: Json | undefined, to: Json | undefined, field = ''): FieldChange[] {
  if (canonical(from) === canonical(to) && (from === undefined) === (to === undefined)) return [];
  const below = (name: string) => (field === '' ? name : `${field}.${name}`);
  if (isObject(from) && isObject(to))
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((name) =>
      differences(own(from, name), own(to, name), below(name)),
    );
  if (Array.isArray(from) && Array.isArray(to))
    return Array.from({ length: Math.max(from.length, to.length) }, (_, at) => at).flatMap((at) =>
      differences(from[at], to[at], `${field}[${at}]`),
    );
  return [{ field: field || 'value', from: shown(from), to: shown(to) }];
}

/**
 * What has to change so that what is there becomes what the file makes. Everything is found by kind and name.
 * @param prune delete what is ours and no longer made
 */
export function changesOf(
  wanted: readonly Managed[],
  live: readonly Live[],
  { prune }: { prune: boolean },
): Change[] {
  const same = (one: Managed) => (other: Managed) => other.kind === one.kind && other.name === one.name;
  const changes = wanted.map((one): Change => {
    const { kind, name } = one;
    const found = live.find(same(one));
    if (!found) return { kind, name, does: 'create', fields: [] };
    if (!found.ours) return { kind, name, does: 'foreign', fields: [] };
    const fields = differences(found.body, one.body);
    return { kind, name, does: fields.length > 0 ? 'update' : 'nothing', fields };
  });
  const left = live
    .filter((one) => one.ours && !wanted.some(same(one)))
    .map(({ kind, name }): Change => ({ kind, name, does: prune ? 'delete' : 'stale', fields: [] }));
  return [...changes, ...left];
}

/** The changes that a run writes. */
export const writesOf = (changes: readonly Change[]): Change[] =>
  changes.filter(({ does }) => does === 'create' || does === 'update' || does === 'delete');
