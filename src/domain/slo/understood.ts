import type { Path } from '../data/locate.ts';
import type { ObjectiveContext } from './context.ts';
import type { Indicator, SloDocument } from './schema.ts';

type SpecObjective = SloDocument['spec']['objectives'][number];
type Source = { metricSourceRef?: string | undefined; type?: string | undefined; spec?: object | undefined };

/**
 * Notes everything in an objective that OpenSLO gives a meaning and a release would leave out. A file that is only half
 * understood is refused: its author promised something else than what would be judged.
 */
export function noteUnused(
  objective: SpecObjective,
  spec: SloDocument['spec'],
  path: Path,
  context: ObjectiveContext,
): void {
  const unused = {
    timeSliceTarget: 'belongs to budgetingMethod Timeslices, which is not supported',
    timeSliceWindow: 'belongs to budgetingMethod Timeslices, which is not supported',
    compositeWeight: 'is not supported, because each objective is judged by itself',
  } as const;
  for (const [key, why] of Object.entries(unused))
    if (objective[key as keyof typeof unused] !== undefined)
      context.problem([...path, key], `${key} ${why}. Remove it.`);
  for (const [place, at] of [
    [objective, path],
    [spec, ['spec']],
  ] as const)
    if (place.indicator !== undefined && place.indicatorRef !== undefined)
      context.problem([...at, 'indicatorRef'], 'expected either indicator or indicatorRef, not both.');
}

/** Notes what an indicator says and a release would leave out. Returns false if it cannot be judged. */
export function isUnderstood(
  objective: SpecObjective,
  { spec }: Indicator,
  path: Path,
  context: ObjectiveContext,
): boolean {
  let good = true;
  const problem = (at: Path, text: string) => {
    good = false;
    context.problem(at, text);
  };
  const { ratioMetric: ratio, thresholdMetric: threshold } = spec;
  if (ratio && threshold)
    problem(path, 'the indicator has both ratioMetric and thresholdMetric. Expected one of them.');
  if (ratio && !threshold)
    for (const key of ['op', 'value'] as const)
      if (objective[key] !== undefined)
        problem([...path, key], `${key} belongs to a thresholdMetric, but the indicator has a ratioMetric.`);
  if (ratio?.good && ratio.bad) problem(path, 'ratioMetric has both good and bad. Expected one of them.');
  if (ratio?.counter === false)
    problem(path, 'ratioMetric: counter: false: expected counters, which only rise.');
  const metrics = [ratio?.total, ratio?.good, ratio?.bad, threshold].filter((metric) => metric !== undefined);
  for (const { metricSource } of metrics) {
    const text = sourceProblem(metricSource, context);
    if (text) problem(path, text);
  }
  return good;
}

/** The kind of source that a metric comes from: its own type, or that of the DataSource that it names. */
export function typeOf(
  source: Source,
  { dataSources }: Pick<ObjectiveContext, 'dataSources'>,
): string | undefined {
  const named = source.metricSourceRef === undefined ? undefined : dataSources.get(source.metricSourceRef);
  return source.type ?? named;
}

function sourceProblem(source: Source, context: ObjectiveContext): string | undefined {
  const { metricSourceRef: reference, type, spec } = source;
  const named = reference === undefined ? undefined : context.dataSources.get(reference);
  if (reference !== undefined && named === undefined && type === undefined)
    return `metricSourceRef: there is no DataSource ${reference} in this file. Add type: Prometheus, if it is one.`;
  if (named !== undefined && type !== undefined && named !== type)
    return `metricSourceRef: the DataSource ${reference} is of type ${named}, but the metric of type ${type}.`;
  const own = typeOf(source, context);
  if (own !== undefined && own !== 'Prometheus' && own !== 'CloudRun')
    return `metricSourceRef: a DataSource of type ${own} is not supported. Expected Prometheus.`;
  const query = (spec as { query?: string } | undefined)?.query;
  if (query !== undefined && own !== 'Prometheus')
    return `metricSource has a query, but ${own === undefined ? 'no type' : `the type ${own}`}. Expected type: Prometheus.`;
  return undefined;
}
