import { product, slug } from '../../product.ts';
import { countedBy, type Objective } from '../../slo/objective.ts';
import { percentText } from '../../text/numbers.ts';
import type { Managed } from '../managed.ts';
import type { LeftOutPair } from '../pairs.ts';
import {
  type AlertingObjective,
  type AlertingRequest,
  type Inexpressible,
  objectivesOf,
} from '../request.ts';
import { windowText } from '../window.ts';

export const kinds = { objective: 'SLO', monitor: 'monitor' } as const;

const day = 86_400;
/** Windows of an SLO, and the longest window of a burn rate, that Datadog has. */
const windows = [7, 30, 90];
const longestBurn = 2 * day;
/** Digits behind the point of a target in percent. */
const mostDigits = 3;

/** The counts of all and of bad requests over all revisions, as Datadog's queries. */
export interface DatadogCounts {
  total: string;
  bad: string;
}

export const ownTags = (slo: string): string[] => [`managed_by:${slug}`, `${slug}_slo:${slo}`];
export const partTag = (part: string): string => `${slug}_part:${part}`;
/** The name in the tags of something of ours. */
export const partOf = (tags: readonly string[]): string | undefined =>
  tags.find((tag) => tag.startsWith(partTag('')))?.slice(partTag('').length);
/** Stands in a monitor's query for the id that Datadog gives the SLO. */
export const idOf = (objective: string): string => `{id of ${objective}}`;

/** What Datadog cannot keep as it is written. */
function inexpressible(windowSeconds: number, all: readonly AlertingObjective[]): Inexpressible[] {
  const found: Inexpressible[] = [];
  const days = windowSeconds / day;
  if (!windows.includes(days)) {
    const nearest = windows.reduce((a, b) => (Math.abs(b - days) < Math.abs(a - days) ? b : a));
    found.push({
      objective: undefined,
      what: `Datadog keeps windows of ${windows.join(', ')} d, not of ${Number(days.toFixed(3))} d.`,
      nearest: `The nearest window is duration: ${nearest}d.`,
    });
  }
  for (const { objective, title } of all) {
    const percent = Number((objective.target * 100).toPrecision(12));
    if (Number(percent.toFixed(mostDigits)) !== percent)
      found.push({
        objective: objective.id,
        what: `Datadog keeps targets with ${mostDigits} digits behind the point, and "${title}" promises ${percent} %.`,
        nearest: `The nearest is targetPercent: ${Math.floor(percent * 10 ** mostDigits) / 10 ** mostDigits}.`,
      });
    const by = countedBy(objective);
    if (by !== undefined && by !== 'Datadog')
      found.push({
        objective: objective.id,
        what: `"${title}" counts by ${by}, which an SLO of Datadog cannot.`,
        nearest: 'Use type: Datadog in the indicator.',
      });
    else if (objective.kind === 'latency')
      found.push({
        objective: objective.id,
        what: `"${title}" is about the time to answer, which datadog_total and datadog_bad do not count.`,
        nearest:
          'Keep it in Cloud Monitoring (system: cloud-monitoring), and give this action a file without it.',
      });
  }
  return found;
}

/** An SLO and a monitor for each pair of windows. */
export function datadogResources(
  request: AlertingRequest,
  countsOf: (objective: Objective) => DatadogCounts,
  notify: string,
): { wanted: Managed[]; refused: Inexpressible[]; leftOut: (LeftOutPair & { objective: string })[] } {
  const all = objectivesOf(request);
  const { slo, service } = request;
  const span = windowText(request.windowSeconds);
  const wanted = all.map(({ objective, title }): Managed => {
    const { total, bad } = countsOf(objective);
    return {
      kind: kinds.objective,
      name: objective.id,
      body: {
        name: `${service}: ${title}`,
        description: `Made by ${product} from the SLO ${slo}. Change the SLO file: changes here are undone by its next run.`,
        type: 'metric',
        tags: [...ownTags(slo), partTag(objective.id)],
        thresholds: [{ timeframe: span, target: Number((objective.target * 100).toPrecision(12)) }],
        query: { numerator: `${total} - ${bad}`, denominator: total },
      },
    };
  });
  const monitors = all.flatMap(({ objective, title, limit, pairs }) =>
    pairs
      .filter(({ longSeconds }) => longSeconds <= longestBurn)
      .map(({ urgency, factor, share, longSeconds, shortSeconds }): Managed => {
        const long = windowText(longSeconds);
        const name = `${objective.id}-${long}`;
        return {
          kind: kinds.monitor,
          name,
          body: {
            name: `${service}: ${title} (${urgency}, ${long})`,
            type: 'slo alert',
            query: `burn_rate("${idOf(objective.id)}").over("${span}").long_window("${long}").short_window("${windowText(shortSeconds)}") > ${factor}`,
            message: [
              `${service} spends the error budget of "${title}" ${factor} times too fast: ${percentText(share)} of the budget of ${span} within ${long}. The objective allows ${percentText(limit)} of the requests to fail.`,
              `Made by ${product} from the SLO ${slo}.`,
              ...(notify ? [notify] : []),
            ].join('\n\n'),
            tags: [...ownTags(slo), partTag(name)],
            priority: urgency === 'page' ? 1 : 3,
            options: { thresholds: { critical: factor } },
          },
        };
      }),
  );
  const leftOut = all.flatMap(({ objective, pairs }) =>
    pairs
      .filter(({ longSeconds }) => longSeconds > longestBurn)
      .map(({ longSeconds }) => ({
        ...{ objective: objective.id, longSeconds },
        why: 'Datadog looks back at most two days for a burn rate',
      })),
  );
  return { wanted: [...wanted, ...monitors], refused: inexpressible(request.windowSeconds, all), leftOut };
}
