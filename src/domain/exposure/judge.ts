import type { Finding } from '../report/report.ts';
import type { Verdict } from '../report/verdict.ts';
import { type Doubt, doubtsOf } from './doubts.ts';
import type { ExposureFacts } from './facts.ts';
import { remarksOf } from './remarks.ts';
import type { AttackStep, Repair, Way } from './ways/way.ts';
import { countOf, shortestPath, waysIn } from './ways/ways.ts';

export type Exposure = 'private' | 'public' | 'unknown';
export type Proof = 'complete' | 'partial';

export interface Judgement {
  exposure: Exposure;
  proof: Proof;
  /** pass, fail or inconclusive under the asked strength of proof. */
  verdict: Verdict;
  /** One sentence. */
  reason: string;
  findings: Finding[];
  attackPath: AttackStep[] | undefined;
  repairs: Repair[];
  /** Ways that no repair here closes; an answer alone is no way of its own. */
  standing: number;
  /** What was not read, in words. */
  gaps: string[];
  /** Permissions that would close the gaps. */
  missingPermissions: string[];
}

const list = (items: readonly string[], most = 3): string =>
  items.length <= most
    ? items.join('; ')
    : `${items.slice(0, most).join('; ')} and ${items.length - most} more`;

function reasonFor(
  facts: ExposureFacts,
  ways: readonly Way[],
  gaps: readonly Doubt[],
  exposure: Exposure,
  proof: Proof,
): string {
  const { name } = facts.target;
  if (exposure === 'public') {
    const first = ways.find((way) => way.certain) ?? ways[0];
    const others = countOf(ways) - 1;
    const more = others > 0 ? ` (and ${others} more ${others === 1 ? 'way' : 'ways'} in)` : '';
    return `${name} is public: ${first?.finding.title.replace(/\.$/, '').replace(/^Anyone/, 'anyone') ?? 'it answered'}${more}.`;
  }
  if (exposure === 'unknown')
    return `Whether ${name} is private could not be found out: ${list(gaps.filter(({ blocks }) => blocks === 'private').map(({ what }) => what))}.`;
  if (!facts.exists) return `${name} does not exist yet; nothing that it would inherit makes it public.`;
  const refused = facts.probes.filter(({ class: klass }) => klass !== 'no-answer').length;
  const gap = proof === 'partial' ? ` Not read: ${list(gaps.map(({ what }) => what))}.` : '';
  return `${name} is private: no binding lets anyone in, the invoker check is on, and ${refused} anonymous requests were refused.${gap}`;
}

function missing(facts: ExposureFacts, doubts: readonly Doubt[]): string[] {
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
  const named = readings.flatMap((reading) =>
    !reading.ok && reading.cause === 'denied' && reading.permission ? [reading.permission] : [],
  );
  return [...new Set([...named, ...doubts.flatMap(({ permission }) => permission ?? [])])].sort();
}

/**
 * One verdict from everything that was read. Public outweighs all: a single way in is enough, also an assumed one on
 * a public member. Private needs every read that blocks it, and refused probes.
 */
export function judge(facts: ExposureFacts, requireProof: Proof = 'partial'): Judgement {
  const ways = waysIn(facts);
  const gaps = doubtsOf(facts);
  const { findings: remarks, leaks } = remarksOf(facts);
  const exposure: Exposure =
    ways.length > 0 ? 'public' : gaps.some(({ blocks }) => blocks === 'private') ? 'unknown' : 'private';
  const proof: Proof =
    exposure === 'public'
      ? ways.some(({ certain }) => certain)
        ? 'complete'
        : 'partial'
      : gaps.length > 0
        ? 'partial'
        : 'complete';
  let verdict: Verdict = exposure === 'private' ? 'pass' : exposure === 'public' ? 'fail' : 'inconclusive';
  let reason = reasonFor(facts, ways, gaps, exposure, proof);
  if (verdict === 'pass' && proof === 'partial' && requireProof === 'complete') {
    verdict = 'inconclusive';
    reason = `${facts.target.name} looks private, but the proof is partial and require_proof is complete: not read: ${list(gaps.map(({ what }) => what))}.`;
  } else if (verdict === 'pass' && leaks[0]) {
    verdict = 'fail';
    reason = `${facts.target.name} cannot be called without a token, but ${leaks[0].title.replace(/^./, (char) => char.toLowerCase())}`;
  }
  return {
    exposure,
    proof,
    verdict,
    reason,
    findings: [
      ...ways.map(({ finding }) => finding),
      ...leaks,
      ...gaps.map(({ finding }) => finding),
      ...remarks,
    ],
    attackPath: shortestPath(ways),
    repairs: ways.flatMap(({ repair }) => repair ?? []),
    standing: ways.filter(({ repair, finding }) => !repair && finding.rule !== 'anonymous-answer').length,
    gaps: gaps.map(({ what }) => what),
    missingPermissions: missing(facts, gaps),
  };
}
