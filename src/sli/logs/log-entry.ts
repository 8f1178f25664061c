import { type Json, type JsonObject, objectOf, textOrEmpty } from '../../domain/data/json.ts';
import { isOwnAgent } from '../../domain/product.ts';
import type { SliObjective } from '../../steps/ports/sli.ts';

/** A request log entry of Cloud Run, reduced to what counts. */
export interface RequestEntry {
  insertId: string;
  /** Empty for a 429 that names none. */
  revision: string;
  /** Milliseconds since the epoch. */
  timestamp: number;
  received: number;
  status: number;
  latencyMs: number;
  /** As the entry has them, hostile text; empty where it has none. */
  method: string;
  url: string;
  /** Why it is no user's request, where it is not. */
  excluded: 'own' | 'tag' | 'refused' | undefined;
}

/** Cloud Run's front end writes these where the caller was not let in: the function never saw the request. */
const refusedText = /not authenticated|not authorized|could not be verified|does not have permission/i;

/** Undefined where an entry cannot be judged: no id, no time, no revision or no status. */
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

/** An error is an answer from 500 up, or 429: no instance was free. An unknown latency is no evidence. */
export function judge(entry: RequestEntry, objective: SliObjective): 'good' | 'bad' | 'unknown' {
  if (objective.kind === 'availability') return entry.status >= 500 || entry.status === 429 ? 'bad' : 'good';
  if (Number.isNaN(entry.latencyMs)) return 'unknown';
  return entry.latencyMs > (objective.slowerThanMs ?? Number.POSITIVE_INFINITY) ? 'bad' : 'good';
}
