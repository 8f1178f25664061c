import type { LogEntry } from './entry.ts';
import { type Exception, exceptionOf } from './exception.ts';
import { isGoPanic } from './join.ts';

/** What an entry says about a failure, the most telling first. A crash is explained by the code before the platform notices it. */
export const kinds = [
  'memory',
  'module',
  'variable',
  'denied',
  'crash',
  'exception',
  'port',
  'exit',
  'timeout',
  'no-instance',
  'connection',
  'error',
  'status',
  'warning',
  'slow',
] as const;

export type Kind = (typeof kinds)[number];

export const rankOf = (kind: Kind): number => kinds.indexOf(kind);

/** Kinds that say why, and not only that something went wrong. After one of them there is nothing to wait for. */
export const explains = (kind: Kind): boolean => rankOf(kind) <= rankOf('connection');

export interface Classified {
  kind: Kind;
  /** What happened, from fields and numbers alone. Nothing of it is free text. */
  fact: string;
  /** The text that the entry has beyond the fact. Hostile, and perhaps personal. */
  text: string;
  exception: Exception | undefined;
}

const platform: readonly (readonly [RegExp, Kind, (match: RegExpExecArray) => string])[] = [
  [
    /Memory limit of (\d+) (\w?iB) exceeded with (\d+) (\w?iB) used/i,
    'memory',
    ([, limit, unit, used, usedUnit]) =>
      `Out of memory: ${used} ${usedUnit} used, the limit is ${limit} ${unit}`,
  ],
  [
    /Out-of-memory event detected|terminated for memory|used too much memory/i,
    'memory',
    () => 'Out of memory',
  ],
  [
    /failed to start and listen on the port|STARTUP TCP probe failed|Container Healthcheck failed|nothing listened in time/i,
    'port',
    () => 'The container did not listen on its port in time',
  ],
  [
    /Container called exit\((\d{1,3})\)|ended with exit code (\d{1,3})/i,
    'exit',
    ([, code, other]) => `The container ended with exit code ${code ?? other}`,
  ],
  [
    /Container terminated on signal (\d{1,2})|ended with (SIG[A-Z]{3,6})/i,
    'exit',
    ([, signal, name]) => `The container was ended by ${name ?? `signal ${signal}`}`,
  ],
  [/maximum request timeout/i, 'timeout', () => 'The request reached the timeout of the service'],
  [/no available instance/i, 'no-instance', () => 'No instance was free'],
  [
    /malformed or connection to the instance had an error/i,
    'connection',
    () => 'The container broke the connection',
  ],
];

const memory =
  /JavaScript heap out of memory|\bMemoryError\b|OutOfMemoryError|Cannot allocate memory|std::bad_alloc|signal: killed/;
const missingModule =
  /Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|\bModuleNotFoundError\b|\bImportError\b|NoClassDefFoundError|ClassNotFoundException|cannot load such file|No such file or directory: .{0,300}\.(?:py|js)\b/;
const variable =
  /environment variable|env(?:ironment)? var\b|os\.environ|process\.env|is not set\b|must be set\b|missing (?:required )?(?:setting|configuration|config)|invalid (?:setting|configuration|config)/i;
const denied =
  /PERMISSION_DENIED|permission(?:s)? .{0,80}(?:denied|missing)|Permission '[\w.]+' denied|does not have (?:\S+ )?(?:access|permission)|\b403 Forbidden|AccessDenied|EACCES/i;

/** What the user sees of an exception: its type, its code, and where. */
function exceptionText({ type, code, place }: Exception): string {
  const name = type === 'panic' ? 'A panic' : type;
  return `${name}${code && !type.includes(code) ? ` (${code})` : ''}${place ? ` at ${place}` : ''}`;
}

/**
 * What an entry says about a failure. Undefined if it says nothing.
 * @param slowMs a request slower than this counts as slow
 */
export function classify(entry: LogEntry, slowMs: number): Classified | undefined {
  const { text, log, request, severity } = entry;
  const of = (kind: Kind, fact: string, more: string, exception?: Exception): Classified => ({
    kind,
    fact,
    text: more.trim(),
    exception,
  });
  // The container may print such a sentence too, and the fact stays true: it holds two numbers and no word of the container's.
  if (log !== 'stdout' || severity >= 400)
    for (const [pattern, kind, fact] of platform) {
      const match = pattern.exec(text);
      if (match) return of(kind, withRequest(fact(match), request), '');
    }
  if (log === 'requests') {
    if (!request) return undefined;
    if (request.status >= 500 || request.status === 429) return of('status', requestText(request), text);
    if (request.latencyMs >= slowMs) return of('slow', requestText(request), '');
    return undefined;
  }
  const exception = exceptionOf(text);
  const fact = exception && exceptionText(exception);
  const message = exception ? exception.message || text : text;
  if (memory.test(text)) return of('memory', fact ?? 'Out of memory', text.split('\n')[0] ?? '', exception);
  if (missingModule.test(text))
    return of('module', `A module is missing${fact ? `: ${fact}` : ''}`, message, exception);
  const isBad = severity >= 500 || exception !== undefined || (log === 'stderr' && severity === 0);
  if (isBad && variable.test(text))
    return of(
      'variable',
      `A setting of the environment is missing or wrong${fact ? `: ${fact}` : ''}`,
      message,
      exception,
    );
  if (isBad && denied.test(text))
    return of('denied', `Access was denied${fact ? `: ${fact}` : ''}`, message, exception);
  if (exception && fact) {
    const fatal =
      isGoPanic(text) ||
      severity >= 600 ||
      /^Node\.js v\d|^exit status \d|\bUncaught\b|UnhandledPromiseRejection/m.test(text);
    return of(fatal ? 'crash' : 'exception', fact, message, exception);
  }
  if (severity >= 500) return of('error', 'An error was logged', text);
  if (severity >= 400) return of('warning', 'A warning was logged', text);
  // Plain text on standard error has no severity. It may be all that there is.
  if (
    log === 'stderr' &&
    /\b(?:error|fatal|fail(?:ed|ure)?|cannot|can't|refused|denied|invalid|not found|abort(?:ed)?|killed|segmentation)\b/i.test(
      text,
    )
  )
    return of('error', 'An error was written to standard error', text);
  return undefined;
}

const requestText = ({ method, status, latencyMs }: NonNullable<LogEntry['request']>): string =>
  `${method || 'A request'} answered ${status}${Number.isFinite(latencyMs) ? ` after ${(latencyMs / 1000).toFixed(1)} s` : ''}`;

const withRequest = (fact: string, request: LogEntry['request']): string =>
  request ? `${fact} (${request.status})` : fact;
