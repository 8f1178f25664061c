/** A point of a metric as an agent sent it. */
export interface Datum {
  metric: string;
  tags: readonly string[];
  /** Milliseconds since the epoch. */
  at: number;
  value: number;
  /** From then on a query shows it. */
  visibleAt: number;
}

interface Query {
  aggregator: string;
  metric: string;
  matches(tags: readonly string[]): boolean;
  by: readonly string[];
}

export class QueryError extends Error {}

/** The steps to which Datadog widens a query that would have more points than it gives. Seconds. */
const steps = [1, 5, 10, 20, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 86_400];
const mostPoints = 1500;

/** The step in milliseconds: what was asked for, or more if there would be too many points. */
export function stepOf(from: number, to: number, asked: number | undefined): number {
  const least = Math.max(asked ?? 20_000, (to - from) / mostPoints);
  if (asked !== undefined && least === asked) return asked;
  return (steps.find((seconds) => seconds * 1000 >= least) ?? 86_400) * 1000;
}

/** Classic metric queries: an aggregator, a metric, a scope of tags, groups, and `as_count()`. */
export function parseQuery(text: string): Query {
  const found =
    /^\s*(sum|avg|min|max|count(?:\(v:\s*v\s*(?:<=|>=|<|>)\s*[\d.]+\))?):([\w.]+)\{([^{}]*)\}(?:\s*by\s*\{([^{}]*)\})?((?:\.\w+\([^()]*\))*)\s*$/.exec(
      text,
    );
  if (!found)
    throw new QueryError(`Error parsing query: unable to parse ${text}: Rule 'scope_expr' didn't match`);
  const [, aggregator = '', metric = '', scope = '', groups = '', functions = ''] = found;
  if (!functions.includes('.as_count()'))
    throw new QueryError('This stand-in answers counts only: expected .as_count()');
  const conditions = scope.trim() === '*' ? [] : scope.split(',').map((part) => part.trim());
  if (conditions.includes('')) throw new QueryError(`Error parsing query: empty scope in ${text}`);
  return {
    aggregator,
    metric,
    by: groups
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean),
    matches: (tags) =>
      conditions.every((condition) => {
        const negative = condition.startsWith('!');
        const wanted = negative ? condition.slice(1) : condition;
        const fits = tags.some((tag) =>
          wanted.endsWith('*') ? tag.startsWith(wanted.slice(0, -1)) : tag === wanted,
        );
        return fits !== negative;
      }),
  };
}

export interface Result {
  query: number;
  tags: string[];
  /** Sums by the start of a step. */
  sums: Map<number, number>;
}

/** The series of one query: one for each combination of the values of its groups. A step without a point is absent. */
export function evaluate(
  { aggregator, metric, matches, by }: Query,
  index: number,
  data: readonly Datum[],
  { from, to, step, now }: { from: number; to: number; step: number; now: number },
): Result[] {
  const groups = new Map<string, Result>();
  for (const datum of data) {
    if (datum.metric !== metric || !matches(datum.tags) || datum.visibleAt > now) continue;
    const start = Math.floor(datum.at / step) * step;
    if (datum.at < from || datum.at >= to) continue;
    const tags = by.flatMap((key) => datum.tags.filter((tag) => tag.startsWith(`${key}:`)).slice(0, 1));
    if (tags.length < by.length) continue;
    const key = tags.join();
    const group = groups.get(key) ?? { query: index, tags, sums: new Map<number, number>() };
    groups.set(key, group);
    // A distribution keeps single values. Its count is the number of those on the right side of the bound.
    const bound = /v\s*(<=|>=|<|>)\s*([\d.]+)/.exec(aggregator);
    const counted = aggregator.startsWith('count')
      ? Number(!bound || holds(datum.value, bound[1] ?? '', Number(bound[2])))
      : datum.value;
    group.sums.set(start, (group.sums.get(start) ?? 0) + counted);
  }
  return [...groups.values()];
}

function holds(value: number, operator: string, bound: number): boolean {
  if (operator === '<=') return value <= bound;
  if (operator === '>=') return value >= bound;
  return operator === '<' ? value < bound : value > bound;
}
