import type { JsonObject } from '../../data/json.ts';
import { product } from '../../product.ts';
import {
  badStatusFilter,
  cloudRunFilter,
  requestCount,
  requestLatencies,
} from '../../slo/cloud-run-filter.ts';
import { fieldMetrics, metricMark, metricTypeOf } from '../../slo/field-metrics.ts';
import { type Objective, objectiveTitle } from '../../slo/objective.ts';
import { percentText } from '../../text/numbers.ts';
import type { Managed } from '../managed.ts';
import { type AlertPair, type LeftOutPair, outageSeconds } from '../pairs.ts';
import {
  type AlertingObjective,
  type AlertingRequest,
  type Inexpressible,
  objectivesOf,
} from '../request.ts';
import { windowText } from '../window.ts';
import { dashboard } from './dashboard.ts';
import { inexpressible, longestLookback } from './limits.ts';
import { objectiveName, ownLabels, partLabel, serviceId } from './names.ts';

/** Where the SLO is kept. */
export interface GooglePlace {
  project: string;
  /** Full names of notification channels. Undefined: those that people set in the console stay. */
  channels: readonly string[] | undefined;
}

export const kinds = {
  metric: 'metric by logs',
  service: 'service',
  objective: 'objective',
  policy: 'alert policy',
  dashboard: 'dashboard',
} as const;

/** What Cloud Monitoring counts as bad, by the same filters as the watch. */
function indicator(objective: Objective, request: AlertingRequest): JsonObject {
  if (objective.kind === 'latency')
    return {
      distributionCut: {
        distributionFilter: cloudRunFilter(requestLatencies, request),
        range: { max: objective.slowerThanMs ?? 0 },
      },
    };
  const metrics = fieldMetrics(request.service, objective);
  if (metrics)
    return {
      goodTotalRatio: {
        badServiceFilter: cloudRunFilter(metricTypeOf(metrics.bad), request),
        totalServiceFilter: cloudRunFilter(metricTypeOf(metrics.judged), request),
      },
    };
  return {
    goodTotalRatio: {
      badServiceFilter: cloudRunFilter(requestCount, request, badStatusFilter(objective.clientErrors)),
      totalServiceFilter: cloudRunFilter(requestCount, request),
    },
  };
}

/** What counts the entries of the code, made before the SLO that names it. */
function metricsOf({ slo, service, objectives }: AlertingRequest): Managed[] {
  const words = { judged: 'Answers that the code judged in its log', bad: 'Answers that are bad' };
  return objectives.flatMap((objective) =>
    Object.entries(fieldMetrics(service, objective) ?? {}).map(([what, { name, filter }]): Managed => {
      const description = `${metricMark(slo)} ${words[what as keyof typeof words]}, for "${objectiveTitle(objective)}".`;
      return { kind: kinds.metric, name, body: { name, description, filter } };
    }),
  );
}

function policy(
  pair: AlertPair,
  { objective, title, limit }: AlertingObjective,
  request: AlertingRequest,
  { project, channels }: GooglePlace,
): Managed {
  const long = windowText(pair.longSeconds);
  const name = `${objective.id}-${long}`;
  const burn = (seconds: number) => ({
    displayName: `burns ${pair.factor} times too fast over ${windowText(seconds)}`,
    conditionThreshold: {
      filter: `select_slo_burn_rate("${objectiveName(project, request.slo, objective.id)}", "${seconds}s")`,
      ...{ comparison: 'COMPARISON_GT', thresholdValue: pair.factor, duration: '0s', trigger: { count: 1 } },
    },
  });
  const outage = outageSeconds([pair], limit) ?? 0;
  return {
    kind: kinds.policy,
    name,
    body: {
      displayName: `${request.service}: ${title} (${pair.urgency}, ${long})`,
      ...{ combiner: 'AND', enabled: true, severity: pair.urgency === 'page' ? 'CRITICAL' : 'WARNING' },
      userLabels: { ...ownLabels(request.slo), [partLabel]: name },
      conditions: [burn(pair.longSeconds), burn(pair.shortSeconds)],
      documentation: {
        mimeType: 'text/markdown',
        content: [
          `${request.service} spends the error budget of "${title}" ${pair.factor} times too fast: ${percentText(pair.share)} of the budget of ${windowText(request.windowSeconds)} within ${long}.`,
          `The objective allows ${percentText(limit)} of the requests to fail. A full outage fires this alert after ${Math.round(outage)} s.`,
          `Made by ${product} from the SLO ${request.slo}. Change the SLO file: changes here are undone by its next run.`,
        ].join('\n\n'),
      },
      ...(channels === undefined ? {} : { notificationChannels: [...channels] }),
    },
  };
}

/** Everything that Google keeps for an SLO: metrics of what the code logs, a service, an objective each, an alert policy for each pair, a dashboard. */
export function googleResources(
  request: AlertingRequest,
  place: GooglePlace,
): { wanted: Managed[]; refused: Inexpressible[]; leftOut: (LeftOutPair & { objective: string })[] } {
  const { slo, service, windowSeconds } = request;
  const all = objectivesOf(request);
  const labels = ownLabels(slo);
  const wanted: Managed[] = [
    ...metricsOf(request),
    {
      kind: kinds.service,
      name: serviceId(slo),
      body: { displayName: service, custom: {}, userLabels: labels },
    },
    ...all.map(
      ({ objective, title }): Managed => ({
        kind: kinds.objective,
        name: objective.id,
        body: {
          displayName: title,
          goal: objective.target,
          rollingPeriod: `${windowSeconds}s`,
          serviceLevelIndicator: { requestBased: indicator(objective, request) },
          userLabels: labels,
        },
      }),
    ),
    ...all.flatMap((one) =>
      one.pairs
        .filter(({ longSeconds }) => longSeconds <= longestLookback)
        .map((pair) => policy(pair, one, request, place)),
    ),
    { kind: kinds.dashboard, name: slo, body: dashboard(request, place.project) },
  ];
  const leftOut = all.flatMap(({ objective, pairs }) =>
    pairs
      .filter(({ longSeconds }) => longSeconds > longestLookback)
      .map(({ longSeconds }) => ({
        objective: objective.id,
        longSeconds,
        why: 'Cloud Monitoring looks back at most a day for a burn rate',
      })),
  );
  return { wanted, refused: inexpressible(request, all), leftOut };
}
