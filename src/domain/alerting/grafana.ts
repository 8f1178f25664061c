import { product, slug } from '../product.ts';
import { percentText } from '../text/numbers.ts';
import { thresholdOf } from './pairs.ts';
import { recordedBudget, recordedRatio } from './prometheus-rules.ts';
import { badRatio, latencyQuantile, newRevisions, type PromQl, promQlOf, requestRate } from './promql.ts';
import { type AlertingObjective, type AlertingRequest, type MadeFile, objectivesOf } from './request.ts';
import { windowText } from './window.ts';

/** Grafana puts in a window that has at least four scrapes. */
const rateWindow = '$__rate_interval';

/** The data source is a variable, because every Grafana names its own. */
const datasource = { type: 'prometheus', uid: '$datasource' };

/** A panel of a width in 24ths. Its place follows when all are known. */
interface Panel {
  id: number;
  type: 'timeseries' | 'stat' | 'row';
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  [field: string]: unknown;
}
type Draft = Omit<Panel, 'id' | 'gridPos'> & { h: number; w: number };

const target = (expr: string, legendFormat: string, refId = 'A') => ({
  refId,
  expr,
  legendFormat,
  range: true,
  datasource,
});

const steps = (...marks: [color: string, value: number | null][]) => ({
  mode: 'absolute' as const,
  steps: marks.map(([color, value]) => ({ color, value })),
});

const lines = (
  title: string,
  targets: ReturnType<typeof target>[],
  defaults: Record<string, unknown>,
  description?: string,
): Draft => ({
  type: 'timeseries',
  title,
  ...(description ? { description } : {}),
  ...{ h: 8, w: 8, datasource, targets },
  fieldConfig: { defaults, overrides: [] },
  options: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
});

/** A dashed line at a value, which a reader compares the curve with. */
const dashed = { custom: { thresholdsStyle: { mode: 'dashed' } } };

function panelsOf(one: AlertingObjective, counters: PromQl, request: AlertingRequest): Draft[] {
  const span = windowText(request.windowSeconds);
  const revision = counters.revisionLabel;
  const budget: Draft = {
    type: 'stat',
    title: `Error budget that remains of ${span}`,
    ...{ h: 8, w: 6, datasource, targets: [target(recordedBudget(one, request), 'remains')] },
    fieldConfig: {
      defaults: {
        unit: 'percentunit',
        decimals: 1,
        thresholds: steps(['red', null], ['orange', 0], ['green', 0.25]),
      },
      overrides: [],
    },
    options: {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      ...{
        graphMode: 'area',
        colorMode: 'value',
        textMode: 'auto',
        justifyMode: 'auto',
        orientation: 'auto',
        ...{ wideLayout: true, showPercentChange: false, percentChangeColorMode: 'standard' },
      },
    },
  };
  const ratio = lines(
    revision === undefined ? 'Requests that missed the objective' : 'Requests that missed it, by revision',
    [target(badRatio(counters, rateWindow, revision), legend(counters))],
    { unit: 'percentunit', min: 0, thresholds: steps(['green', null], ['red', one.limit]), ...dashed },
    `The objective allows ${percentText(one.limit)}.`,
  );
  const burn = one.pairs.flatMap((pair, index) =>
    [pair.longSeconds, pair.shortSeconds].map((seconds, at) =>
      target(
        `${recordedRatio(one, request, windowText(seconds))} / ${thresholdOf(pair, one.limit)}`,
        `${pair.urgency}: ${windowText(seconds)}`,
        String.fromCharCode(65 + index * 2 + at),
      ),
    ),
  );
  const alerts = lines(
    'How near the alerts are',
    burn,
    { unit: 'percentunit', min: 0, thresholds: steps(['green', null], ['red', 1]), ...dashed },
    'Each line is the burn of one window in parts of what makes its alert fire. An alert fires while both of its windows are above 100 %.',
  );
  return [
    { type: 'row', title: one.title, collapsed: false, panels: [], h: 1, w: 24 },
    budget,
    { ...ratio, w: 9 },
    ...(burn.length > 0 ? [{ ...alerts, w: 9 }] : []),
  ];
}

/** The name of a line: the revision if a label names it. */
const legend = ({ revisionLabel }: PromQl): string =>
  revisionLabel === undefined ? 'service' : `{{${revisionLabel}}}`;

/** The median and the slow end of the answer time, if there is a histogram of it. */
function latencyPanel(counters: PromQl): Draft | undefined {
  const targets = [0.5, 0.95].flatMap((quantile, index) => {
    const expr = latencyQuantile(counters, quantile, rateWindow);
    const name = `p${quantile * 100} ${legend(counters)}`;
    return expr === undefined ? [] : [target(expr, name, String.fromCharCode(65 + index))];
  });
  return targets.length > 0
    ? lines('Time to answer', targets, { unit: counters.latency?.unit, min: 0 })
    : undefined;
}

/** Puts panels side by side until a row is full. */
function placed(drafts: readonly Draft[]): Panel[] {
  let [x, y, high] = [0, 0, 0];
  return drafts.map(({ h, w, ...panel }, index) => {
    if (x + w > 24) {
      y += high;
      x = 0;
      high = 0;
    }
    const gridPos = { h, w, x, y };
    x += w;
    high = Math.max(high, h);
    return { ...panel, id: index + 1, gridPos } as Panel;
  });
}

/** A dashboard for Grafana over the recorded series, with the beginnings of releases marked. */
export function grafanaDashboard(request: AlertingRequest) {
  const all = objectivesOf(request).flatMap((one) => {
    const counters = promQlOf(one.objective, request);
    return counters ? [{ one, counters }] : [];
  });
  const [first] = all;
  const begins = first && newRevisions(first.counters);
  const traffic =
    first &&
    lines(
      first.counters.revisionLabel === undefined ? 'Requests a second' : 'Requests a second, by revision',
      [target(requestRate(first.counters, rateWindow), legend(first.counters))],
      { unit: 'reqps', min: 0 },
    );
  const latency = all.map(({ counters }) => latencyPanel(counters)).find((panel) => panel !== undefined);
  const head = [traffic, latency].filter((panel) => panel !== undefined);
  return {
    uid: uidOf(request),
    title: `${request.service}: objectives and releases`,
    description: `Made by ${product} from the SLO ${request.slo}.`,
    tags: [slug, 'slo'],
    ...{ schemaVersion: 39, version: 1, editable: true, graphTooltip: 1, refresh: '1m', timezone: 'browser' },
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        {
          ...{ type: 'datasource', name: 'datasource', label: 'Data source', query: 'prometheus' },
          ...{ hide: 0, multi: false, includeAll: false, refresh: 1, skipUrlSync: false },
        },
      ],
    },
    annotations: {
      list: [
        ...(first === undefined || begins === undefined
          ? []
          : [
              {
                ...{ name: 'Releases', enable: true, hide: false, iconColor: 'purple', datasource },
                ...{ expr: begins, step: '60s' },
                titleFormat: 'First requests',
                textFormat: legend(first.counters),
              },
            ]),
      ],
    },
    panels: placed([
      ...head.map((panel) => ({ ...panel, w: 24 / head.length })),
      ...all.flatMap(({ one, counters }) => panelsOf(one, counters, request)),
    ]),
  };
}

/** Grafana knows a dashboard again by this. It takes 40 characters. */
const uidOf = ({ slo, service }: AlertingRequest) =>
  `${slug}-${slo === service ? slo : `${slo}-${service}`}`.slice(0, 40).replace(/-+$/, '');

export const grafanaFile = (request: AlertingRequest): MadeFile => ({
  name: `${request.slo}.grafana.json`,
  text: `${JSON.stringify(grafanaDashboard(request), null, 2)}\n`,
});
