const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;

/** A window as PromQL and people write it: `5m`, `1h`, `3d`. Seconds that fit no greater unit stay seconds. */
export function windowText(seconds: number): string {
  for (const [unit, size] of units) if (seconds % size === 0) return `${seconds / size}${unit}`;
  return `${seconds}s`;
}
