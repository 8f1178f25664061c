import type { Counts } from '../evidence/counts.ts';
import { fewestBad, passAt } from '../evidence/decide.ts';
import { logPassEvidence } from '../evidence/pass-test.ts';
import { logMixtureAt } from '../evidence/slo-test.ts';
import { gridOf } from '../evidence/state.ts';
import { badWords, limitOf, type Objective } from '../slo/objective.ts';
import { countText, elapsedText } from '../text/numbers.ts';

/**
 * Whether the revision that got the traffic back works, judged by its own requests. No traffic moves because of this:
 * switching to and fro would not help. But a person who looks for the cause needs to know.
 */
export interface ServingHealth {
  /** `unknown`: too few requests to prove either. */
  health: 'works' | 'fails' | 'unknown';
  /** Id of the objective that was counted: a broken one if there is any, else one that is not proved, else the first. */
  objective: string;
  kind: Objective['kind'];
  total: number;
  bad: number;
  /** Tolerated fraction of bad requests. */
  limit: number;
  /** Seconds that were counted. */
  seconds: number;
  /** True if these seconds came after the traffic went back, false if before. */
  after: boolean;
  /** The source has not seen any of this time yet. */
  unseen?: boolean | undefined;
}

/** Chance of calling a healthy revision broken. Ten times that of a rollback, because here a mistake moves no traffic. */
const alpha = 0.01;

function healthOf(limit: number, counts: Counts): ServingHealth['health'] {
  if (counts.bad >= fewestBad && logMixtureAt(gridOf(limit), counts) >= -Math.log(alpha)) return 'fails';
  return logPassEvidence(limit, counts) >= Math.log(passAt) ? 'works' : 'unknown';
}

/** Judges all objectives together: `fails` if one of them is broken, `works` if all are proved. */
export function judgeServing(
  objectives: readonly Objective[],
  counts: readonly Counts[],
  window: { seconds: number; after: boolean; unseen?: boolean | undefined },
): ServingHealth {
  const each = objectives.map((objective, i) => {
    const { total, bad } = counts[i] ?? { total: 0, bad: 0 };
    const limit = limitOf(objective);
    return {
      objective: objective.id,
      kind: objective.kind,
      total,
      bad,
      limit,
      health: healthOf(limit, { total, bad }),
    };
  });
  const telling =
    each.find(({ health }) => health === 'fails') ??
    each.find(({ health }) => health === 'unknown') ??
    (each[0] as (typeof each)[number]);
  return { ...telling, ...window };
}

/** `812 requests in 1m00s, 2 failed`. */
export function healthText({ total, bad, seconds, after, unseen, kind }: ServingHealth): string {
  const time = elapsedText(seconds);
  if (unseen) return `the source does not show the last ${time} yet`;
  const when = after ? `in ${time}` : `in the ${time} before`;
  if (total === 0) return `no request ${when}`;
  const how = badWords[kind][bad === 1 ? 'was' : 'were'];
  return `${countText(total)} request${total === 1 ? '' : 's'} ${when}, ${bad === 0 ? 'none' : countText(bad)} ${how}`;
}
