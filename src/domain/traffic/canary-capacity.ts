import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { trafficRules } from '../findings/rules/traffic.ts';
import type { ServiceScaling } from './outside/settings.ts';

/** The instances that the service may have at most, if it limits them as a whole. Revisions have limits of their own. */
function limitOf({ scalingMode, manualInstanceCount, maxInstanceCount }: ServiceScaling): number | undefined {
  const limit = scalingMode === 'MANUAL' ? manualInstanceCount : maxInstanceCount;
  return limit !== undefined && limit > 0 ? limit : undefined;
}

/** A share of a whole without the noise of binary fractions: 0.35 and not 0.35000000000000003. */
const shareOf = (limit: number, percent: number): number => Number(((limit * percent) / 100).toFixed(4));

/**
 * Cloud Run divides the maximum of a service, and the count of one that is scaled by hand, among its revisions by their percent of the
 * traffic (google.cloud.run.v2.ServiceScaling). Finds the canary steps whose part is less than one instance.
 * @param steps percent of the traffic at each step
 */
export function canaryCapacity(scaling: ServiceScaling, steps: readonly number[]): Finding[] {
  const limit = limitOf(scaling);
  if (limit === undefined) return [];
  const starved = steps.filter((percent) => percent < 100 && limit * percent < 100);
  const least = Math.min(...starved);
  if (starved.length === 0) return [];
  const manual = scaling.scalingMode === 'MANUAL';
  const enough = Math.ceil(100 / least);
  const first = Math.ceil(100 / limit);
  const later = steps.filter((percent) => percent < 100 && percent > first);
  const instead =
    first <= 50
      ? `begin with ${first} %: canary: ${[first, ...later].map((percent) => `${percent}%`).join(',')}`
      : 'set canary: none';
  return [
    {
      ...ofRule(trafficRules, 'canary-starves'),
      title: `At ${least} % of the traffic the new revision gets ${least} % of ${manual ? '' : 'at most '}${limit} instances, which is ${shareOf(limit, least)}: less than one.`,
      why: trafficRules['canary-starves'].why,
      fix: `Raise the ${manual ? 'instances' : 'maximum'} of the service to ${enough} (100 / ${least}), or ${instead}`,
    },
  ];
}
