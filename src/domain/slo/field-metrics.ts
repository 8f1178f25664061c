import { fingerprint } from '../data/fingerprint.ts';
import { product, slug } from '../product.ts';
import { quoted } from './cloud-run-filter.ts';
import type { LogField } from './log-field.ts';
import type { Objective } from './objective.ts';

/** A metric of Cloud Logging, which counts the entries that a filter finds. */
export interface FieldMetric {
  name: string;
  filter: string;
}

/** What counts the answers that the code judged in its log, and the bad ones among them. */
export interface FieldMetrics {
  judged: FieldMetric;
  bad: FieldMetric;
}

/** Cloud Monitoring knows metrics of Cloud Logging by their name below this. */
export const metricTypeOf = ({ name }: FieldMetric): string => `logging.googleapis.com/user/${name}`;

/** The text that begins the description of a metric, which has no labels: by it, ours are known again. */
export const metricMark = (slo: string): string => `Made by ${product} from the SLO ${slo}.`;

/** Google takes at most 100 characters. */
const mostName = 100;

/**
 * Both names may have hyphens, so that `ocr` with `a-b` and `ocr-a` with `b` would read the same. An objective of one word is told apart by
 * the last hyphen; any other gets a fingerprint of the two.
 */
function nameOf(service: string, objective: string, what: keyof FieldMetrics): string {
  const stem = `${slug}-${service}-${objective}`;
  const whole = `${stem}-${what}`;
  const isOneWord = !objective.includes('-');
  if (isOneWord && whole.length <= mostName) return whole;
  const end = `-${fingerprint(isOneWord ? whole : `${service}/${objective}`)}-${what}`;
  return `${stem.slice(0, mostName - end.length)}${end}`;
}

/** Of a regular expression, so that a text stands for itself. A line break within a filter would be an AND. */
const literal = (text: string) =>
  text
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replace(/\p{Cc}/gu, (char) => `\\x{${char.charCodeAt(0).toString(16)}}`);
/** All that JavaScript's `trim` takes away: `\s` of Google's regular expressions is ASCII only, and Korean text has wide blanks. */
const blank = String.raw`^[\s\x{b}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]*$`;

/** The same judgement as `judgeField`, in the language of Cloud Logging's filters. A field of another type is in neither, if Google can tell. */
function conditionsOf({ field, below, above, equals, empty }: LogField): { judged: string; bad: string } {
  const there = `${field}:*`;
  if (below !== undefined)
    return { judged: `(${field}<${below} OR ${field}>=${below})`, bad: `${field}<${below}` };
  if (above !== undefined)
    return { judged: `(${field}<=${above} OR ${field}>${above})`, bad: `${field}>${above}` };
  if (empty) return { judged: there, bad: `${there} AND ${field}=~${quoted(blank)}` };
  // `=` takes no notice of upper and lower case.
  if (typeof equals === 'string')
    return { judged: there, bad: `${there} AND ${field}=~${quoted(`^${literal(equals)}$`)}` };
  return { judged: there, bad: `${field}=${String(equals)}` };
}

/** The two metrics of an objective by what the code logs. They count for all regions, which are told apart when they are read. */
export function fieldMetrics(
  service: string,
  { id, logField }: Pick<Objective, 'id' | 'logField'>,
): FieldMetrics | undefined {
  if (!logField) return undefined;
  const { judged, bad } = conditionsOf(logField);
  const filterOf = (condition: string) =>
    `resource.type="cloud_run_revision" AND resource.labels.service_name=${quoted(service)} AND ${condition}`;
  return {
    judged: { name: nameOf(service, id, 'judged'), filter: filterOf(judged) },
    bad: { name: nameOf(service, id, 'bad'), filter: filterOf(bad) },
  };
}
