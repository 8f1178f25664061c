import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { drillRules } from '../findings/rules/drill.ts';
import { spanText } from '../text/span.ts';
import type { Past } from './trend.ts';

/** One request that an exercise sends through the load balancer. */
export interface Probe {
  /** When it was sent, in milliseconds of a steady clock. */
  at: number;
  ok: boolean;
  /** The region whose request log has it. Undefined: none has, or not yet. */
  region: string | undefined;
}

export interface FailoverEvidence {
  backend_service: string;
  from: string;
  to: string;
  /** Requests that were sent while the region was out, and how many of them got no good answer. */
  probes: number;
  bad: number;
  /** Seconds from the change until every answer was good and came from the other region. */
  rto_seconds: number | undefined;
  /** Seconds from the change back until the first region answered again. */
  back_seconds: number | undefined;
  /** Undefined: nothing was taken out. */
  put_back: 'as before' | 'own part' | 'not' | undefined;
  trend: Past[];
}

/** As many good answers in a row, all from the other region, show that the traffic has moved. */
export const steady = 10;
/** So many bad answers in a row end an exercise. */
export const mostBad = 20;
/** So do bad answers for so long, as each may take seconds. */
export const mostBadMs = 30_000;

/** When the traffic had moved. Undefined: it has not yet, as far as the logs say. */
export function movedAt(probes: readonly Probe[], to: string): number | undefined {
  const last = probes.findLastIndex(({ ok, region }) => !ok || region !== to);
  const tail = probes.slice(last + 1);
  return tail.length >= steady ? tail[0]?.at : undefined;
}

/**
 * The same while the log is behind: good answers of which the log says nothing yet may be of the other region, so the newest known ones
 * decide.
 */
export function movedAsKnown(probes: readonly Probe[], to: string): number | undefined {
  const unknown = probes.findLastIndex(({ ok, region }) => !(ok && region === undefined));
  return movedAt(probes.slice(0, unknown + 1), to);
}

export const badInARow = (probes: readonly Probe[]): number =>
  probes.length - 1 - probes.findLastIndex(({ ok }) => ok);

/** What an exercise says. What could not be tried is told by the step itself. */
export function judgeFailover(
  { from, to, rto_seconds: rto, back_seconds: back, put_back: put, bad, probes }: FailoverEvidence,
  limit: number | undefined,
  waited: number,
): Finding[] {
  const findings: Finding[] = [];
  const about = [from, to];
  if (rto === undefined)
    findings.push({
      ...ofRule(drillRules, 'drill-failover-none'),
      about,
      title: `The traffic did not move from ${from} to ${to} within ${spanText(waited)}. ${bad} of ${probes} requests got no good answer.`,
      fix: `See what answers: the log of the load balancer, and the service in ${to}.`,
    });
  else if (limit !== undefined && rto > limit)
    findings.push({
      ...ofRule(drillRules, 'drill-failover-slow'),
      about,
      title: `${to} took ${spanText(rto)} to answer in place of ${from}. It may take ${spanText(limit)}.`,
      fix: 'State the RTO that is kept, or let the load balancer find out by itself: outlier detection, or readiness probes with at least one instance in each region.',
    });
  if (put === 'as before' && back === undefined && rto !== undefined)
    findings.push({
      ...ofRule(drillRules, 'drill-failover-back'),
      about,
      title: `${from} is back in the load balancer, and answered nothing within ${spanText(waited)}.`,
      fix: `Ask through the load balancer again, and look at the log of the service in ${from}.`,
    });
  return findings;
}
