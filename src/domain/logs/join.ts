import type { LogEntry } from './entry.ts';

/**
 * A container that does not log JSON gets one entry for each line, so a stack trace is many entries. This puts its lines together
 * again: entries of one stream, close in time, that continue a trace. Lines of other requests may stand between them.
 */

/** Lines of one trace are written at once. */
const mostGapMs = 1000;
const mostLines = 200;

/** First lines of a trace. Python writes the error last, Node the place first. */
const python = /^Traceback \(most recent call last\):/;
const chained = /^(During handling of the above exception|The above exception was the direct cause)/;
const nodePlace = /^(file:\/\/)?\/[^\s:]+\.[cm]?[jt]s:\d+$|^node:internal\/\S+:\d+$/;
const go = /^(panic|fatal error): /;

/** A line that cannot stand alone. */
const continues = (line: string): boolean =>
  /^\s/.test(line) ||
  /^(at |\^+$|~*\^+~*$|Caused by:|\.\.\. \d+ more|goroutine \d+|exit status \d+|\[signal |created by |Node\.js v\d|Require stack:|- \/|\})/.test(
    line,
  ) ||
  // A function of Go, above the line with its file.
  (line.length <= 500 && /^[\w./*()-]+\([^)]*\)$/.test(line));

/** `ValueError: …`, also with a module before it, or `KeyboardInterrupt` alone. `INFO: …` is none. */
const raised = /^(?:Uncaught |Unhandled )?(?:[A-Za-z_]\w*\.)*[A-Z]\w*[a-z]\w*(?:: | \[\w+\]: |:?$)/;
const thrown =
  /^(?:Exception in thread |Uncaught |Unhandled )|^(?:[A-Za-z_]\w*\.)*\w*(?:Error|Exception)(?: \[\w+\])?:/;

interface Block {
  entry: LogEntry;
  lines: string[];
  last: number;
  /** What a trace waits for: its lines, the last line in Python, or the error below the place where Node found it. */
  waits: 'lines' | 'python' | 'node' | 'nothing';
}

/** Adds a line to a trace if it continues it. */
function follows(block: Block, entry: LogEntry): boolean {
  const { text } = entry;
  if (entry.at - block.last > mostGapMs || block.lines.length >= mostLines) return false;
  if (entry.severity !== block.entry.severity || entry.trace !== block.entry.trace) return false;
  if (block.lines.length > 1 && chained.test(text)) {
    block.waits = 'python';
    return true;
  }
  if (block.waits === 'nothing') return false;
  if (block.waits === 'python') {
    if (/^\s/.test(text) || python.test(text)) return true;
    if (!raised.test(text)) return false;
    block.waits = 'nothing';
    return true;
  }
  if (block.waits === 'node' && raised.test(text)) {
    block.waits = 'lines';
    return true;
  }
  return continues(text);
}

function waitsFor(text: string): Block['waits'] | undefined {
  if (python.test(text)) return 'python';
  if (nodePlace.test(text.trim())) return 'node';
  return go.test(text) || thrown.test(text) ? 'lines' : undefined;
}

/** Entries in the order of time, with the lines of each stack trace in one entry. */
export function joinTraces(entries: readonly LogEntry[]): LogEntry[] {
  const sorted = [...entries].sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
  const blocks: Block[] = [];
  /** The latest trace of each stream. */
  const traces = new Map<string, Block>();
  for (const entry of sorted) {
    const isText = (entry.log === 'stdout' || entry.log === 'stderr') && !entry.text.includes('\n');
    const trace = isText ? traces.get(entry.stream) : undefined;
    if (trace && follows(trace, entry)) {
      trace.lines.push(entry.text);
      trace.last = entry.at;
      continue;
    }
    const waits = isText ? waitsFor(entry.text) : undefined;
    const block: Block = { entry, lines: [entry.text], last: entry.at, waits: waits ?? 'nothing' };
    blocks.push(block);
    if (waits !== undefined) traces.set(entry.stream, block);
  }
  return blocks.map(({ entry, lines }) =>
    lines.length === 1 ? entry : { ...entry, text: lines.join('\n') },
  );
}

export const isGoPanic = (text: string): boolean => go.test(text);
