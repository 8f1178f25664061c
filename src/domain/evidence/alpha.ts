/** The chance with which one test may take back a healthy release. */
export interface TestAlpha {
  /** The chance for the comparison with the baseline while traffic is split. */
  split: number;
  /** The chance for the objective alone at 100 %. */
  full: number;
}

/**
 * Divides the chance of taking back a healthy release, so that all tests of a release together stay within `total`. It is
 * divided evenly over regions, objectives and streams (users, probes); each test then gives half to the split phase and
 * half to 100 %.
 */
export function divideAlpha(
  total: number,
  parts: { regions?: number; objectives?: number; streams?: number },
): TestAlpha {
  const each = total / ((parts.regions ?? 1) * (parts.objectives ?? 1) * (parts.streams ?? 1));
  return { split: each / 2, full: each / 2 };
}
