import { type Json, type JsonObject, objectOf, textOrEmpty } from '../../domain/data/json.ts';
import { isOwnAgent } from '../../domain/product.ts';
import type { SliObjective } from '../../steps/ports/sli.ts';

/** One entry of Cloud Run's request log, reduced to the fields that are judged. */
export interface RequestEntry {
  insertId: string;
  /** Empty for a 429 whose entry names no revision. */
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
  /** Why this is not a user's request: sent by these actions, sent to a tag's URL, or refused by the front end. */
  excluded: 'own' | 'tag' | 'refused' | undefined;
}

/**
 * What Cloud Run's front end writes into the log when it refuses a caller. Such a request never reached the function.
 * The entry has no field for this; the text is the only sign that Google gives.
 */
const refusedText = /not authenticated|not authorized|could not be verified|does not have permission/i;

/** Returns undefined if the entry cannot be judged because it lacks an id, a time, a revision or a status. */
export function readEntry(raw: Json | undefined, tagHosts: ReadonlySet<string>): RequestEntry | undefined {
  const entry = objectOf(raw);
  const request = objectOf(entry.httpRequest);
  const insertId = textOrEmpty(entry.insertId);
  const revision = textOrEmpty(objectOf(objectOf(entry.resource).labels).revision_name);
  const timestamp = Date.parse(textOrEmpty(entry.timestamp));
  const received = Date.parse(textOrEmpty(entry.receiveTimestamp));
  const status = typeof request.status === 'number' ? request.status : Number.NaN;
  if (!insertId || !Number.isFinite(timestamp) || !Number.isInteger(status) || status < 100) return undefined;
  if (!revision && status !== 429) return undefined;
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
    excluded: exclusionOf(entry, request, status, tagHosts),
  };
}

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
  if ((status === 401 || status === 403) && refusedText.test(textOrEmpty(entry.textPayload)))
    return 'refused';
  return undefined;
}

/** Bad for availability: 500 and above, and 429, because no instance was free. A missing latency proves nothing. */
export function judge(entry: RequestEntry, objective: SliObjective): 'good' | 'bad' | 'unknown' {
  if (objective.kind === 'availability') return entry.status >= 500 || entry.status === 429 ? 'bad' : 'good';
  if (Number.isNaN(entry.latencyMs)) return 'unknown';
  return entry.latencyMs > (objective.slowerThanMs ?? Number.POSITIVE_INFINITY) ? 'bad' : 'good';
}
