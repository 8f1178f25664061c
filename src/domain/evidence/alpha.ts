/** The chance with which one test may take back a healthy release. */
export interface TestAlpha {
  /** The chance for the comparison with the baseline while traffic is split. */
  split: number;
  /** The chance for the objective alone at 100 %. */
  full: number;
  /** The chance for the comparison of 4xx while traffic is split; 0 if they are not compared. */
  clients: number;
}

/** The part of the chance that the comparison of 4xx may use. Its scenes are clear, so it needs little. */
const clientPart = 0.1;

/**
 * Divides the chance of taking back a healthy release, so that all tests of a release together stay within `total`. It is
 * divided evenly over regions, objectives and streams (users, probes); each test then gives half to the split phase and
 * half to 100 %. If 4xx are compared, that comparison first takes a tenth of what a region has.
 */
export function divideAlpha(
  total: number,
  parts: { regions?: number; objectives?: number; streams?: number; clients?: boolean },
): TestAlpha {
  const region = total / (parts.regions ?? 1);
  const clients = parts.clients ? clientPart * region : 0;
  const each = (region - clients) / ((parts.objectives ?? 1) * (parts.streams ?? 1));
  return { split: each / 2, full: each / 2, clients };
}
