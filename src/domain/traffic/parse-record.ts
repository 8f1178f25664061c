import { isObject, objectOf } from '../data/json.ts';
import { revisionPattern } from '../data/resource-name.ts';
import { maxReference } from '../model/model.ts';
import { recordAnnotation } from '../product.ts';
import { parseOutside } from './outside/parse.ts';
import {
  maxBytes,
  maxFailed,
  type RecordedGateway,
  type RecordedModel,
  type ReleaseRecord,
  recordPhases,
  type SavedWatch,
} from './record.ts';
import { latestType, revisionType, type TrafficTarget } from './traffic.ts';

/** Reads a record with suspicion: everyone who may update the service may have written it. */

export type ParsedRecord =
  | { kind: 'none' }
  | { kind: 'record'; record: ReleaseRecord }
  /** Written by a later version of this suite. It may be open, and this version cannot read it. */
  | { kind: 'newer'; version: number }
  /** `why` continues the sentence "the record cannot be read: …". */
  | { kind: 'broken'; why: string };

const maxTargets = 2100;
/** A release has at most twelve regions. */
const maxOthers = 11;

const isRevision = (value: unknown): value is string =>
  typeof value === 'string' && revisionPattern.test(value);
const isTag = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-z0-9][a-z0-9-]{0,45}$/.test(value);
const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.length <= max;

function parseTargets(value: unknown, field: string): TrafficTarget[] {
  if (!Array.isArray(value) || value.length > maxTargets)
    throw new Error(`${field} is not a list of targets`);
  return value.map((item: unknown) => {
    const raw = objectOf(item);
    const target: TrafficTarget = {};
    if (raw.type === latestType || raw.type === revisionType) target.type = raw.type;
    else if (raw.type !== undefined) throw new Error(`${field} has an unknown type`);
    if (raw.revision !== undefined) {
      if (!isRevision(raw.revision)) throw new Error(`${field} has an invalid revision name`);
      target.revision = raw.revision;
    }
    if (raw.percent !== undefined) {
      if (!Number.isInteger(raw.percent) || (raw.percent as number) < 0 || (raw.percent as number) > 100)
        throw new Error(`${field} has an invalid percentage`);
      target.percent = raw.percent as number;
    }
    if (raw.tag !== undefined) {
      if (!isTag(raw.tag)) throw new Error(`${field} has an invalid tag`);
      target.tag = raw.tag;
    }
    if (target.type !== latestType && target.revision === undefined)
      throw new Error(`${field} has a target without a revision`);
    return target;
  });
}

/** Can `before` be put back? Only if it gives all traffic to the revision that served, by name or as the latest. */
function isWayBack(before: readonly TrafficTarget[], revision: string | undefined): boolean {
  const serving = before.filter((target) => (target.percent ?? 0) > 0);
  const total = serving.reduce((sum, target) => sum + (target.percent ?? 0), 0);
  const known = serving.every((target) => target.type === latestType || target.revision === revision);
  return before.length === 0 || (revision !== undefined && known && total === 100);
}

/** Leaves out a saved watch that is malformed: traffic can be settled without it. */
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
    throw new Error('marks are not valid labels');
  return Object.fromEntries(pairs.map(([name, text]) => [name, String(text)]));
}

/** Leaves out what is malformed: traffic can be settled without the model. */
function parseModel(value: unknown): RecordedModel | undefined {
  const { reference, digest, alias, was } = objectOf(value);
  const word = /^[\x21-\x7e]+$/;
  if (!isText(reference, maxReference) || !word.test(reference)) return undefined;
  const isWord = (text: unknown): text is string => isText(text, 255) && word.test(text);
  return {
    reference,
    digest: isWord(digest) ? digest : undefined,
    ...(isWord(alias) && (was === null || isWord(was)) ? { alias, was } : {}),
  };
}

/** Leaves out what is malformed, as with the model. */
function parseGateway(value: unknown): RecordedGateway | undefined {
  const { name, from, to } = objectOf(value);
  const id = '[a-z0-9][a-z0-9-]{0,62}';
  const isName = (text: unknown, kind: string): text is string =>
    isText(text, 300) && new RegExp(`^projects/[a-z0-9.:-]+/locations/${kind}$`).test(text);
  const config = `global/apis/${id}/configs/${id}`;
  return isName(name, `${id}/gateways/${id}`) && isName(from, config) && isName(to, config)
    ? { name, from, to }
    : undefined;
}

/** Without it the region is settled alone, so a malformed one is left out whole. */
function parseAgreed(value: unknown): ReleaseRecord['agreed'] {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  const isFit = ([region, revision]: [string, unknown]) =>
    /^[a-z]+-[a-z]+[0-9]{1,2}$/.test(region) && isRevision(revision);
  return entries.length <= maxOthers && entries.every(isFit)
    ? (Object.fromEntries(entries) as Record<string, string>)
    : undefined;
}

function parseFields(raw: Record<string, unknown>): ReleaseRecord {
  const text = (field: string, max: number, pattern: RegExp): string => {
    const value = raw[field];
    if (!isText(value, max) || !pattern.test(value)) throw new Error(`${field} is invalid`);
    return value;
  };
  const revision = (field: string): string | undefined => {
    const value = raw[field];
    if (value !== undefined && !isRevision(value)) throw new Error(`${field} is not a revision name`);
    return value;
  };
  const commit = (field: string): string | undefined =>
    raw[field] === undefined ? undefined : text(field, 64, /^[0-9a-f]{7,64}$/);
  const phase = recordPhases.find((name) => name === raw.phase);
  if (phase === undefined) throw new Error('its phase is unknown');
  if (!Number.isInteger(raw.attempt) || (raw.attempt as number) < 1)
    throw new Error('attempt is not a number');
  if (!Array.isArray(raw.failed)) throw new Error('failed is not a list');
  const expires = text('expires', 40, /^\d{4}-\d\d-\d\dT/);
  if (Number.isNaN(Date.parse(expires))) throw new Error('expires is not a time');
  const before = parseTargets(raw.before, 'before');
  const beforeRevision = revision('before_revision');
  if (!isWayBack(before, beforeRevision)) throw new Error('before cannot be put back');
  return {
    v: 1,
    id: text('id', 64, /^[\w-]+$/),
    repository: text('repository', 140, /^([\w.-]+\/[\w.-]+)?$/),
    run: text('run', 30, /^\d*$/),
    attempt: raw.attempt as number,
    job: raw.job === undefined ? undefined : text('job', 30, /^\d+$/),
    phase,
    agreed: parseAgreed(raw.agreed),
    before,
    outside: parseOutside(raw.outside),
    before_revision: beforeRevision,
    wrote: parseTargets(raw.wrote, 'wrote'),
    candidate: revision('candidate'),
    commit: commit('commit'),
    model: parseModel(raw.model),
    gateway: parseGateway(raw.gateway),
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
  if (value.length > maxBytes) return { kind: 'broken', why: 'it is larger than a record can be' };
  let raw: unknown;
  try {
    raw = JSON.parse(value);
  } catch {
    return { kind: 'broken', why: 'it is not JSON' };
  }
  if (!isObject(raw)) return { kind: 'broken', why: 'it is not a JSON object' };
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

/** The record on a service, undefined if there is none that can be read. */
export function recordOn(
  service: { annotations: Readonly<Record<string, string>> } | undefined,
): ReleaseRecord | undefined {
  const parsed = parseRecord(service?.annotations[recordAnnotation]);
  return parsed.kind === 'record' ? parsed.record : undefined;
}
