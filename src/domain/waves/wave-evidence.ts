import { doubtAt, isProvedBad, type Standing, standingOf } from '../evidence/decide.ts';
import {
  advance,
  alphaOf,
  type EvidencePlan,
  type EvidenceState,
  type Phase,
  type Poll,
  startEvidence,
  type TestSpec,
} from '../evidence/state.ts';
import { namedRegions } from './closed-test.ts';
import { logMixture } from './mixture.ts';
import type { Waves } from './regions.ts';

/** The evidence of all regions of one release. */
export interface WaveEvidence {
  readonly waves: Waves;
  /** What is tested, the same in every region. `alpha` is the chance for the whole release. */
  readonly plan: EvidencePlan;
  /** The counts of each wave's regions, booked as if they were one. */
  readonly pools: readonly EvidenceState[];
  /** The evidence of each region's own watch. Absent until its first look. */
  readonly regions: Record<string, EvidenceState>;
}

export function startWaves(waves: Waves, plan: EvidencePlan): WaveEvidence {
  return { waves, plan, pools: waves.map(() => startEvidence(plan)), regions: {} };
}

/** What all regions together say. */
export interface WaveStanding {
  /** A fault is proved: by which test, in which phase, and in which regions. No region is named if it may be in any. */
  failed: { test: number; phase: Phase; named: readonly string[] } | undefined;
  /** The pooled counts speak against the candidate, but not enough to fail. No region passes meanwhile. */
  doubt: boolean;
  /** ln of the mixed evidence, of the test and the phase in which it is largest. */
  against: number;
}

/** Books what one look of one region added. `own` is the evidence of the region's watch after that look. Changes `evidence`. */
export function bookLook(
  evidence: WaveEvidence,
  region: string,
  look: { poll: Poll; own: EvidenceState },
): WaveStanding {
  const wave = evidence.waves.findIndex((regions) => regions.includes(region));
  const pool = evidence.pools[wave];
  if (pool === undefined) throw new Error(`${region} is in no wave`);
  evidence.regions[region] = look.own;
  advance(evidence.plan, pool, look.poll);
  return judgeWave(evidence, wave);
}

const phases = ['split', 'full'] as const;

/**
 * A wave fails if the mixture reaches 1/alpha, and if the counts of one of its regions or of all of them would take back a
 * release by themselves: enough bad requests, and a candidate that looks worse than its objective allows.
 */
function judgeWave({ waves, plan, pools, regions }: WaveEvidence, wave: number): WaveStanding {
  const alpha = alphaOf(plan);
  const standings = (state: EvidenceState | undefined) =>
    state?.tests.map((test, i) => standingOf(plan.tests[i] as TestSpec, test)) ?? [];
  const pooled = pools.map((state) => ({ state, at: standings(state) }));
  const own = new Map(waves.flat().map((region) => [region, standings(regions[region])]));
  const here = waves[wave] ?? [];
  const members = here.flatMap((region) => {
    const state = regions[region];
    return state ? [{ state, at: own.get(region) ?? [] }] : [];
  });
  const together = pooled[wave] as (typeof pooled)[number];
  let against = Number.NEGATIVE_INFINITY;
  let failed: WaveStanding['failed'];
  for (const phase of phases)
    plan.tests.forEach((_, test) => {
      const each = [...own.values()].map((at) => logOf(at[test], phase));
      const mixed = logMixture(
        each,
        pooled.map(({ at }) => logOf(at[test], phase)),
      );
      against = Math.max(against, mixed);
      if (failed || mixed < -Math.log(alpha[phase])) return;
      if (![together, ...members].some(({ state, at }) => isProvedBad(plan, state, at, test, phase))) return;
      const logs = here.map((region) => [region, logOf(own.get(region)?.[test], phase)] as const);
      failed = { test, phase, named: namedRegions(Object.fromEntries(logs)) };
    });
  const doubt = together.at.some((at) => Math.max(at.base, at.full ?? at.slo) >= Math.log(doubtAt));
  return { failed, doubt, against };
}

/** Without a request in this phase the capital is as it was. */
const logOf = (at: Standing | undefined, phase: Phase): number =>
  (phase === 'split' ? at?.base : at?.full) ?? 0;
