import type { Counts } from '../evidence/counts.ts';
import { fewestBad, passAt } from '../evidence/decide.ts';
import { logPassEvidence } from '../evidence/pass-test.ts';
import { logMixtureAt } from '../evidence/slo-test.ts';
import { gridOf } from '../evidence/state.ts';
import { limitOf, type Objective } from '../slo/objective.ts';
import { countText, elapsedText } from '../text/numbers.ts';

/**
 * How a revision does that traffic went back to, by its own requests. Nothing is moved on it: going forth and back
 * would help nobody, but whoever looks for the cause must know.
 */
export interface ServingHealth {
  /** `unknown`: too few requests to prove either; so far nothing speaks against it. */
  health: 'works' | 'fails' | 'unknown';
  /** Id of the objective that the counts are of: the one that is broken, else the first. */
  objective: string;
  kind: Objective['kind'];
  total: number;
  bad: number;
  /** Tolerated share of bad requests. */
  limit: number;
  /** Seconds that were looked at, and whether they lie after the traffic went back or before that. */
  seconds: number;
  after: boolean;
  /** The source had not seen any of this time yet. */
  unseen?: boolean | undefined;
}

/** Chance of calling a healthy revision broken. No rollback hangs on it, so it may be found out sooner. */
const alpha = 0.01;

function healthOf(limit: number, counts: Counts): ServingHealth['health'] {
  if (counts.bad >= fewestBad && logMixtureAt(gridOf(limit), counts) >= -Math.log(alpha)) return 'fails';
  return logPassEvidence(limit, counts) >= Math.log(passAt) ? 'works' : 'unknown';
}

/** Over all objectives: broken where one is, proved where all are. */
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
  if (unseen) return `its requests of the last ${time} cannot be seen yet`;
  const when = after ? `in ${time}` : `in the ${time} before`;
  if (total === 0) return `no request ${when}`;
  const how = kind === 'latency' ? (bad === 1 ? 'was too slow' : 'were too slow') : 'failed';
  return `${countText(total)} request${total === 1 ? '' : 's'} ${when}, ${bad === 0 ? 'none' : countText(bad)} ${how}`;
}
