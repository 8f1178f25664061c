import { type Absence, mostValues } from './absence.ts';
import type { Double } from './doubles.ts';

/** A reason to doubt the counters of an objective, found in the series that exist. */
export type Doubt = { objective: string; counter: 'total' | 'bad' | 'good'; selector: string } & (
  | { kind: 'absent'; absence: Absence }
  /** Its condition excludes nothing that exists, so it may count every request. */
  | { kind: 'void'; absence: Absence }
  | { kind: 'double'; double: Double }
  /** It counts requests that `total` does not: a series that `total` does not match. */
  | { kind: 'outside'; series: string }
  /** It matches exactly the series of `total`, so every request is bad. */
  | { kind: 'all'; requests: number }
  /** It grew by more than `total`. */
  | { kind: 'more'; total: number; own: number }
) & {
    /** True if the watch could not judge by these counters. If false, it can, and the doubt is only a warning. */
    fatal: boolean;
  };

const listed = (values: readonly string[]) =>
  values.length === 0
    ? 'none'
    : `${values.slice(0, mostValues).join(', ')}${values.length >= mostValues ? ', …' : ''}`;

/** One or two sentences. */
export function doubtText(doubt: Doubt): string {
  const who = `The counter of ${doubt.counter === 'total' ? 'all' : doubt.counter} requests (${doubt.selector})`;
  switch (doubt.kind) {
    case 'absent':
      return `${who} matches no series. ${absenceText(doubt.absence)}`;
    case 'void':
      return `${who} excludes nothing. ${absenceText(doubt.absence)}`;
    case 'double':
      return `${who} ${doubleText(doubt.double)}`;
    case 'outside':
      return `${who} counts requests that the counter of all requests leaves out: ${doubt.series}.`;
    case 'all':
      return `${who} matches the same series as the counter of all requests, so each of ${doubt.requests} requests would be bad.`;
    case 'more':
      return `${who} rose by ${doubt.own}, but the counter of all requests only by ${doubt.total}.`;
  }
}

function absenceText(absence: Absence): string {
  const near = 'near' in absence && absence.near !== undefined ? ` Did you mean ${absence.near}?` : '';
  switch (absence.kind) {
    case 'name':
      return `There is no metric ${absence.name}.${near}`;
    case 'label':
      return `${absence.name} has no label ${absence.label}. Its labels: ${listed(absence.labels)}.`;
    case 'value': {
      const { label, op, value } = absence.matcher;
      const none = op === '!=' || op === '!~' ? 'Every value' : 'No value';
      return `${none} of ${label} fits ${label}${op}"${value}". Its values: ${listed(absence.values)}.${near}`;
    }
    case 'together':
      return `Each of its conditions fits a series of ${absence.name}, but no series fits them all.`;
  }
}

function doubleText(double: Double): string {
  switch (double.kind) {
    case 'parts':
      return double.label === 'quantile'
        ? 'reads quantiles, which are not counts.'
        : `adds up the buckets le=${listed(double.values)}, but each bucket includes the smaller ones. Name one le.`;
    case 'copies':
      return `counts each request more than once: series that differ only in ${double.label} (${listed(double.values)}). Name one ${double.label}.`;
    case 'sum':
      return `counts each request more than once: it matches series with the labels ${listed(double.labels)}, and sums of them without these labels.`;
    case 'rule':
      return `counts each request more than once: it matches the result of a recording rule beside other series (${listed(double.names)}).`;
    case 'whole':
      return `counts each request more than once: ${double.label}="${double.value}" is the sum of the other values of ${double.label}. Leave it out.`;
    case 'fractions':
      return `holds ${double.value}, which is not a number of requests. Expected a counter, not a rate.`;
    case 'gauge':
      return 'falls repeatedly, as a gauge does. Expected a counter.';
  }
}

export function doubtFix({ counter, kind }: Doubt): string {
  if (kind === 'absent' && counter === 'bad')
    return 'Correct the selector. If the service makes this counter only at its first bad request, set prometheus_bad_optional: true, or let it export 0 from the start.';
  return 'Correct the selector. To release without these counts, set on_blind: promote.';
}
