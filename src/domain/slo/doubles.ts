import type { Labels } from './selector.ts';

/** A series with its samples, ascending. */
export interface CounterSeries {
  labels: Labels;
  samples: readonly { at: number; value: number }[];
}

/** How the series of one selector count a request more than once, or no request at all. */
export type Double =
  /** Buckets of a histogram are cumulative, and quantiles are not counts. */
  | { kind: 'parts'; label: string; values: string[] }
  /** Two series that differ only in who scraped or stored them. */
  | { kind: 'copies'; label: string; values: string[] }
  /** A sum of other series that the same selector matches: it lacks these labels. */
  | { kind: 'sum'; labels: string[] }
  /** The result of a recording rule beside the series from which it was computed. */
  | { kind: 'rule'; names: string[] }
  /** One value of a label holds the sum of the others, such as `code="all"`. */
  | { kind: 'whole'; label: string; value: string }
  /** Values with fractions are rates, not counts. */
  | { kind: 'fractions'; value: number }
  /** The value falls without restarting at zero, as a gauge does. */
  | { kind: 'gauge' };

/** Labels that name the server that scraped or stored a series, not what it counts. */
const scrapers = new Set([
  ...['replica', '__replica__', 'prometheus_replica', 'prometheus', 'receive_replica', 'receive'],
  ...['ruler_replica', 'rule_replica', 'thanos_replica', 'monitor', 'scraper', 'ha_replica', 'prom_replica'],
]);

const keysOf = (labels: Labels) => Object.keys(labels).filter((label) => labels[label] !== '');
const valuesOf = (label: string, some: readonly Labels[]) =>
  [...new Set(some.map((labels) => labels[label] ?? ''))].sort().slice(0, 6);

/** The first way in which these series, which one selector matches, cannot be added up. */
export function doubleOf(all: readonly CounterSeries[]): Double | undefined {
  const series = all.filter(({ samples }) => samples.length > 0).slice(0, 2000);
  const labels = series.map((one) => one.labels);
  return parts(labels) ?? rule(labels) ?? copies(series) ?? sum(series) ?? whole(series) ?? noCounter(series);
}

function parts(all: readonly Labels[]): Double | undefined {
  for (const label of ['le', 'quantile']) {
    const values = valuesOf(
      label,
      all.filter((labels) => labels[label] !== undefined),
    );
    if (label === 'quantile' ? values.length > 0 : values.length > 1) return { kind: 'parts', label, values };
  }
  return undefined;
}

/** By convention only results of recording rules have a colon in their name. */
function rule(all: readonly Labels[]): Double | undefined {
  const names = valuesOf('__name__', all);
  return names.length > 1 && names.some((name) => name.includes(':')) ? { kind: 'rule', names } : undefined;
}

/** True if both were there at once. A series that ended before the other began is its past, not its copy. */
function overlap(a: CounterSeries, b: CounterSeries): boolean {
  const first = (one: CounterSeries) => one.samples[0]?.at ?? Number.POSITIVE_INFINITY;
  const last = (one: CounterSeries) => one.samples.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  return first(a) <= last(b) && first(b) <= last(a);
}

/** Finds series that agree in all labels except the scraper's, or two jobs that scrape the same instance. */
function copies(all: readonly CounterSeries[]): Double | undefined {
  const groups = new Map<string, CounterSeries[]>();
  for (const one of all) {
    const { labels } = one;
    const isCopy = (label: string) =>
      scrapers.has(label) || (label === 'job' && labels.instance !== undefined);
    const own = keysOf(labels).filter((label) => !isCopy(label));
    const key = JSON.stringify(own.sort().map((label) => [label, labels[label]]));
    const group = groups.get(key) ?? [];
    const twin = group.find((other) => overlap(one, other));
    if (twin) {
      const both = [twin.labels, labels];
      const label = keysOf({ ...twin.labels, ...labels }).find((name) => valuesOf(name, both).length > 1);
      return { kind: 'copies', label: label ?? 'replica', values: valuesOf(label ?? 'replica', both) };
    }
    groups.set(key, [...group, one]);
  }
  return undefined;
}

/** Finds a series whose labels all occur in another series that has more labels: a sum beside its parts. */
function sum(all: readonly CounterSeries[]): Double | undefined {
  const some = all.slice(0, 300);
  const shapes = new Set(some.map(({ labels }) => keysOf(labels).sort().join('\n')));
  if (shapes.size < 2) return undefined;
  for (const short of some)
    for (const long of some) {
      const own = keysOf(short.labels);
      const more = keysOf(long.labels).filter((label) => !own.includes(label));
      const within = more.length > 0 && own.every((label) => short.labels[label] === long.labels[label]);
      if (within && overlap(short, long)) return { kind: 'sum', labels: more.sort() };
    }
  return undefined;
}

/** One value of a label always has as much as all the others together. */
function whole(series: readonly CounterSeries[]): Double | undefined {
  if (series.length < 3 || series.length > 60) return undefined;
  for (const one of series) {
    const label = keysOf(one.labels).find((own) =>
      /^(all|any|total|sum|overall|\*)$/i.test(one.labels[own] ?? ''),
    );
    if (label === undefined) continue;
    const others = series.filter((other) => other !== one && sameBut(label, one.labels, other.labels));
    const steps = one.samples.map(({ at, value }) => ({ value, sum: valueAt(others, at) }));
    if (
      others.length >= 2 &&
      steps.length > 0 &&
      steps.every((step) => step.value > 0 && step.value === step.sum)
    )
      return { kind: 'whole', label, value: one.labels[label] ?? '' };
  }
  return undefined;
}

const sameBut = (label: string, a: Labels, b: Labels) =>
  keysOf({ ...a, ...b }).every((own) => own === label || a[own] === b[own]);

const valueAt = (series: readonly CounterSeries[], at: number) =>
  series.reduce(
    (total, { samples }) => total + (samples.findLast((sample) => sample.at <= at)?.value ?? 0),
    0,
  );

/** A value that falls so often, and in more than a third of its samples, is no counter, however often a program restarts. */
const manyFalls = 6;
/** How often a value may fall to more than half of itself. A restart in between two scrapes can look like that once. */
const fewFalls = 2;

function noCounter(series: readonly CounterSeries[]): Double | undefined {
  for (const { samples } of series) {
    const fraction = samples.find(({ value }) => Math.abs(value - Math.round(value)) > 1e-6);
    if (fraction) return { kind: 'fractions', value: fraction.value };
    const falls = samples.filter(({ value }, i) => {
      const before = samples[i - 1]?.value ?? 0;
      return value < before && value > before / 2;
    });
    if (falls.length >= fewFalls) return { kind: 'gauge' };
    const all = samples.filter(({ value }, i) => value < (samples[i - 1]?.value ?? 0));
    if (all.length >= manyFalls && all.length * 3 > samples.length) return { kind: 'gauge' };
  }
  return undefined;
}
