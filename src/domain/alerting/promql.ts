import { badStatusPattern } from '../slo/cloud-run-filter.ts';
import { countedBy, type Objective } from '../slo/objective.ts';
import {
  type Matcher,
  metricOf,
  overRevisions,
  parseSelector,
  type Selector,
  selectorText,
} from '../slo/selector.ts';
import type { AlertingRequest } from './request.ts';
import { windowText } from './window.ts';

/** The counters of an objective over all revisions, as PromQL. */
export interface PromQl {
  total: Selector;
  /** One of the two. */
  bad?: Selector | undefined;
  good?: Selector | undefined;
  /** The label that names the revision. Undefined if no label does so alone. */
  revisionLabel: string | undefined;
  /** The buckets of the answer times, if there are any. */
  latency?: { buckets: Selector; unit: 's' | 'ms' } | undefined;
}

const equal = (label: string, value: string): Matcher => ({ label, op: '=', value });

/**
 * Cloud Run's request counter under the name that Google's Prometheus has for it
 * (https://cloud.google.com/monitoring/promql/promql-mapping). Only Google's own Prometheus has it.
 */
function cloudRun(objective: Objective, { service, region }: AlertingRequest): PromQl {
  const total = [
    equal('__name__', 'run_googleapis_com:request_count'),
    equal('monitored_resource', 'cloud_run_revision'),
    equal('location', region),
    equal('service_name', service),
  ];
  return {
    total: { matchers: total },
    bad: {
      matchers: [
        ...total,
        { label: 'response_code', op: '=~', value: badStatusPattern(objective.clientErrors) },
      ],
    },
    revisionLabel: 'revision_name',
    latency: {
      buckets: {
        matchers: [equal('__name__', 'run_googleapis_com:request_latencies_bucket'), ...total.slice(1)],
      },
      unit: 'ms',
    },
  };
}

/** The whole histogram of a counter that is one of its buckets. */
function histogramOf(part: Selector | undefined): Selector | undefined {
  if (!part || !metricOf(part)?.endsWith('_bucket')) return undefined;
  const matchers = part.matchers.filter(({ label }) => label !== 'le');
  return matchers.length < part.matchers.length ? { matchers } : undefined;
}

/** Undefined if PromQL cannot count this objective. */
export function promQlOf(objective: Objective, request: AlertingRequest): PromQl | undefined {
  const counters = objective.prometheus;
  if (!counters && countedBy(objective) !== undefined) return undefined;
  if (!counters) return objective.kind === 'availability' ? cloudRun(objective, request) : undefined;
  const read = (text: string | undefined) => (text === undefined ? undefined : parseSelector(text));
  const [total, bad, good] = [read(counters.total), read(counters.bad), read(counters.good)];
  if (!total || (!bad && !good)) return undefined;
  const over = (selector: Selector | undefined) => selector && overRevisions(selector, request.service);
  const buckets = histogramOf(over(good ?? bad));
  return {
    total: overRevisions(total, request.service),
    bad: over(bad),
    good: over(good),
    revisionLabel: total.matchers.find(({ op, value }) => op === '=' && value === '$revision')?.label,
    // Prometheus counts seconds.
    latency: buckets && { buckets, unit: 's' },
  };
}

/**
 * The fraction of bad requests within a window. Counters of bad requests often do not exist before the first one, and then
 * there was none. Without any request the fraction has no value, and no alert fires.
 * @param by splits it by this label
 */
export function badRatio({ total, bad, good }: PromQl, window: string, by?: string): string {
  const grouped = by === undefined ? '' : ` by (${by}) `;
  const sum = (selector: Selector) => `sum${grouped}(rate(${selectorText(selector)}[${window}]))`;
  const whole = sum(total);
  // A part that has no series is zero for every group that has requests.
  const part = (selector: Selector) => `(${sum(selector)} or ${whole} * 0)`;
  if (bad) return `${part(bad)} / ${whole}`;
  return good ? `1 - ${part(good)} / ${whole}` : `${whole} * 0`;
}

/** Requests a second, by revision if a label names it. */
export function requestRate({ total, revisionLabel }: PromQl, window: string): string {
  return `sum${revisionLabel === undefined ? '' : ` by (${revisionLabel}) `}(rate(${selectorText(total)}[${window}]))`;
}

/** A quantile of the answer time, by revision if a label names it. Undefined without a histogram. */
export function latencyQuantile(
  { latency, revisionLabel }: PromQl,
  quantile: number,
  window: string,
): string | undefined {
  if (!latency) return undefined;
  const by = revisionLabel === undefined ? 'le' : `le, ${revisionLabel}`;
  return `histogram_quantile(${quantile}, sum by (${by}) (rate(${selectorText(latency.buckets)}[${window}])))`;
}

/** The revisions that got their first request within the last minutes: where a release began. */
export function newRevisions({ total, revisionLabel }: PromQl): string | undefined {
  if (revisionLabel === undefined) return undefined;
  const count = (offset: string) => `sum by (${revisionLabel}) (${selectorText(total)}${offset})`;
  return `${count('')} unless ${count(` offset ${windowText(300)}`)}`;
}
