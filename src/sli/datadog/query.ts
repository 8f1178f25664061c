/** A count in Datadog's query language, as far as a release can be judged by it: one metric, one filter, nothing around it. */
export interface CountQuery {
  /** `sum`, `count`, or a count of the values that a distribution has on one side of a bound. */
  aggregator: string;
  metric: string;
  /** What stands between the braces. `$revision` and `$service` are filled in. */
  filter: string;
  /** The tag whose value is `$revision`. Undefined if the query counts the whole service. */
  tag: string | undefined;
}

const shape =
  /^(sum|count|count\(v:\s*v\s*(?:<=|>=|<|>)\s*\d+(?:\.\d+)?\)):([A-Za-z][A-Za-z0-9_.]{0,199})\{([^{}]+)\}(?:\.as_count\(\))?$/;
const revisionTag = /(?:^|[\s,(])([A-Za-z][\w./-]*):\$revision(?=[\s,)]|$)/g;

const example = 'sum:trace.http.request.hits{service:ocr,version:$revision}';

/** Reads a count. Returns a clause that completes "datadog_total:" if it is none. */
export function parseCount(text: string): CountQuery | string {
  const found = shape.exec(text.trim());
  if (!found) return `expected ${likelyMistake(text)}`;
  const [, aggregator = '', metric = '', filter = ''] = found;
  const named = filter.split('$revision').length - 1;
  const tags = [...filter.matchAll(revisionTag)].map(([, tag]) => tag as string);
  if (named !== tags.length || tags.length > 1)
    return 'expected $revision once, as the whole value of one tag, such as version:$revision';
  return { aggregator, metric, filter: filter.trim(), tag: tags[0] };
}

function likelyMistake(text: string): string {
  if (/\bby\s*\{/.test(text)) return `no groups: the watch groups by itself. For example ${example}`;
  if (/^\s*logs?\s*\(|^\s*(logs|spans|rum):/.test(text))
    return `a metric, because logs and spans are sampled. For example ${example}`;
  if (/\.(rollup|fill|as_rate|rolling|moving)/.test(text) || /^\s*\w+\(\s*(sum|avg|count):/.test(text))
    return `a count without functions, which the watch adds itself, such as ${example}`;
  if (/^\s*(avg|min|max|p\d+|last):/.test(text))
    return `sum or count at the beginning, because the others are no numbers of requests. For example ${example}`;
  return `the count of one metric, such as ${example}`;
}

const queryOf = ({ aggregator, metric }: CountQuery, filter: string, by = '') =>
  `${aggregator}:${metric}{${filter}}${by}.as_count()`;

/** The query for one revision. Without `as_count()` Datadog answers with a rate. */
export function forRevision(query: CountQuery, service: string, revision: string): string {
  return queryOf(query, query.filter.replaceAll('$revision', revision).replaceAll('$service', service));
}

/** The query over all revisions, one series for each. Without a tag for the revision: the whole service. */
export function forAll(query: CountQuery, service: string): string {
  const filter = query.filter.replaceAll('$revision', '*').replaceAll('$service', service);
  return queryOf(query, filter, query.tag === undefined ? '' : ` by {${query.tag}}`);
}

/** The query over all revisions, as one number: the condition on the revision is any value. */
export function forService(query: CountQuery, service: string): string {
  return queryOf(query, query.filter.replaceAll('$revision', '*').replaceAll('$service', service));
}

/** What is wrong with a pair of counts, by which of the two. */
export function pairProblem(total: CountQuery, bad: CountQuery): string | undefined {
  if ((total.tag === undefined) !== (bad.tag === undefined))
    return 'expected $revision in both counts or in none, because both must count the same requests';
  if (forAll(total, 's') === forAll(bad, 's')) return 'expected another count than that of all requests';
  return undefined;
}

/**
 * Metrics that Datadog fetches from a cloud at intervals, and how many minutes late they are by its page "Cloud Metric Delay"
 * (https://docs.datadoghq.com/integrations/guide/cloud-metric-delay/).
 */
const fetched: readonly (readonly [prefix: string, minutes: number, instead: string])[] = [
  ['aws.', 20, 'source cloudwatch'],
  ['gcp.', 8, 'source logs or metrics'],
  ['azure.', 5, 'a metric that the service itself sends'],
  ['alibaba.', 8, 'a metric that the service itself sends'],
];

/** The longest delay in minutes. A watch does not wait longer for its last counts. */
const mostDelay = 15;

/** Why a metric comes later than the delay allows, as a clause. */
export function latenessProblem({ metric }: CountQuery, delayMs: number): string | undefined {
  const found = fetched.find(([prefix]) => metric.startsWith(prefix));
  if (!found) return undefined;
  const [prefix, minutes, instead] = found;
  if (delayMs >= minutes * 60_000) return undefined;
  const longer = minutes <= mostDelay ? `datadog_delay: ${minutes}m or more, or ` : '';
  return `Datadog fetches ${prefix}* from the cloud up to ${minutes} minutes late, so expected ${longer}${instead}`;
}
