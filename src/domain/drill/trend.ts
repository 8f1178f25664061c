import { slug } from '../product.ts';
import type { Restored } from './restored.ts';

/** One drill of the past, as the metadata of its result keeps it. A list of the results is the whole trend. */
export interface Past {
  run: string;
  /** Milliseconds since the epoch. */
  at: number;
  passed: boolean;
  rpo_seconds: number | undefined;
  rto_seconds: number | undefined;
  /** Requests without a good answer, of an exercise of a failover. */
  bad?: number | undefined;
}

const key = (name: string): string => `${slug}-drill-${name}`;

const slowest = (values: readonly (number | undefined)[]): number | undefined =>
  values.length === 0 || values.includes(undefined) ? undefined : Math.max(...(values as number[]));

/** The worst of a drill's restores. Undefined if one of them has no figure. */
export const worstOf = (restored: readonly Restored[]): Pick<Past, 'rpo_seconds' | 'rto_seconds'> => ({
  rpo_seconds: slowest(restored.map(({ rpo_seconds: seconds }) => seconds)),
  rto_seconds: slowest(restored.map(({ rto_seconds: seconds }) => seconds)),
});

export function pastMetadata({
  at,
  passed,
  rpo_seconds: rpo,
  rto_seconds: rto,
  bad,
}: Past): Record<string, string> {
  return {
    [key('at')]: new Date(at).toISOString(),
    [key('passed')]: String(passed),
    ...(rpo === undefined ? {} : { [key('rpo')]: rpo.toFixed(3) }),
    ...(rto === undefined ? {} : { [key('rto')]: rto.toFixed(3) }),
    ...(bad === undefined ? {} : { [key('bad')]: String(bad) }),
  };
}

/** Seconds of a year: more is a mistake, or a joke of somebody who may write into the bucket. */
const most = 366 * 86_400;

/** Reads a result. Undefined if it is none. Anybody who may write into the bucket can write one, so nothing in it is believed but numbers. */
export function readPast(run: string, metadata: Readonly<Record<string, string>>): Past | undefined {
  const at = Date.parse(metadata[key('at')] ?? '');
  const seconds = (name: string): number | undefined => {
    const text = metadata[key(name)];
    const value = Number(text);
    return text !== undefined && /^\d{1,9}(\.\d{1,6})?$/.test(text) && value <= most ? value : undefined;
  };
  if (!Number.isFinite(at) || !/^[\w-]{1,80}$/.test(run)) return undefined;
  return {
    run,
    at,
    passed: metadata[key('passed')] === 'true',
    rpo_seconds: seconds('rpo'),
    rto_seconds: seconds('rto'),
    ...(metadata[key('bad')] === undefined ? {} : { bad: seconds('bad') }),
  };
}

/** The drills in the order of time, each once. */
export const inOrder = (past: readonly Past[]): Past[] =>
  [...new Map(past.map((one) => [one.run, one])).values()].sort((a, b) => a.at - b.at);
