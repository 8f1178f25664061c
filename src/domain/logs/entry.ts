import { type Json, type JsonObject, objectOf, textOf } from '../data/json.ts';

/** Which log of Cloud Run an entry is from. `system` is what the platform itself says about a container. */
export type LogName = 'stderr' | 'stdout' | 'requests' | 'system';

/** An entry of a service's log, as far as an explanation needs it. Its text is hostile and may be personal. */
export interface LogEntry {
  /** Milliseconds since the epoch. */
  at: number;
  /** Orders entries of one millisecond. */
  order: string;
  /** 0 (none) to 800 (emergency), as google.logging.type.LogSeverity numbers them. */
  severity: number;
  log: LogName;
  revision: string;
  /** Entries of one stream and one container. */
  stream: string;
  trace: string | undefined;
  text: string;
  request?: { method: string; status: number; latencyMs: number } | undefined;
}

export const severities = {
  DEFAULT: 0,
  DEBUG: 100,
  INFO: 200,
  NOTICE: 300,
  WARNING: 400,
  ERROR: 500,
  CRITICAL: 600,
  ALERT: 700,
  EMERGENCY: 800,
} as const;

const logNames: Readonly<Record<string, LogName>> = {
  stderr: 'stderr',
  stdout: 'stdout',
  requests: 'requests',
  'varlog/system': 'system',
};

/** The fields of entries:list that `readLogEntry` reads. */
export const entryFields =
  'entries(insertId,timestamp,severity,logName,trace,textPayload,jsonPayload,labels/instanceId,' +
  'resource/labels/revision_name,httpRequest(requestMethod,status,latency))';

/** An entry longer than this explains nothing that its first part does not. */
const mostText = 16_000;

/** Undefined for an entry without a time, or of a log that is not Cloud Run's. */
export function readLogEntry(raw: Json | undefined): LogEntry | undefined {
  const entry = objectOf(raw);
  const time = textOf(entry.timestamp) ?? '';
  const at = Date.parse(time);
  const path = /\/logs\/run\.googleapis\.com(?:%2F|\/)(.+)$/i.exec(textOf(entry.logName) ?? '')?.[1];
  const log = path === undefined ? undefined : logNames[path.replace(/%2F/gi, '/')];
  if (!Number.isFinite(at) || log === undefined) return undefined;
  const revision = textOf(objectOf(objectOf(entry.resource).labels).revision_name) ?? '';
  const instance = textOf(objectOf(entry.labels).instanceId) ?? '';
  const trace = /([0-9a-f]{32})$/i.exec(textOf(entry.trace) ?? '')?.[1]?.toLowerCase();
  const severity = severities[(textOf(entry.severity) ?? 'DEFAULT') as keyof typeof severities] ?? 0;
  return {
    at,
    // RFC 3339 with the same number of digits sorts as text.
    order: time.replace(/(?:\.(\d{1,9}))?Z$/, (_, digits = '') => `.${String(digits).padEnd(9, '0')}Z`),
    severity,
    log,
    revision,
    stream: `${log}\n${revision}\n${instance}`,
    trace,
    text: payloadText(entry).slice(0, mostText),
    request: requestOf(objectOf(entry.httpRequest)),
  };
}

/** Whether an entry is of this revision, or of none. */
export function isOfRevision(raw: Json, revision: string | undefined): boolean {
  const named = textOf(objectOf(objectOf(objectOf(raw).resource).labels).revision_name) ?? '';
  return revision === undefined || named === '' || named === revision;
}

function requestOf(http: JsonObject): LogEntry['request'] {
  const { status } = http;
  if (typeof status !== 'number') return undefined;
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(textOf(http.latency) ?? '')?.[1];
  const method = textOf(http.requestMethod) ?? '';
  return {
    method: /^[A-Z]{3,7}$/.test(method) ? method : '',
    status,
    latencyMs: seconds === undefined ? Number.NaN : Number(seconds) * 1000,
  };
}

/** Names under which the loggers of several languages write a message and a stack. */
const messageFields = ['message', 'msg', 'textPayload', 'error', 'err'];
const stackFields = ['stack_trace', 'stack', 'exception', 'exc_info', 'traceback'];
const innerFields = ['err', 'error', 'exception'];

/** Every field of an entry in which `readLogEntry` finds the text of an exception. */
export const textFields: readonly string[] = [
  'textPayload',
  ...[
    ...messageFields,
    ...stackFields,
    ...innerFields.flatMap((field) => [...messageFields, ...stackFields].map((name) => `${field}.${name}`)),
  ].map((name) => `jsonPayload.${name}`),
];

function payloadText(entry: JsonObject): string {
  const text = textOf(entry.textPayload);
  if (text !== undefined) return text;
  const payload = objectOf(entry.jsonPayload);
  const first = (fields: readonly string[], from: JsonObject) =>
    fields.map((field) => textOf(from[field])).find((found) => found !== undefined && found !== '');
  const inner = innerFields.map((field) => objectOf(payload[field]));
  const message =
    first(messageFields, payload) ?? inner.map((part) => first(messageFields, part)).find(Boolean) ?? '';
  const stack =
    first(stackFields, payload) ?? inner.map((part) => first(stackFields, part)).find(Boolean) ?? '';
  // Most stacks begin with the message.
  return stack === '' || message.includes(stack)
    ? message
    : stack.includes(message)
      ? stack
      : `${message}\n${stack}`;
}
