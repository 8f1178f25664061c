import type { JsonObject } from '../../data/json.ts';
import {
  badStatusFilter,
  cloudRunFilter,
  requestCount,
  requestLatencies,
} from '../../slo/cloud-run-filter.ts';
import { countedBy, ownLog } from '../../slo/objective.ts';
import { thresholdOf } from '../pairs.ts';
import { type AlertingObjective, type AlertingRequest, objectivesOf } from '../request.ts';
import { windowText } from '../window.ts';
import { longestLookback } from './limits.ts';
import { objectiveName, ownLabels } from './names.ts';

const revision = 'resource.label.revision_name';
const columns = 24;

interface Tile {
  height: number;
  width: number;
  widget: JsonObject;
}

const aggregation = (perSeriesAligner: string, crossSeriesReducer: string): JsonObject => ({
  ...{ alignmentPeriod: '60s', perSeriesAligner, crossSeriesReducer, groupByFields: [revision] },
});

const line = (timeSeriesQuery: JsonObject, legendTemplate: string): JsonObject => ({
  ...{ plotType: 'LINE', timeSeriesQuery, legendTemplate },
});

/** Google fills in the label. */
const legend = `\${resource.labels.revision_name}`;

/** A curve of an SLO, which Google computes. */
const selected = (selector: string, name: string, more = ''): JsonObject => ({
  timeSeriesFilter: {
    filter: `${selector}("${name}"${more})`,
    aggregation: { alignmentPeriod: '60s', perSeriesAligner: 'ALIGN_NEXT_OLDER' },
  },
});

function objectiveTiles(one: AlertingObjective, request: AlertingRequest, project: string): Tile[] {
  const name = objectiveName(project, request.slo, one.objective.id);
  const burns = one.pairs.filter(({ longSeconds }) => longSeconds <= longestLookback);
  return [
    {
      ...{ height: 8, width: 6 },
      widget: {
        title: `${one.title}: budget that remains of ${windowText(request.windowSeconds)}`,
        scorecard: {
          timeSeriesQuery: { ...selected('select_slo_budget_fraction', name), unitOverride: '10^2.%' },
          sparkChartView: { sparkChartType: 'SPARK_LINE' },
          thresholds: [
            { value: 0.25, color: 'YELLOW', direction: 'BELOW' },
            { color: 'RED', direction: 'BELOW' },
          ],
        },
      },
    },
    {
      ...{ height: 8, width: 18 },
      widget: {
        title: `${one.title}: burn rate, and what alerts`,
        xyChart: {
          dataSets: burns.map(({ longSeconds }) =>
            line(selected('select_slo_burn_rate', name, `, "${longSeconds}s"`), windowText(longSeconds)),
          ),
          thresholds: burns.map(({ factor, longSeconds, urgency }) => ({
            ...{ value: factor, label: `${urgency}, ${windowText(longSeconds)}` },
          })),
          yAxis: { label: 'times too fast', scale: 'LINEAR' },
        },
      },
    },
  ].filter(({ widget }) => widget.xyChart === undefined || burns.length > 0);
}

/** Puts tiles side by side until a row is full. Google leaves out a zero, so a place of zero is not written. */
function placed(tiles: readonly Tile[]): JsonObject[] {
  let [x, y, high] = [0, 0, 0];
  return tiles.map(({ height, width, widget }) => {
    if (x + width > columns) {
      y += high;
      x = 0;
      high = 0;
    }
    const tile = { ...(x > 0 ? { xPos: x } : {}), ...(y > 0 ? { yPos: y } : {}), width, height, widget };
    x += width;
    high = Math.max(high, height);
    return tile;
  });
}

/** A dashboard of Cloud Monitoring: errors and latency by revision, budget, burn, incidents, and the releases as marks. */
export function dashboard(request: AlertingRequest, project: string): JsonObject {
  const all = objectivesOf(request).filter(({ objective }) =>
    [undefined, ownLog].includes(countedBy(objective)),
  );
  const clientErrors = all.some(({ objective }) => objective.clientErrors);
  const filter = (metric: string, ...more: string[]) => cloudRunFilter(metric, request, ...more);
  const rate = (...more: string[]) => ({
    ...{ filter: filter(requestCount, ...more), aggregation: aggregation('ALIGN_RATE', 'REDUCE_SUM') },
  });
  const bounds = all
    .filter(({ objective }) => objective.kind === 'availability')
    .map(({ limit, title }) => ({
      value: thresholdOf({ factor: 1, longSeconds: 0, shortSeconds: 0 }, limit),
      label: title,
    }));
  const slow = all.flatMap(({ objective, title }) =>
    objective.kind === 'latency' ? [{ value: objective.slowerThanMs ?? 0, label: title }] : [],
  );
  const chart = (title: string, dataSets: JsonObject[], thresholds: JsonObject[], label: string): Tile => ({
    ...{ height: 8, width: 8 },
    widget: {
      title,
      xyChart: {
        dataSets,
        ...(thresholds.length > 0 ? { thresholds } : {}),
        yAxis: { label, scale: 'LINEAR' },
      },
    },
  });
  const latency = (percentile: string, name: string) =>
    line(
      {
        timeSeriesFilter: {
          filter: filter(requestLatencies),
          aggregation: aggregation('ALIGN_DELTA', percentile),
        },
      },
      `${name} ${legend}`,
    );
  return {
    displayName: `${request.service}: objectives and releases`,
    labels: ownLabels(request.slo),
    mosaicLayout: {
      columns,
      tiles: placed([
        chart(
          'Requests that failed, by revision',
          [
            line(
              {
                timeSeriesFilterRatio: {
                  numerator: rate(badStatusFilter(clientErrors)),
                  denominator: rate(),
                },
              },
              legend,
            ),
          ],
          bounds,
          'fraction',
        ),
        chart(
          'Time to answer, by revision',
          [latency('REDUCE_PERCENTILE_50', 'p50'), latency('REDUCE_PERCENTILE_95', 'p95')],
          slow,
          'ms',
        ),
        chart('Requests a second, by revision', [line({ timeSeriesFilter: rate() }, legend)], [], '1/s'),
        ...all.flatMap((one) => objectiveTiles(one, request, project)),
      ]),
    },
    annotations: {
      eventAnnotations: [
        {
          displayName: 'Releases',
          enabled: true,
          eventType: 'CLOUD_RUN_DEPLOYMENT',
          filter: `resource.labels.service_name="${request.service}"`,
        },
        { displayName: 'Alerts', enabled: true, eventType: 'CLOUD_ALERTING_ALERT' },
      ],
    },
  };
}
