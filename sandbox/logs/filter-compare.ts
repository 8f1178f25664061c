import { createHash } from 'node:crypto';
import { filterError } from './filter-lexer.ts';

export type Entry = Record<string, unknown>;
export type Predicate = (entry: Entry) => boolean;

/** Fields of google.logging.v2.LogEntry. A filter that begins with any other name is refused before the query runs. */
const known = new Set(
  (
    'logName resource timestamp receiveTimestamp severity insertId httpRequest labels operation trace spanId ' +
    'traceSampled sourceLocation split textPayload jsonPayload protoPayload metadata errorGroups'
  ).split(' '),
);
const httpFields = new Set(
  (
    'requestMethod requestUrl requestSize status responseSize userAgent remoteIp serverIp referer latency ' +
    'cacheLookup cacheHit cacheValidatedWithOriginServer cacheFillBytes protocol'
  ).split(' '),
);
const severities = [
  'DEFAULT',
  'DEBUG',
  'INFO',
  'NOTICE',
  'WARNING',
  'ERROR',
  'CRITICAL',
  'ALERT',
  'EMERGENCY',
];
const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Splits `labels."a.b".c` into its parts. The fields of LogEntry may also be in snake case. */
function pathOf(field: string): string[] {
  const parts = [...field.matchAll(/"((?:[^"\\]|\\.)*)"|[^."]+/g)].map((match) => match[1] ?? match[0]);
  const first = camel(parts[0] ?? '');
  if (!known.has(first)) throw filterError(`field not found: '${field}'`);
  if (first === 'httpRequest' && parts[1] !== undefined) {
    parts[1] = camel(parts[1]);
    if (!httpFields.has(parts[1])) throw filterError(`field not found: '${field}'`);
  }
  return [first, ...parts.slice(1)];
}

function read(entry: Entry, path: readonly string[]): unknown {
  let value: unknown = entry;
  for (const part of path) value = (value as Record<string, unknown> | undefined)?.[part];
  return value;
}

/** The times that were converted before. A watch reads the same entries at each of its polls. */
const converted = new Map<string, bigint>();
const MAX_CONVERTED = 50_000;

/** Converts RFC 3339 to nanoseconds since the epoch. `Date` would lose everything below a millisecond. */
export function nanos(text: string): bigint | undefined {
  const known = converted.get(text);
  if (known !== undefined) return known;
  const match = /^(\d{4}-\d\d-\d\d)(?:[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:?\d\d)?)?$/.exec(
    text,
  );
  if (!match) return undefined;
  // Python's client writes +0000, without a colon, into its default filter.
  const zone = (match[4] ?? 'Z').toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const ms = Date.parse(`${match[1]}T${match[2] ?? '00:00:00'}${zone}`);
  if (Number.isNaN(ms)) return undefined;
  const time = BigInt(ms) * 1_000_000n + BigInt((match[3] ?? '').padEnd(9, '0') || '0');
  if (converted.size >= MAX_CONVERTED) converted.clear();
  converted.set(text, time);
  return time;
}

const seconds = (text: string) => (/^-?\d+(\.\d+)?s$/.test(text) ? Number(text.slice(0, -1)) : undefined);

type Ordered = bigint | number | string | undefined;

/** Converts a value to the type of its field. As at Google, times, durations, severities and numbers compare by value. */
function typed(path: readonly string[], text: string): Ordered {
  const [first, second] = path;
  if (first === 'timestamp' || first === 'receiveTimestamp') return nanos(text);
  if (first === 'severity') {
    const index = severities.indexOf(text.toUpperCase());
    return index < 0 ? (/^\d+$/.test(text) ? Number(text) / 100 : undefined) : index;
  }
  if (second === 'latency') return seconds(text);
  if (
    second === 'status' ||
    second === 'requestSize' ||
    second === 'responseSize' ||
    second === 'cacheFillBytes'
  )
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  return text.toLowerCase();
}

/** The value of an absent field: the default for fields of LogEntry itself. Absent labels and payload fields match nothing. */
function defaulted(path: readonly string[]): Ordered {
  if (path[0] === 'severity') return 0;
  if (path[0] === 'httpRequest' && path.length === 2) return typeof typed(path, '0') === 'number' ? 0 : '';
  return path.length === 1 ? '' : undefined;
}

function ordered(left: Ordered, operator: string, right: Ordered): boolean {
  if (left === undefined || right === undefined || typeof left !== typeof right) return false;
  if (operator === '=') return left === right;
  if (operator === '!=') return left !== right;
  if (operator === '>') return left > right;
  if (operator === '>=') return left >= right;
  if (operator === '<') return left < right;
  return left <= right;
}

export function compareField(field: string, operator: string, text: string): Predicate {
  const path = pathOf(field);
  if (operator === '=~' || operator === '!~') {
    // Google's regular expressions are those of RE2, which names a character as \x{3000}.
    const pattern = new RegExp(
      text.replace(/\\x\{([\da-f]{1,4})\}/gi, (_, code: string) => `\\u${code.padStart(4, '0')}`),
    );
    return (entry) => pattern.test(String(read(entry, path) ?? '')) === (operator === '=~');
  }
  const right = typed(path, text);
  if (right === undefined) throw filterError(`the value '${text}' does not fit the field ${field}`);
  return (entry) => {
    const value = read(entry, path);
    if (operator === ':') return has(value, text.toLowerCase());
    if (value !== null && typeof value === 'object') return false;
    // A number of a payload compares as a number, and a field of LogEntry by its own type.
    if (path[0] === 'jsonPayload' && typeof value === 'number')
      return text.trim() !== '' && ordered(value, operator, Number(text));
    const left = value === undefined ? defaulted(path) : typed(path, String(value));
    return ordered(left, operator, right);
  };
}

function has(value: unknown, text: string): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => has(item, text));
  if (typeof value === 'object') return Object.keys(value).some((key) => key.toLowerCase() === text);
  return String(value).toLowerCase().includes(text);
}

export function fieldExists(field: string): Predicate {
  const path = pathOf(field);
  return (entry) => read(entry, path) !== undefined;
}

export function globalSearch(text: string): Predicate {
  const wanted = text.toLowerCase();
  const found = (value: unknown): boolean =>
    value !== null && typeof value === 'object'
      ? Object.values(value).some(found)
      : String(value ?? '')
          .toLowerCase()
          .includes(wanted);
  return found;
}

/** `sample(insertId, 0.1)` takes a tenth of the entries. The hash of the field decides, so it is the same tenth each time. */
export function sampled(field: string, share: number): Predicate {
  const path = pathOf(field);
  return (entry) =>
    createHash('sha256')
      .update(String(read(entry, path) ?? ''))
      .digest()
      .readUInt32BE(0) /
      2 ** 32 <
    share;
}
