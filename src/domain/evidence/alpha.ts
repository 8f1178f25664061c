/**
 * The chance of taking back a healthy release, split so that all tests of a release together stay within `total`:
 * evenly over regions, then objectives, then streams (users, probes), each half to the split phase and half to 100 %.
 */
export interface AlphaShare {
  /** For the comparison with the baseline while traffic is split. */
  split: number;
  /** For the objective alone at 100 %. */
  full: number;
}

export function shareAlpha(
  total: number,
  parts: { regions?: number; objectives?: number; streams?: number },
): AlphaShare {
  const each = total / ((parts.regions ?? 1) * (parts.objectives ?? 1) * (parts.streams ?? 1));
  return { split: each / 2, full: each / 2 };
}
