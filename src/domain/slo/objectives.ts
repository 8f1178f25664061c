import type { Path } from '../data/locate.ts';
import type { ObjectiveContext } from './context.ts';
import type { LogField } from './log-field.ts';
import {
  type CloudWatchSelection,
  type ForeignSystem,
  foreignTypes,
  type Objective,
  type PrometheusCounters,
} from './objective.ts';
import type { Indicator, SloDocument } from './schema.ts';
import { isUnderstood, noteIndicatorRules, noteUnused, typeOf } from './understood.ts';

type SpecObjective = SloDocument['spec']['objectives'][number];

const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);

/** Reads the objectives of an SLO. Reports a problem for everything that OpenSLO allows but a release cannot use. */
export function objectivesOf(slo: SloDocument, context: ObjectiveContext): Objective[] {
  const { spec } = slo;
  if (spec.budgetingMethod !== undefined && spec.budgetingMethod !== 'Occurrences')
    context.problem(
      ['spec', 'budgetingMethod'],
      `budgetingMethod: ${spec.budgetingMethod} is not supported, because a release is judged by single requests. Expected Occurrences.`,
    );
  const window = spec.timeWindow[0];
  if (window && (window.isRolling !== true || window.calendar !== undefined))
    context.problem(
      ['spec', 'timeWindow', 0],
      'timeWindow: a calendar window is not supported. Expected isRolling: true.',
    );
  if (spec.indicator) noteIndicatorRules(spec.indicator, ['spec', 'indicator', 'spec'], context.problem);
  const inObjectives = spec.objectives.some(
    (one) => one.indicator !== undefined || one.indicatorRef !== undefined,
  );
  if (inObjectives && (spec.indicator !== undefined || spec.indicatorRef !== undefined))
    context.problem(
      ['spec', spec.indicator ? 'indicator' : 'indicatorRef'],
      'expected the indicator either here or in the objectives, not in both places.',
    );
  const ids = new Set<string>();
  return spec.objectives.flatMap((objective, i) => {
    const path: Path = ['spec', 'objectives', i];
    noteUnused(objective, spec, path, context);
    if (objective.indicator)
      noteIndicatorRules(objective.indicator, [...path, 'indicator', 'spec'], context.problem);
    const indicator = indicatorOf(objective, slo, context, path);
    const target = targetOf(objective, context, path);
    if (!indicator || target === undefined || !isUnderstood(objective, indicator, path, context)) return [];
    const read = indicator.spec.ratioMetric
      ? ratio(indicator, context, path)
      : threshold(objective, indicator, context, path);
    if (!read) return [];
    const base =
      slug(objective.displayName ?? '') || slug(indicator.metadata.name) || read.kind || 'objective';
    let id = base;
    for (let n = 2; ids.has(id); n++) id = `${base}-${n}`;
    ids.add(id);
    const title = objective.displayName ?? indicator.metadata.displayName;
    return [
      { id, target, ...read, ...(title ? { title } : {}), source: `${context.file}:${context.lineAt(path)}` },
    ];
  });
}

function indicatorOf(
  objective: SpecObjective,
  slo: SloDocument,
  context: ObjectiveContext,
  path: Path,
): Indicator | undefined {
  const inline = objective.indicator ?? slo.spec.indicator;
  const reference = objective.indicatorRef ?? slo.spec.indicatorRef;
  if (inline) return inline;
  const found = reference === undefined ? undefined : context.indicators.get(reference);
  if (!found)
    context.problem(
      reference === undefined
        ? path
        : objective.indicatorRef
          ? [...path, 'indicatorRef']
          : ['spec', 'indicatorRef'],
      reference === undefined
        ? 'indicator is missing: expected one here or under spec.'
        : `indicatorRef: there is no SLI ${reference} in this file.`,
    );
  return found;
}

function targetOf(objective: SpecObjective, context: ObjectiveContext, path: Path): number | undefined {
  const { target, targetPercent } = objective;
  if ((target === undefined) === (targetPercent === undefined)) {
    context.problem(path, 'expected either target (such as 0.995) or targetPercent (such as 99.5).');
    return undefined;
  }
  const fraction = target ?? Number(((targetPercent as number) / 100).toPrecision(12));
  const key = target === undefined ? 'targetPercent' : 'target';
  if (fraction >= 0.5 && fraction < 1) return fraction;
  const hint =
    target !== undefined && target > 1 && target < 100 ? ` Did you mean targetPercent: ${target}?` : '';
  context.problem(
    [...path, key],
    `${key}: ${target ?? targetPercent}: expected at least ${target === undefined ? 50 : 0.5} and less than ${target === undefined ? 100 : 1}.${hint}`,
  );
  return undefined;
}

type Read = Pick<Objective, 'kind' | 'slowerThanMs' | 'prometheus' | 'counts' | 'cloudwatch' | 'logField'>;
type Metric = NonNullable<Indicator['spec']['thresholdMetric']>;

const queryOf = (metric: Metric | undefined, context: ObjectiveContext): string | undefined => {
  return metric && typeOf(metric.metricSource, context) === 'Prometheus'
    ? metric.metricSource.spec.query
    : undefined;
};

/** Strips `sum(…)` around a selector, because the watch adds up the series anyway. */
const bare = (query: string) => /^\s*sum\s*\(([^()]*)\)\s*$/.exec(query)?.[1]?.trim() ?? query.trim();

function ratio(indicator: Indicator, context: ObjectiveContext, path: Path): Read | undefined {
  const metric = indicator.spec.ratioMetric;
  const queries = {
    total: queryOf(metric?.total, context),
    bad: queryOf(metric?.bad, context),
    good: queryOf(metric?.good, context),
  };
  if (!metric?.total || (!metric.good && !metric.bad)) return undefined;
  const { spec: bad } = metric.bad?.metricSource ?? {};
  if (bad?.kind === 'log_field' && bad.field !== undefined) {
    const { field, below, above, equals, empty } = bad;
    return { kind: 'log_field', logField: definedOnly({ field, below, above, equals, empty }) };
  }
  const parts = [metric.total, metric.good, metric.bad].filter((part) => part !== undefined);
  const foreign = foreignOf(parts, context);
  if (foreign) return foreignRatio(foreign, metric, context, path);
  const types = new Set(parts.map(({ metricSource }) => typeOf(metricSource, context)));
  if (types.has('CloudWatch')) return inCloudWatch(parts, context, path);
  if (!types.has('Prometheus')) return { kind: 'availability' };
  if (!queries.total || (!queries.bad && !queries.good)) {
    context.problem(path, 'ratioMetric: expected total with good or bad, each with a query.');
    return undefined;
  }
  const counters: PrometheusCounters = { total: bare(queries.total) };
  if (queries.bad) counters.bad = bare(queries.bad);
  else if (queries.good) counters.good = bare(queries.good);
  for (const selector of [counters.total, counters.bad, counters.good])
    if (selector !== undefined && !selector.includes('$revision'))
      context.problem(
        path,
        `the query ${selector.slice(0, 80)} does not name $revision, so it cannot tell the revisions apart.`,
      );
  return { kind: 'availability', prometheus: counters };
}

/** The first system of others that a part of a ratio names. */
const foreignOf = (parts: readonly Metric[], context: ObjectiveContext): ForeignSystem | undefined =>
  (Object.keys(foreignTypes) as ForeignSystem[]).find((system) =>
    parts.some(({ metricSource }) => typeOf(metricSource, context) === foreignTypes[system]),
  );

/**
 * Counts of all and of bad requests. Good ones do not do: if they came later than all requests, those that are missing would look bad.
 */
function foreignRatio(
  system: ForeignSystem,
  { total, bad }: { total?: Metric | undefined; bad?: Metric | undefined },
  context: ObjectiveContext,
  path: Path,
): Read | undefined {
  const type = foreignTypes[system];
  const own = (metric: Metric | undefined) =>
    metric && typeOf(metric.metricSource, context) === type ? metric.metricSource.spec.query : undefined;
  const counts = { total: own(total), bad: own(bad) };
  if (counts.total !== undefined && counts.bad !== undefined)
    return { kind: 'availability', counts: { system, total: counts.total, bad: counts.bad } };
  context.problem(path, `ratioMetric: expected total and bad, both of type ${type} and each with a query.`);
  return undefined;
}

/** Both counters are those of one endpoint. */
function inCloudWatch(parts: readonly Metric[], context: ObjectiveContext, path: Path): Read | undefined {
  const selections = parts.map(({ metricSource }): CloudWatchSelection | undefined => {
    const { counts, dimensions } = metricSource.spec;
    return typeOf(metricSource, context) === 'CloudWatch' && counts && dimensions
      ? { counts, dimensions: Object.fromEntries(Object.entries(dimensions).sort()) }
      : undefined;
  });
  const [first] = selections;
  if (first && selections.every((one) => JSON.stringify(one) === JSON.stringify(first)))
    return { kind: 'availability', cloudwatch: first };
  context.problem(path, 'ratioMetric: expected the same type, counts and dimensions in total and bad.');
  return undefined;
}

const definedOnly = (logField: LogField): LogField =>
  Object.fromEntries(
    Object.entries(logField).filter(([, value]) => value !== undefined),
  ) as unknown as LogField;

function threshold(
  objective: SpecObjective,
  indicator: Indicator,
  context: ObjectiveContext,
  path: Path,
): Read | undefined {
  if (!indicator.spec.thresholdMetric) return undefined;
  const type = typeOf(indicator.spec.thresholdMetric.metricSource, context);
  if (type === 'Prometheus') {
    context.problem(
      path,
      'a threshold on a Prometheus query is not supported. Count slow requests with a ratioMetric over histogram buckets.',
    );
    return undefined;
  }
  const foreign = foreignOf([indicator.spec.thresholdMetric], context);
  if (foreign) {
    context.problem(
      path,
      `a threshold on a query of ${foreignTypes[foreign]} is not supported. Count slow requests with a ratioMetric.`,
    );
    return undefined;
  }
  if ((objective.op !== 'lt' && objective.op !== 'lte') || objective.value === undefined) {
    context.problem(path, 'a threshold needs op: lt or lte, and value: seconds.');
    return undefined;
  }
  return { kind: 'latency', slowerThanMs: Math.round(objective.value * 1000) };
}
