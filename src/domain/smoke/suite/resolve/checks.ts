import type { Place } from '../../../data/locate.ts';
import { parseDuration } from '../../../data/parse.ts';
import type { Latency, Preset } from '../model.ts';
import type { SuiteFile } from '../schema/suite-file.ts';

const unitBytes = { B: 1, KiB: 1024, MiB: 1024 * 1024 } as const;

/** Bytes of a size such as `33MiB`. */
function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(B|KiB|MiB)$/.exec(text);
  return match ? Math.round(Number(match[1]) * unitBytes[match[2] as keyof typeof unitBytes]) : 0;
}

const milliseconds = (text: string | undefined) =>
  text === undefined ? undefined : parseDuration(text) * 1000;

/** A ready-made check with every default filled in. */
export function resolvePreset(
  item: NonNullable<SuiteFile['presets']>[number],
  place: Place,
): Omit<Preset, 'variants'> {
  const given = typeof item === 'string' ? { preset: item } : item;
  const within = given.within ?? (given.preset === 'cold-start' ? '30s' : '10s');
  return {
    name: given.preset,
    place,
    caseName: given.case,
    times: given.times ?? (given.preset === 'deterministic' ? 5 : 8),
    bytes: parseSize(given.size ?? '33MiB'),
    pixels: given.pixels ?? 20_000,
    withinMs: parseDuration(within) * 1000,
    compare: given.compare === undefined ? [] : [given.compare].flat(),
  };
}

/** The latency check with every default filled in. */
export function resolveLatency(given: NonNullable<SuiteFile['latency']>, place: Place): Latency {
  return {
    place,
    samples: given.samples ?? 20,
    concurrency: given.concurrency ?? 1,
    caseName: given.case,
    limits: {
      p50: milliseconds(given.p50),
      p95: milliseconds(given.p95),
      p99: milliseconds(given.p99),
      max: milliseconds(given.max),
    },
    coldMs: milliseconds(given.cold),
  };
}
