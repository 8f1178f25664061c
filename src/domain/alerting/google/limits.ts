import { countedBy, ownLog } from '../../slo/objective.ts';
import type { AlertingObjective, AlertingRequest, Inexpressible } from '../request.ts';

const day = 86_400;

/** Google looks back at most a day for a burn rate. */
export const longestLookback = day;

/** Google takes no greater goal (ServiceLevelObjective.goal). */
const greatestGoal = 0.9999;
const mostDays = 30;

/** What Cloud Monitoring cannot keep as it is written. */
export function inexpressible(
  { windowSeconds }: Pick<AlertingRequest, 'windowSeconds'>,
  all: readonly AlertingObjective[],
): Inexpressible[] {
  const found: Inexpressible[] = [];
  const days = windowSeconds / day;
  if (!Number.isInteger(days) || days < 1 || days > mostDays) {
    const nearest = Math.min(mostDays, Math.max(1, Math.round(days)));
    found.push({
      objective: undefined,
      what: `Cloud Monitoring keeps windows of whole days up to ${mostDays} d, not of ${Number(days.toFixed(3))} d.`,
      nearest: `The nearest window is duration: ${nearest}d.`,
    });
  }
  for (const { objective, title } of all) {
    if (objective.target > greatestGoal)
      found.push({
        objective: objective.id,
        what: `Cloud Monitoring keeps goals up to 99.99 %, and "${title}" promises ${Number((objective.target * 100).toPrecision(12))} %.`,
        nearest: 'The nearest is targetPercent: 99.99.',
      });
    const by = countedBy(objective);
    if (by !== undefined && by !== ownLog)
      found.push({
        objective: objective.id,
        what: `"${title}" counts by ${by === 'Prometheus' ? 'queries of Prometheus' : by}, which an SLO of Cloud Monitoring cannot.`,
        nearest: `Use type: CloudRun in the indicator${by === 'Prometheus' || by === 'Datadog' ? `, or system: ${by.toLowerCase()}` : ''}.`,
      });
  }
  return found;
}
