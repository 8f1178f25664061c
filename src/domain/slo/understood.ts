import type { Path } from '../data/locate.ts';
import type { ObjectiveContext } from './context.ts';
import { conditions } from './log-field.ts';
import { foreignTypes } from './objective.ts';
import type { Indicator, SloDocument } from './schema.ts';

type SpecObjective = SloDocument['spec']['objectives'][number];
type Source = NonNullable<Indicator['spec']['thresholdMetric']>['metricSource'];

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

/** Notes what breaks the rules of OpenSLO inside one indicator. `path` is that of its `spec`. */
export function noteIndicatorRules(
  { spec }: Indicator,
  path: Path,
  problem: (path: Path, message: string) => void,
): void {
  const { ratioMetric: ratio, thresholdMetric: threshold } = spec;
  if (ratio && threshold)
    problem(path, 'the indicator has both ratioMetric and thresholdMetric. Expected one of them.');
  if (!ratio && !threshold)
    problem(path, 'the indicator has neither ratioMetric nor thresholdMetric. Expected one of them.');
  const at = [...path, 'ratioMetric'];
  if (ratio?.raw)
    problem(at, 'ratioMetric.raw is not supported. Expected total with good or bad, as counters.');
  else if (ratio && !(ratio.total && (ratio.good || ratio.bad)))
    problem(at, 'ratioMetric: expected total with good or bad, each with a metricSource.');
  if (!ratio?.raw && ratio?.rawType)
    problem([...at, 'rawType'], 'rawType belongs to raw, which is not supported. Remove it.');
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
  if (ratio && threshold) good = false;
  if (ratio && !threshold)
    for (const key of ['op', 'value'] as const)
      if (objective[key] !== undefined)
        problem([...path, key], `${key} belongs to a thresholdMetric, but the indicator has a ratioMetric.`);
  if (ratio?.good && ratio.bad) problem(path, 'ratioMetric has both good and bad. Expected one of them.');
  if (ratio?.counter === false)
    problem(path, 'ratioMetric: counter: false: expected counters, which only rise.');
  const metrics = { all: ratio?.total, good: ratio?.good, bad: ratio?.bad, latency: threshold };
  for (const [requests, metric] of Object.entries(metrics)) {
    if (!metric) continue;
    const text = sourceProblem(metric.metricSource, requests, context);
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

/** Types whose metrics have a query. */
const queried: readonly string[] = ['Prometheus', ...Object.values(foreignTypes)];
const anyOf = queried.join(', ').replace(/, (?=[^,]*$)/, ' or ');

function sourceProblem(source: Source, requests: string, context: ObjectiveContext): string | undefined {
  const { metricSourceRef: reference, type, spec } = source;
  const named = reference === undefined ? undefined : context.dataSources.get(reference);
  if (reference !== undefined && named === undefined && type === undefined)
    return `metricSourceRef: there is no DataSource ${reference} in this file. Add type: Prometheus, if it is one.`;
  if (named !== undefined && type !== undefined && named !== type)
    return `metricSourceRef: the DataSource ${reference} is of type ${named}, but the metric of type ${type}.`;
  const own = typeOf(source, context);
  if (own !== undefined && !queried.includes(own) && own !== 'CloudRun' && own !== 'CloudWatch')
    return `metricSourceRef: a DataSource of type ${own} is not supported. Expected ${anyOf}.`;
  if (hasLogField(spec)) return logFieldProblem(own, spec, requests);
  const { query, requests: asked, counts, dimensions } = spec;
  if ((counts !== undefined || dimensions !== undefined) && own !== 'CloudWatch')
    return `metricSource has ${counts === undefined ? 'dimensions' : 'counts'}, but ${own === undefined ? 'no type' : `the type ${own}`}. Expected type: CloudWatch.`;
  if (own === 'CloudWatch' && (counts === undefined || dimensions === undefined))
    return 'metricSource: expected counts (such as http-api) and dimensions (such as ApiId and Stage).';
  if (own === 'CloudWatch' && requests !== 'all' && requests !== 'bad')
    return `metricSource: CloudWatch counts all and bad requests, not ${requests} ones. Expected total and bad.`;
  if (asked !== undefined && own !== 'CloudRun' && own !== 'CloudWatch')
    return `metricSource has requests, but ${own === undefined ? 'no type' : `the type ${own}`}. Expected type: CloudRun.`;
  if (asked !== undefined && asked !== requests)
    return `requests: ${asked} does not fit here. Expected requests: ${requests}.`;
  if (query === undefined && asked === undefined && own !== 'CloudWatch')
    return `metricSource: spec is empty. Expected ${own === 'CloudRun' ? `requests: ${requests}` : 'a query'}.`;
  if (query !== undefined && (own === undefined || !queried.includes(own)))
    return `metricSource has a query, but ${own === undefined ? 'no type' : `the type ${own}`}. Expected type: ${anyOf}.`;
  return undefined;
}

const hasLogField = (spec: Source['spec']): boolean =>
  [spec.kind, spec.field, ...conditions.map((name) => spec[name])].some((value) => value !== undefined);

/** Why a source that counts a field of the code's own entries cannot be used. */
function logFieldProblem(
  own: string | undefined,
  spec: Source['spec'],
  requests: string,
): string | undefined {
  if (spec.kind === undefined) return `field, ${conditions.join(', ')} belong to kind: log_field. Add it.`;
  if (own !== 'CloudRun') return 'kind: log_field needs type: CloudRun.';
  if (requests !== 'bad') return 'kind: log_field says which answers are bad. Expected it under bad.';
  if (spec.query !== undefined || spec.requests !== undefined)
    return 'kind: log_field takes field and a condition, and neither query nor requests.';
  if (spec.field === undefined) return 'kind: log_field needs field, such as jsonPayload.ocr.confidence.';
  const given = conditions.filter((name) => spec[name] !== undefined);
  if (given.length !== 1)
    return `kind: log_field: expected one of ${conditions.join(', ')}, found ${given.length === 0 ? 'none' : given.join(' and ')}.`;
  return undefined;
}
