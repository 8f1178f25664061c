import { stringify } from 'yaml';
import { product, slug } from '../product.ts';
import { countedBy } from '../slo/objective.ts';
import { selectorText } from '../slo/selector.ts';
import { percentText } from '../text/numbers.ts';
import { type AlertPair, thresholdOf, type Urgency } from './pairs.ts';
import { badRatio, type PromQl, promQlOf } from './promql.ts';
import {
  type AlertingObjective,
  type AlertingRequest,
  type Inexpressible,
  type MadeFile,
  objectivesOf,
} from './request.ts';
import { windowText } from './window.ts';

/** Names of the recorded series. Both the alerts and the dashboard read them. */
const ratioSeries = (window: string) => `${slug}:bad_ratio:rate${window}`;
const budgetSeries = `${slug}:error_budget:remaining`;

interface Labels extends Record<string, string> {
  slo: string;
  service: string;
  objective: string;
}

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
}

/** A group of rules as Prometheus reads it. */
export interface RuleGroup {
  name: string;
  interval: string;
  rules: Rule[];
}

const labelsOf = ({ objective }: AlertingObjective, { slo, service }: AlertingRequest): Labels => ({
  slo,
  service,
  objective: objective.id,
});

/** A recorded series of one objective. */
const recorded = (name: string, labels: Labels): string =>
  selectorText({
    matchers: Object.entries({ __name__: name, ...labels }).map(([label, value]) => ({
      label,
      op: '=' as const,
      value,
    })),
  });

export const recordedRatio = (one: AlertingObjective, request: AlertingRequest, window: string): string =>
  recorded(ratioSeries(window), labelsOf(one, request));
export const recordedBudget = (one: AlertingObjective, request: AlertingRequest): string =>
  recorded(budgetSeries, labelsOf(one, request));

/** Both windows of a pair must burn faster than its factor. */
function burns(pair: AlertPair, one: AlertingObjective, request: AlertingRequest): string {
  const above = (seconds: number) =>
    `${recordedRatio(one, request, windowText(seconds))} > ${thresholdOf(pair, one.limit)}`;
  return `(${above(pair.longSeconds)} and ${above(pair.shortSeconds)})`;
}

const lead: Record<Urgency, string> = { page: 'fast', ticket: 'slowly' };

function alertsOf(one: AlertingObjective, request: AlertingRequest): Rule[] {
  return (['page', 'ticket'] as const).flatMap((urgency) => {
    const pairs = one.pairs.filter((pair) => pair.urgency === urgency);
    if (pairs.length === 0) return [];
    const windows = pairs.map(({ longSeconds }) => windowText(longSeconds)).join(' or ');
    return {
      alert: 'ErrorBudgetBurn',
      expr: pairs.map((pair) => burns(pair, one, request)).join(' or '),
      labels: { ...labelsOf(one, request), severity: urgency, managed_by: slug },
      annotations: {
        summary: `${plain(request.service)} spends the error budget of "${plain(one.title)}" ${lead[urgency]}.`,
        description: `{{ $value | humanizePercentage }} of the requests within ${windows} missed the objective, which allows ${percentText(one.limit)} over ${windowText(request.windowSeconds)}.`,
      },
    };
  });
}

/** Annotations are templates, so text of the file may not open one. */
const plain = (text: string) => text.replaceAll('{{', '{ {');

/** The rules of every objective that PromQL can count. */
export function prometheusGroups(request: AlertingRequest): {
  groups: RuleGroup[];
  refused: Inexpressible[];
} {
  const refused: Inexpressible[] = [];
  const groups = objectivesOf(request).flatMap((one): RuleGroup[] => {
    const counters = promQlOf(one.objective, request);
    if (!counters) {
      const by = countedBy(one.objective);
      refused.push({
        objective: one.objective.id,
        ...(by === undefined || by === 'Prometheus'
          ? noLatency(one.title)
          : {
              what: `"${one.title}" counts by ${by}, which Prometheus does not have.`,
              nearest: 'Use type: Prometheus or CloudRun in the indicator.',
            }),
      });
      return [];
    }
    return groupsOf(one, counters, request);
  });
  return { groups, refused };
}

const noLatency = (title: string) => ({
  what: `Prometheus has no latency of Cloud Run with the bound of "${title}".`,
  nearest:
    'Count the requests in a bucket of a histogram: a ratioMetric of type Prometheus, with good: NAME_bucket{le="SECONDS",revision="$revision"} and total: NAME_count{revision="$revision"}.',
});

/** Prometheus refuses a file with two groups of one name: an objective `a-budget` must not have the group of the budget of `a`. */
const groupName = (base: string) => (/-(budget|rules)$/.test(base) ? `${base}-rules` : base);

function groupsOf(one: AlertingObjective, counters: PromQl, request: AlertingRequest): RuleGroup[] {
  const labels = labelsOf(one, request);
  const base = `${slug}-${request.slo}-${one.objective.id}`;
  const windows = [...new Set(one.pairs.flatMap((pair) => [pair.shortSeconds, pair.longSeconds]))].sort(
    (a, b) => a - b,
  );
  const ratios = windows.map(
    (seconds): Rule => ({
      record: ratioSeries(windowText(seconds)),
      expr: badRatio(counters, windowText(seconds)),
      labels,
    }),
  );
  const whole = badRatio(counters, windowText(request.windowSeconds));
  const budget: Rule = { record: budgetSeries, expr: `1 - (${whole}) / ${one.limit}`, labels };
  return [
    // The rules of a group are evaluated in order, so the alerts see the ratios of the same minute.
    ...(one.pairs.length > 0
      ? [{ name: groupName(base), interval: '1m', rules: [...ratios, ...alertsOf(one, request)] }]
      : []),
    // The whole window has many samples, and changes slowly.
    { name: `${base}-budget`, interval: '5m', rules: [budget] },
  ];
}

export const rulesFile = (request: AlertingRequest, groups: readonly RuleGroup[]): MadeFile => ({
  name: `${request.slo}.rules.yaml`,
  text: `# Made by ${product} from the SLO ${request.slo}. Change the SLO file and generate this file again.\n${stringify({ groups }, { lineWidth: 0 })}`,
});
