import type { World } from '../core/state.ts';
import { countEntry } from './log-metrics.ts';

export interface LogEntry {
  insertId: string;
  logName: string;
  timestamp: string;
  receiveTimestamp: string;
  severity?: string;
  resource: { type: string; labels: Record<string, string> };
  labels?: Record<string, string>;
  httpRequest?: Record<string, unknown>;
  textPayload?: string;
  jsonPayload?: unknown;
  trace?: string;
  spanId?: string;
  traceSampled?: boolean;
}

interface Stored {
  entry: LogEntry;
  /** When readers start to see the entry, in milliseconds since the epoch. */
  visibleAt: number;
}

const MAX_ENTRIES = 200_000;

export interface LogStore {
  entries: Stored[];
}

export const logStore = (world: World): LogStore => world.extension('logs', () => ({ entries: [] }));

/** Writes an entry. Readers see it after the ingest lag that is set at this moment. */
export function writeEntry(world: World, entry: Omit<LogEntry, 'receiveTimestamp'>): void {
  countEntry(world, entry);
  const store = logStore(world);
  const visibleAt = world.now() + world.settings.logLagMs;
  store.entries.push({ entry: { ...entry, receiveTimestamp: micros(visibleAt) }, visibleAt });
  if (store.entries.length > MAX_ENTRIES) store.entries.splice(0, store.entries.length - MAX_ENTRIES);
}

export function visibleEntries(world: World): LogEntry[] {
  const now = world.now();
  return logStore(world)
    .entries.filter(({ visibleAt }) => visibleAt <= now)
    .map(({ entry }) => entry);
}

let serial = 0;

/** RFC 3339 with microseconds. The last three digits number the entries of one millisecond in the order of writing. */
export function micros(milliseconds: number): string {
  serial = (serial + 1) % 1000;
  return new Date(milliseconds).toISOString().replace('Z', `${String(serial).padStart(3, '0')}Z`);
}
