import type { Json } from '../../../src/domain/data/json.ts';

/** Entries as Cloud Logging returns them, for tests. */

export const start = Date.parse('2026-11-30T07:00:00Z');
let serial = 0;

export interface Made {
  text?: string;
  json?: Record<string, Json>;
  severity?: string;
  log?: 'stderr' | 'stdout' | 'requests' | 'varlog%2Fsystem';
  at?: number;
  trace?: string;
  http?: Record<string, Json>;
  revision?: string;
}

export function entry({ text, json, severity, log = 'stderr', at = 0, trace, http, revision }: Made): Json {
  serial++;
  return {
    insertId: `id-${serial}`,
    // Microseconds count up, as entries of one millisecond do.
    timestamp: new Date(start + at).toISOString().replace('Z', `${String(serial % 1000).padStart(3, '0')}Z`),
    logName: `projects/my-project/logs/run.googleapis.com%2F${log}`,
    resource: { labels: { revision_name: revision ?? 'ocr-api-00002-abc' } },
    ...(text === undefined ? {} : { textPayload: text }),
    ...(json === undefined ? {} : { jsonPayload: json }),
    ...(severity === undefined ? {} : { severity }),
    ...(trace === undefined ? {} : { trace: `projects/my-project/traces/${trace}` }),
    ...(http === undefined ? {} : { httpRequest: http }),
  };
}

/** A text of several lines as a container without structured logs writes it: one entry for each line. */
export const lines = (text: string, more: Made = {}): Json[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => entry({ ...more, text: line, at: (more.at ?? 0) + index }));

export const request = (status: number, seconds: number, more: Made = {}): Json =>
  entry({
    log: 'requests',
    severity: status >= 500 ? 'ERROR' : status >= 400 ? 'WARNING' : 'INFO',
    ...more,
    http: { requestMethod: 'POST', status, latency: `${seconds}s` },
  });

export const system = (text: string, severity = 'WARNING', at = 50): Json =>
  entry({ log: 'varlog%2Fsystem', text, severity, at });
