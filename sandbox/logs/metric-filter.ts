import { invalidArgument } from '../core/errors.ts';

/** The metric and the labels that select a time series. */
export interface SeriesKey {
  metricType: string;
  resourceType: string;
  resourceLabels: Record<string, string>;
  metricLabels: Record<string, string>;
}

type Match = (key: SeriesKey) => boolean;

const TERM = /\s*(NOT\s+|-)?((?:metric|resource)\.(?:type|labels?\.[\w"]+))\s*(!=|=|:)\s*/y;
const VALUE =
  /"((?:[^"\\]|\\.)*)"|(one_of|starts_with|ends_with|has_substring|monitoring\.regex\.full_match)\(([^)]*)\)|([^\s()]+)/y;

export function readLabel(key: SeriesKey, path: string): string | undefined {
  if (path === 'metric.type') return key.metricType;
  if (path === 'resource.type') return key.resourceType;
  const [root, , name = ''] = path.replaceAll('"', '').split('.');
  return root === 'metric' ? key.metricLabels[name] : key.resourceLabels[name];
}

const strings = (list: string) =>
  [...list.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] as string);

function test(value: string, match: RegExpExecArray): boolean {
  const [, quoted, name, args = '', bare] = match;
  if (name === 'one_of') return strings(args).includes(value);
  const only = strings(args)[0] ?? '';
  if (name === 'starts_with') return value.startsWith(only);
  if (name === 'ends_with') return value.endsWith(only);
  if (name === 'has_substring') return value.includes(only);
  // Google's regular expressions are RE2, of which the common part is also JavaScript's.
  if (name === 'monitoring.regex.full_match') return new RegExp(`^(?:${only})$`).test(value);
  return value === (quoted ?? bare);
}

/**
 * Parses filters of Cloud Monitoring (cloud.google.com/monitoring/api/v3/filters). Only comparisons of labels are known,
 * joined by AND or side by side. The filter must name exactly one metric type.
 */
export function parseMetricFilter(text: string): { metric: string; matches: Match } {
  const terms: Match[] = [];
  let metric: string | undefined;
  let at = 0;
  const bad = () =>
    invalidArgument(
      `Field filter had an invalid value of "${text}": The filter could not be parsed at position ${at}.`,
    );
  while (text.slice(at).trim()) {
    if (terms.length) at += /^\s+(?:AND\s+)?/.exec(text.slice(at))?.[0].length ?? 0;
    TERM.lastIndex = at;
    const term = TERM.exec(text);
    if (!term) throw bad();
    const [, not, path = '', operator] = term;
    at = VALUE.lastIndex = TERM.lastIndex;
    const value = VALUE.exec(text);
    if (!value) throw bad();
    at = VALUE.lastIndex;
    if (path === 'metric.type' && operator === '=') metric = value[1];
    terms.push((key) => {
      const label = readLabel(key, path);
      const equal = label !== undefined && test(label, value);
      return (operator === '!=' ? !equal : equal) !== Boolean(not);
    });
  }
  if (!metric)
    throw invalidArgument(
      'The supplied filter does not specify a valid combination of metric and monitored resource descriptors: metric.type is missing.',
    );
  return { metric, matches: (key) => terms.every((matches) => matches(key)) };
}
