import { type Json, type JsonObject, objectOf, textOrEmpty } from '../../domain/data/json.ts';
import { isOwnAgent } from '../../domain/product.ts';
import type { SliObjective } from '../../steps/ports/sli.ts';
import { isBadStatus } from '../tally.ts';
import { traceOf } from './field-book.ts';

/** One entry of Cloud Run's request log, reduced to the fields that are judged. */
export interface RequestEntry {
  insertId: string;
  /** Empty if the entry names none: a 429, or a request that the front end refused. */
  revision: string;
  /** Milliseconds since the epoch. */
  timestamp: number;
  /** When the entry arrived in Cloud Logging; milliseconds since the epoch. */
  received: number;
  status: number;
  /** NaN if the entry has none. */
  latencyMs: number;
  /** Text that the caller chose, so treat it as hostile. Empty if the entry has none. */
  method: string;
  url: string;
  /** The id of the trace; empty if the entry has none, or if nobody asked for it. */
  trace: string;
  /** Why this is not a user's request: sent by these actions, sent to a tag's URL, or refused by the front end. */
  excluded: 'own' | 'tag' | 'refused' | undefined;
}

/**
 * Statuses with which Cloud Run's front end refuses a caller: no or a wrong token (401, 403), ingress (404), and a request
 * that is too large (413). Such a request never reached the function. The entry has no field for this. But the front end
 * explains each refusal in `textPayload`, and entries of answers by the function have no text
 * (https://cloud.google.com/run/docs/troubleshooting). 429 is left out, because it says that no instance was free.
 */
const refusals: ReadonlySet<number> = new Set([401, 403, 404, 413]);

/** RFC 9110: a status has three digits, and nothing above 599 means anything. */
const isStatus = (status: number) => Number.isInteger(status) && status >= 100 && status <= 599;

/** Returns undefined if the entry cannot be judged because it lacks an id, a time, a revision or a status. */
export function readEntry(raw: Json | undefined, tagHosts: ReadonlySet<string>): RequestEntry | undefined {
  const entry = objectOf(raw);
  const request = objectOf(entry.httpRequest);
  const insertId = textOrEmpty(entry.insertId);
  const revision = textOrEmpty(objectOf(objectOf(entry.resource).labels).revision_name);
  const timestamp = Date.parse(textOrEmpty(entry.timestamp));
  const received = Date.parse(textOrEmpty(entry.receiveTimestamp));
  const status = typeof request.status === 'number' ? request.status : Number.NaN;
  if (!insertId || !Number.isFinite(timestamp) || !isStatus(status)) return undefined;
  if (!revision && status !== 429 && !refusals.has(status)) return undefined;
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(textOrEmpty(request.latency))?.[1];
  return {
    insertId,
    revision,
    timestamp,
    received: Number.isFinite(received) ? received : timestamp,
    status,
    latencyMs: seconds === undefined ? Number.NaN : Number(seconds) * 1000,
    method: textOrEmpty(request.requestMethod),
    url: textOrEmpty(request.requestUrl),
    trace: traceOf(entry.trace),
    excluded: exclusionOf(entry, request, status, tagHosts),
  };
}

/** What tells an entry from every other one. */
export const keyOf = ({ insertId, timestamp }: RequestEntry): string => `${insertId}\n${timestamp}`;

function exclusionOf(
  entry: JsonObject,
  request: JsonObject,
  status: number,
  tagHosts: ReadonlySet<string>,
): RequestEntry['excluded'] {
  if (isOwnAgent(textOrEmpty(request.userAgent))) return 'own';
  const url = textOrEmpty(request.requestUrl);
  const host = URL.canParse(url) ? new URL(url).host : '';
  if (tagHosts.has(host) || /^[\w-]+---/.test(host)) return 'tag';
  const named = textOrEmpty(objectOf(objectOf(entry.resource).labels).revision_name) !== '';
  if (refusals.has(status) && (!named || textOrEmpty(entry.textPayload) !== '')) return 'refused';
  return undefined;
}

/** Bad for availability: 500 and above, 429, and other 4xx if the user counts them. A missing latency proves nothing. */
export function judge(entry: RequestEntry, objective: SliObjective): 'good' | 'bad' | 'unknown' {
  if (objective.kind === 'availability') return isBadStatus(entry.status, objective) ? 'bad' : 'good';
  // What the code logs about its answer is in entries of its own.
  if (objective.kind === 'log_field' || Number.isNaN(entry.latencyMs)) return 'unknown';
  return entry.latencyMs > (objective.slowerThanMs ?? Number.POSITIVE_INFINITY) ? 'bad' : 'good';
}
