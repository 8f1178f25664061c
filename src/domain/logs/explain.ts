import type { Json } from '../data/json.ts';
import { logText } from '../text/safe-text.ts';
import { type LogEntry, readLogEntry } from './entry.ts';
import type { ReasonGroup, ReasonLine } from './evidence.ts';
import { joinTraces } from './join.ts';
import { type Classified, classify, explains, rankOf } from './kind.ts';
import { redactPersonal } from './redact.ts';

export interface ExplainOptions {
  /** Whether messages are shown. If not, only what the allow-list of fields makes is. */
  text: boolean;
  slowMs: number;
  /** Removes the secrets that this run knows. */
  redact: (text: string) => string;
}

/** Groups and lines that a report keeps. */
const mostLines = 50;
const mostMessage = 300;
/** Far behind what is shown, so that no half of a secret is. */
const mostCleaned = 6000;

export interface Explained {
  groups: ReasonGroup[];
  /** Exceptions by type and place. */
  errors: { type: string; place: string | undefined; times: number }[];
  /** True if a line says why, so that no later entry need be waited for. */
  clear: boolean;
}

interface Found extends Classified {
  entry: LogEntry;
  times: number;
}

/** What the entries say about a failure: grouped by request, what tells most first. */
export function explainEntries(raw: readonly Json[], options: ExplainOptions): Explained {
  const entries = raw.map(readLogEntry).filter((entry) => entry !== undefined);
  const found = joinTraces(entries).flatMap((entry): Found[] => {
    const classified = classify(entry, options.slowMs);
    return classified ? [{ ...classified, entry, times: 1 }] : [];
  });
  const groups = byRequest(found);
  let left = mostLines;
  const shown = groups.flatMap(({ trace, lines }): ReasonGroup[] => {
    const some = lines.slice(0, left);
    left -= some.length;
    return some.length > 0 ? [{ trace, lines: some.map((line) => lineOf(line, options)) }] : [];
  });
  return { groups: shown, errors: errorsOf(found), clear: found.some(({ kind }) => explains(kind)) };
}

/** The same failure of several requests, or of several starts, is one group. */
const sameness = ({ kind, fact, text }: Classified): string =>
  `${kind}\n${fact.replace(/\d+/g, '0')}\n${text.replace(/\d+/g, '0').slice(0, 120)}`;

function byRequest(found: readonly Found[]): { trace: string | undefined; lines: Found[] }[] {
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    const key = one.entry.trace ?? `no request\n${sameness(one)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const merged = new Map<string, { trace: string | undefined; lines: Found[] }>();
  for (const lines of groups.values()) {
    const unique = new Map<string, Found>();
    for (const line of lines) {
      const key = sameness(line);
      const known = unique.get(key);
      if (known) known.times++;
      else unique.set(key, { ...line });
    }
    const sorted = [...unique.values()].sort((a, b) => rankOf(a.kind) - rankOf(b.kind) || order(a, b));
    const key = sorted.map(sameness).join('\n\n');
    const known = merged.get(key);
    if (known) for (const [index, line] of known.lines.entries()) line.times += sorted[index]?.times ?? 0;
    else merged.set(key, { trace: sorted[0]?.entry.trace, lines: sorted });
  }
  // What tells most comes first, and of two that tell as much the first in time, since the others may follow from it.
  return [...merged.values()].sort(({ lines: [a] }, { lines: [b] }) =>
    a && b ? rankOf(a.kind) - rankOf(b.kind) || order(a, b) : 0,
  );
}

const order = (a: Found, b: Found): number => (a.entry.order < b.entry.order ? -1 : 1);

function lineOf(
  { kind, fact, text, entry, times }: Found,
  { text: shows, redact }: ExplainOptions,
): ReasonLine {
  const message = shows && text !== '' && text !== fact ? `: ${shorten(redact(text))}` : '';
  return {
    at: new Date(entry.at).toISOString(),
    kind,
    // Redacted once more behind the cut, which may have joined pieces.
    text: redact(redactPersonal(logText(redact(`${fact}${message}`), 600))),
    revision: /^[a-z][a-z0-9-]{0,80}$/.test(entry.revision) ? entry.revision : undefined,
    times: times > 1 ? times : undefined,
  };
}

/** The text is redacted before it is cut, since half of a secret matches no pattern. */
function shorten(text: string): string {
  const clean = redactPersonal(text.slice(0, mostCleaned).replace(/[^\S\n]*\n\s*/g, ' | '));
  return clean.length > mostMessage ? `${clean.slice(0, mostMessage - 1)}…` : clean;
}

function errorsOf(found: readonly Found[]): Explained['errors'] {
  const errors = new Map<string, Explained['errors'][number]>();
  for (const { exception, times } of found) {
    if (!exception) continue;
    const key = `${exception.type} ${exception.place}`;
    const known = errors.get(key);
    if (known) known.times += times;
    else errors.set(key, { type: exception.type, place: exception.place, times });
  }
  return [...errors.values()];
}
