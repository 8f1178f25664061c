import { isObject, objectOf } from '../data/json.ts';
import { revisionPattern } from '../data/resource-name.ts';
import { recordAnnotation } from '../product.ts';
import { latestType, revisionType, type Traffic, type TrafficTarget } from './traffic.ts';

/**
 * What a release leaves on the Cloud Run service, in the same conditional write as every change of traffic, so that
 * whoever comes next knows what was going on. Anyone who may update the service may have written it: parse it as such.
 */

/** `building` to `full` are open: a release is under way or died. `held` waits for a person. `closed` is history. */
export type RecordPhase = 'building' | 'smoking' | 'canary' | 'full' | 'held' | 'closed';
const recordPhases: readonly RecordPhase[] = ['building', 'smoking', 'canary', 'full', 'held', 'closed'];

export interface ReleaseRecord {
  v: 1;
  /** The process that wrote it: two jobs of one run differ in this alone. */
  id: string;
  /** `owner/name`; a run of another repository cannot be asked about. */
  repository: string;
  run: string;
  attempt: number;
  /** GitHub's id of the job, where it is known: it can be over while the run goes on. */
  job?: string | undefined;
  phase: RecordPhase;
  /** The whole traffic array as it was found. */
  before: TrafficTarget[];
  /** The revision that served then; absent in a first release. */
  before_revision?: string | undefined;
  /** The whole traffic array that this record came with. */
  wrote: TrafficTarget[];
  candidate?: string | undefined;
  /** Of the candidate, hex. */
  commit?: string | undefined;
  /** The last revision that a release proved good. */
  stable?: string | undefined;
  stable_commit?: string | undefined;
  /** The revisions that releases proved bad, newest first. */
  failed: string[];
  function_update_time?: string | undefined;
  /** Labels of the function by which what this release builds is known again. */
  marks?: Readonly<Record<string, string>> | undefined;
  /** Where the watch stood, so that another runner can go on with it. */
  watch?: SavedWatch | undefined;
  /** RFC 3339: when nobody can say whether the run is over, it is from here on. */
  expires: string;
}

export interface SavedWatch {
  /** Milliseconds since the epoch of this write: with a change of traffic, when that was sent. */
  at: number;
  /** As `resumeWatch` reads it; checked there and nowhere else. */
  state: unknown;
}

export type ParsedRecord =
  | { kind: 'none' }
  | { kind: 'record'; record: ReleaseRecord }
  /** Of a later version of this suite: it may be open, and we cannot read it. */
  | { kind: 'newer'; version: number }
  | { kind: 'broken'; why: string };

const maxBytes = 64 * 1024;
/** A state of the evidence has about 1.5 KB an objective; only the classical rules' history can be longer. */
const maxWatchBytes = 24 * 1024;
const maxTargets = 2100;
export const maxFailed = 5;

const isRevision = (value: unknown): value is string =>
  typeof value === 'string' && revisionPattern.test(value);
const isTag = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-z0-9][a-z0-9-]{0,45}$/.test(value);
const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.length <= max;

function parseTargets(value: unknown, field: string): TrafficTarget[] {
  if (!Array.isArray(value) || value.length > maxTargets) throw new Error(`${field} is not a list`);
  return value.map((item: unknown) => {
    const raw = objectOf(item);
    const target: TrafficTarget = {};
    if (raw.type === latestType || raw.type === revisionType) target.type = raw.type;
    else if (raw.type !== undefined) throw new Error(`${field} has an unknown type`);
    if (raw.revision !== undefined) {
      if (!isRevision(raw.revision)) throw new Error(`${field} names something that is no revision`);
      target.revision = raw.revision;
    }
    if (raw.percent !== undefined) {
      if (!Number.isInteger(raw.percent) || (raw.percent as number) < 0 || (raw.percent as number) > 100)
        throw new Error(`${field} has a share that is no percentage`);
      target.percent = raw.percent as number;
    }
    if (raw.tag !== undefined) {
      if (!isTag(raw.tag)) throw new Error(`${field} has something that is no tag`);
      target.tag = raw.tag;
    }
    if (target.type !== latestType && target.revision === undefined)
      throw new Error(`${field} has a target without a revision`);
    return target;
  });
}

/** All of the traffic to the revision that served, by its name or as the latest: anything else cannot be put back. */
function isWayBack(before: readonly TrafficTarget[], revision: string | undefined): boolean {
  const shares = before.filter((target) => (target.percent ?? 0) > 0);
  const total = shares.reduce((sum, target) => sum + (target.percent ?? 0), 0);
  const known = shares.every((target) => target.type === latestType || target.revision === revision);
  return before.length === 0 || (revision !== undefined && known && total === 100);
}

/** A saved watch that is none is left out: traffic can be settled without it. */
function parseWatch(value: unknown): SavedWatch | undefined {
  const { at, state } = objectOf(value) as Partial<SavedWatch>;
  const whole =
    typeof at === 'number' && at >= 0 && at < 8.64e15 && typeof state === 'object' && state !== null;
  return whole ? { at, state } : undefined;
}

function parseMarks(value: unknown): Record<string, string> | undefined {
  if (value === undefined) return undefined;
  const pairs = Object.entries(objectOf(value));
  const label = /^[a-z0-9_-]{1,63}$/;
  if (pairs.length > 8 || pairs.some(([name, text]) => !label.test(name) || !label.test(String(text))))
    throw new Error('marks are no labels');
  return Object.fromEntries(pairs.map(([name, text]) => [name, String(text)]));
}

function parseFields(raw: Record<string, unknown>): ReleaseRecord {
  const text = (field: string, max: number, pattern: RegExp): string => {
    const value = raw[field];
    if (!isText(value, max) || !pattern.test(value)) throw new Error(`${field} is not what it should be`);
    return value;
  };
  const revision = (field: string): string | undefined => {
    const value = raw[field];
    if (value !== undefined && !isRevision(value)) throw new Error(`${field} is no revision`);
    return value;
  };
  const commit = (field: string): string | undefined =>
    raw[field] === undefined ? undefined : text(field, 64, /^[0-9a-f]{7,64}$/);
  const phase = recordPhases.find((name) => name === raw.phase);
  if (phase === undefined) throw new Error('its phase is unknown');
  if (!Number.isInteger(raw.attempt) || (raw.attempt as number) < 1) throw new Error('attempt is no number');
  if (!Array.isArray(raw.failed)) throw new Error('failed is no list');
  const expires = text('expires', 40, /^\d{4}-\d\d-\d\dT/);
  if (Number.isNaN(Date.parse(expires))) throw new Error('expires is no time');
  const before = parseTargets(raw.before, 'before');
  const beforeRevision = revision('before_revision');
  if (!isWayBack(before, beforeRevision)) throw new Error('before is no way back');
  return {
    v: 1,
    id: text('id', 64, /^[\w-]+$/),
    repository: text('repository', 140, /^([\w.-]+\/[\w.-]+)?$/),
    run: text('run', 30, /^\d*$/),
    attempt: raw.attempt as number,
    job: raw.job === undefined ? undefined : text('job', 30, /^\d+$/),
    phase,
    before,
    before_revision: beforeRevision,
    wrote: parseTargets(raw.wrote, 'wrote'),
    candidate: revision('candidate'),
    commit: commit('commit'),
    stable: revision('stable'),
    stable_commit: commit('stable_commit'),
    failed: raw.failed.filter(isRevision).slice(0, maxFailed),
    function_update_time:
      raw.function_update_time === undefined ? undefined : text('function_update_time', 40, /^[\dT:.Z+-]+$/),
    marks: parseMarks(raw.marks),
    watch: parseWatch(raw.watch),
    expires,
  };
}

/** Reads the annotation's value. Never throws. */
export function parseRecord(value: string | undefined): ParsedRecord {
  if (value === undefined || value === '') return { kind: 'none' };
  if (value.length > maxBytes) return { kind: 'broken', why: 'it is larger than any record' };
  let raw: unknown;
  try {
    raw = JSON.parse(value);
  } catch {
    return { kind: 'broken', why: 'it is not JSON' };
  }
  if (!isObject(raw)) return { kind: 'broken', why: 'it is no object' };
  const version = raw.v;
  if (typeof version === 'number' && Number.isInteger(version) && version > 1)
    return { kind: 'newer', version };
  if (version !== 1) return { kind: 'broken', why: 'its version is unknown' };
  try {
    return { kind: 'record', record: parseFields(raw) };
  } catch (error) {
    return { kind: 'broken', why: (error as Error).message };
  }
}

/** The annotation's value. Throws `RangeError` where the service has more tags than a record can hold. */
export function formatRecord(record: ReleaseRecord): string {
  const whole = JSON.stringify(record);
  const watch = JSON.stringify(record.watch)?.length ?? 0;
  // Traffic can be settled without it, so it never stands in the way of a write.
  const tooLong = watch > maxWatchBytes || whole.length > maxBytes;
  const text = tooLong ? JSON.stringify({ ...record, watch: undefined }) : whole;
  if (text.length > maxBytes)
    throw new RangeError(`the record would have ${text.length} characters, at most ${maxBytes} fit`);
  return text;
}

/** The other annotations as they are, with this record among them: the write replaces the whole map. */
export function withRecord(
  annotations: Readonly<Record<string, string>>,
  record: ReleaseRecord,
): Record<string, string> {
  return { ...annotations, [recordAnnotation]: formatRecord(record) };
}

export const isOpen = (record: ReleaseRecord): boolean => record.phase !== 'closed';

/** Remembers a bad revision, newest first, at most five. */
export function addFailed(failed: readonly string[], revision: string | undefined): string[] {
  if (revision === undefined) return [...failed];
  return [revision, ...failed.filter((name) => name !== revision)].slice(0, maxFailed);
}

/** What `closed` keeps of a release: who it was, what is good, what is bad. */
export function closeRecord(
  record: ReleaseRecord,
  end: { wrote: Traffic; stable?: string | undefined; failed?: string | undefined; expires: string },
): ReleaseRecord {
  return {
    ...record,
    phase: 'closed',
    watch: undefined,
    wrote: [...end.wrote],
    stable: end.stable ?? record.stable,
    stable_commit: end.stable ? record.commit : record.stable_commit,
    failed: addFailed(
      end.stable ? record.failed.filter((name) => name !== end.stable) : record.failed,
      end.failed,
    ),
    expires: end.expires,
  };
}
