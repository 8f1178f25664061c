/** Percentiles of a series of latencies, in milliseconds. */
export interface Percentiles {
  samples: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
  mean: number;
}

/** Percentiles by nearest rank, so that each one is a latency that was measured. Undefined without a sample. */
export function percentiles(milliseconds: readonly number[]): Percentiles | undefined {
  if (milliseconds.length === 0) return undefined;
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (fraction: number) => sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] as number;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { samples: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1), mean };
}
