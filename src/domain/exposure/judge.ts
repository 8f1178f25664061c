import type { Finding } from '../findings/finding.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { Doubt } from './doubts/doubt.ts';
import { doubtsOf } from './doubts/doubts.ts';
import type { Exposure, Proof } from './exposure.ts';
import type { ExposureFacts } from './facts.ts';
import { leaksOf } from './leaks.ts';
import { reasonFor } from './reason.ts';
import { remarksOf } from './remarks.ts';
import type { AttackStep, Repair } from './ways/way.ts';
import { shortestPath, waysIn } from './ways/ways.ts';

export interface Judgement {
  exposure: Exposure;
  proof: Proof;
  /** Depends on how complete a proof was required. */
  verdict: Verdict;
  /** One or two sentences. */
  reason: string;
  findings: Finding[];
  attackPath: AttackStep[] | undefined;
  repairs: Repair[];
  /** How many configured ways the guard cannot close itself. */
  unrepairable: number;
  /** What was not read, each in a few words. */
  gaps: string[];
  /** Permissions that would close the gaps. */
  missingPermissions: string[];
}

function missingPermissions(facts: ExposureFacts, doubts: readonly Doubt[]): string[] {
  const readings = [
    facts.function,
    facts.ancestry,
    ...(facts.service ? [facts.service] : []),
    ...(facts.gateways ? [facts.gateways] : []),
    ...facts.policies.map(({ reading }) => reading),
    ...facts.roles.values(),
    ...facts.pools.values(),
    ...facts.denies,
    ...facts.orgPolicies.map(({ reading }) => reading),
  ];
  const denied = readings.flatMap((reading) =>
    !reading.ok && reading.cause === 'denied' && reading.permission ? [reading.permission] : [],
  );
  return [...new Set([...denied, ...doubts.flatMap(({ permission }) => permission ?? [])])].sort();
}

const verdicts: Record<Exposure, Verdict> = { private: 'pass', public: 'fail', unknown: 'inconclusive' };

/**
 * One verdict from everything that was read. A single way in makes the function public, even an assumed one. `private`
 * needs every read that decides, and refused requests.
 */
export function judge(facts: ExposureFacts, requireProof: Proof = 'partial'): Judgement {
  const ways = waysIn(facts);
  const doubts = doubtsOf(facts);
  const leaks = leaksOf(facts);
  const unproved = doubts.some(({ blocks }) => blocks === 'private');
  const exposure: Exposure = ways.length > 0 ? 'public' : unproved ? 'unknown' : 'private';
  const complete = exposure === 'public' ? ways.some(({ certain }) => certain) : doubts.length === 0;
  const proof: Proof = complete ? 'complete' : 'partial';
  const looksPrivate = exposure === 'private';
  const tooWeak = looksPrivate && proof === 'partial' && requireProof === 'complete';
  const leak = looksPrivate && !tooWeak ? leaks[0] : undefined;
  return {
    exposure,
    proof,
    verdict: tooWeak ? 'inconclusive' : leak ? 'fail' : verdicts[exposure],
    reason: reasonFor(facts, { exposure, ways, doubts, tooWeak, leak }),
    findings: [
      ...ways.map(({ finding }) => finding),
      ...leaks.map(({ finding }) => finding),
      ...doubts.map(({ finding }) => finding),
      ...remarksOf(facts),
    ],
    attackPath: shortestPath(ways),
    repairs: ways.flatMap(({ repair }) => repair ?? []),
    unrepairable: ways.filter(({ repair, seenIn }) => !repair && seenIn === 'configuration').length,
    gaps: doubts.map(({ what }) => what),
    missingPermissions: missingPermissions(facts, doubts),
  };
}
