/**
 * Weights for a mixture over ratios. The bell, on a logarithmic scale, favours the regressions that matter most; the floor
 * keeps every other size in play. Any weights that sum to 1 keep the bound. docs/decide/how-it-decides.md lists what was tried and
 * what it measured.
 */
export function bellWeights(
  ratios: readonly number[],
  centre: number,
  width: number,
  floor = 0.02,
): number[] {
  const raw = ratios.map((ratio) => Math.exp(-(Math.log(ratio / centre) ** 2) / (2 * width ** 2)) + floor);
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
}

export function evenWeights(count: number): number[] {
  return Array.from({ length: count }, () => 1 / count);
}
