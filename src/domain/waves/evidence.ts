import type { Outcome, Verdict } from '../findings/verdict.ts';

/** What became of one region. `Evidence` is what its own release saw, the same as that of a release with one region. */
export interface RegionEvidence<Evidence> {
  region: string;
  /** From 1. */
  wave: number;
  /** It could not be reached, and the user allowed to leave it out. */
  skipped?: true | undefined;
  outcome?: Outcome | undefined;
  verdict: Verdict;
  reason: string;
  evidence: Evidence;
}

/** What a release with several regions saw. */
export interface WavesEvidence<Evidence> {
  regions: readonly RegionEvidence<Evidence>[];
  /** The region by which all others were stopped. */
  stopped_by?: string | undefined;
  /** The regions in which the evidence proves the fault. Empty if it may be in any. Absent if no watch failed the release. */
  named?: readonly string[] | undefined;
}
