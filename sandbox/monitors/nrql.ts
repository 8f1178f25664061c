/** A row of NRDB: an event, or a metric that stands for `count` of them. */
export interface Row {
  type: string;
  /** Milliseconds since the epoch. */
  at: number;
  visibleAt: number;
  attributes: Readonly<Record<string, string | number | boolean>>;
}

type Row1 = Row['attributes'];
type Test = (row: Row1) => boolean;

export class NrqlError extends Error {}

export interface Parsed {
  type: string;
  count(rows: readonly Row[]): number | null;
  where: Test;
  since: number;
  until: number;
  /** Seconds. */
  step: number | undefined;
  facet: string | undefined;
  name: string;
}

const syntax = (near: string) =>
  new NrqlError(`NRQL Syntax Error: Error at line 1 position 1, unexpected '${near}'`);

/** The part of NRQL that a source of counts writes. Everything else is a syntax error. */
export function parseNrql(text: string): Parsed {
  const clauses =
    /^SELECT (.+?) AS (\w+) FROM (\w+)(?: WHERE (.+?))?(?: FACET ([\w.]+))? SINCE (\d+) UNTIL (\d+)(?: TIMESERIES (\d+) seconds)?(?: LIMIT MAX)?$/.exec(
      text,
    );
  if (!clauses) throw syntax(text.slice(0, 30));
  const [, selected = '', name = '', type = '', where, facet, since, until, step] = clauses;
  return {
    type,
    name,
    count: aggregate(selected),
    where: where === undefined ? () => true : condition(where),
    since: Number(since),
    until: Number(until),
    step: step === undefined ? undefined : Number(step),
    facet,
  };
}

function aggregate(text: string): (rows: readonly Row[]) => number | null {
  const filtered = /^filter\((.+?\)), WHERE (.+)\)$/i.exec(text);
  if (filtered) {
    const inner = aggregate(filtered[1] as string);
    const fits = condition(filtered[2] as string);
    return (rows) => inner(rows.filter(({ attributes }) => fits(attributes)));
  }
  if (text === 'count(*)') return (rows) => rows.length;
  const [, kind, attribute] = /^(count|sum)\(([\w.]+)\)$/.exec(text) ?? [];
  if (kind === undefined || attribute === undefined)
    throw new NrqlError(`NRQL Syntax Error: Unknown function ${text}`);
  const values = (rows: readonly Row[]) =>
    rows.flatMap(({ attributes }) =>
      attributes[attribute] === undefined ? [] : [Number(attributes[attribute])],
    );
  const sum = (rows: readonly Row[]) => values(rows).reduce((all, value) => all + value, 0);
  // A metric of the APM kind has one row a minute, and its count is how many requests the row stands for.
  if (kind === 'count')
    return (rows) => (rows.some(({ type }) => type === 'Metric') ? sum(rows) : values(rows).length);
  return (rows) => (values(rows).length === 0 ? null : sum(rows));
}

/** Conditions joined by AND: equality, LIKE with % at the end, NOT RLIKE with a regular expression that must fit as a whole, IN, IS TRUE, and comparisons with a number. */
function condition(text: string): Test {
  const tests = text.split(/ AND /i).map((part): Test => {
    const [, name = '', operator = '', value = ''] =
      /^`?([\w.]+)`? (=|!=|>=|<=|>|<|LIKE|NOT RLIKE|NOT IN|IN|IS) (.+)$/i.exec(part.trim()) ?? [];
    if (name === '') throw syntax(part);
    const texts = [...value.matchAll(/'([^']*)'/g)].map(([, one]) => one as string);
    switch (operator.toUpperCase()) {
      case '=':
        return (row) => String(row[name]) === (texts[0] ?? value);
      case '!=':
        return (row) => String(row[name]) !== (texts[0] ?? value);
      case 'LIKE':
        return (row) => String(row[name] ?? '').startsWith((texts[0] ?? '').replace(/%$/, ''));
      case 'NOT RLIKE': {
        if (!value.trim().startsWith("r'")) throw syntax(value);
        const whole = new RegExp(`^(?:${texts[0] ?? ''})$`);
        return (row) => !whole.test(String(row[name] ?? ''));
      }
      case 'IN':
        return (row) => texts.includes(String(row[name]));
      case 'NOT IN':
        return (row) => !texts.includes(String(row[name]));
      case 'IS':
        return (row) => String(row[name] ?? false).toUpperCase() === value.trim().toUpperCase();
      default: {
        const bound = Number(value);
        if (Number.isNaN(bound)) throw syntax(value);
        return (row) => {
          const own = Number(row[name]);
          if (operator === '>=') return own >= bound;
          if (operator === '<=') return own <= bound;
          return operator === '>' ? own > bound : own < bound;
        };
      }
    }
  });
  return (row) => tests.every((test) => test(row));
}

/** The rows that NerdGraph answers. A step without events is 0, as in New Relic. */
export function runNrql(query: Parsed, data: readonly Row[], now: number): Record<string, unknown>[] {
  const { type, where, since, until, step, facet, name, count } = query;
  const fitting = data.filter(
    (row) =>
      row.type === type && row.visibleAt <= now && row.at >= since && row.at < until && where(row.attributes),
  );
  const groups =
    facet === undefined ? [undefined] : [...new Set(fitting.map(({ attributes }) => attributes[facet]))];
  if (step === undefined)
    return groups.map((group) => ({ ...labels(facet, group), [name]: count(of(fitting, facet, group)) }));
  if ((until - since) / 1000 / step > 366)
    throw new NrqlError('TIMESERIES exceeds the maximum of 366 buckets');
  const rows: Record<string, unknown>[] = [];
  for (let begin = since / 1000; begin < until / 1000; begin += step)
    for (const group of groups)
      rows.push({
        ...labels(facet, group),
        beginTimeSeconds: begin,
        endTimeSeconds: begin + step,
        [name]: count(
          of(fitting, facet, group).filter(({ at }) => at >= begin * 1000 && at < (begin + step) * 1000),
        ),
      });
  return rows;
}

const labels = (facet: string | undefined, group: unknown) =>
  facet === undefined ? {} : { facet: group, [facet]: group };

/** Events that lack the attribute are in no group, as in New Relic. */
const of = (rows: readonly Row[], facet: string | undefined, group: unknown) =>
  facet === undefined
    ? rows
    : rows.filter(({ attributes }) => group !== undefined && attributes[facet] === group);
