import { nearest } from '../data/nearest.ts';
import { fits, type Labels, type Matcher, metricOf, type Selector } from './selector.ts';

/** Why a selector matches no series, judged from the series that exist. */
export type Absence =
  /** No series has this name. `near`: one that is spelt almost alike. */
  | { kind: 'name'; name: string; near: string | undefined }
  /** The metric exists, but none of its series has this label. */
  | { kind: 'label'; name: string; label: string; labels: string[] }
  /** The label exists, but none of its values fits. */
  | {
      kind: 'value';
      name: string;
      matcher: Matcher;
      values: string[];
      /** A value that means the same or is spelt almost alike, such as `5.0` for `5`. */
      near: string | undefined;
      /** The values look like what is asked for, so the one that is missing may simply not have occurred yet. */
      plausible: boolean;
    }
  /** Every condition fits some series, but no series fits them all. */
  | { kind: 'together'; name: string };

/** More values than this are cut. */
export const mostValues = 12;

const sorted = (values: Iterable<string>) =>
  [...new Set(values)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

/**
 * Says why `selector` matches nothing.
 * @param series what exists under the selector's name
 * @param names the names that exist, if no series has the selector's
 */
export function absenceOf(
  selector: Selector,
  series: readonly Labels[],
  names: readonly string[] = [],
): Absence {
  const name = metricOf(selector) ?? 'the metric';
  if (series.length === 0) return { kind: 'name', name, near: nearName(name, names) };
  const conditions = selector.matchers.filter(({ label }) => label !== '__name__');
  for (const matcher of conditions) {
    const { label } = matcher;
    // A condition that an absent label meets, such as `code!="200"`, does not show whether the label exists.
    if (fits(matcher, {}) !== false) continue;
    const having = series.filter((labels) => labels[label] !== undefined);
    if (having.length === 0)
      return {
        kind: 'label',
        name,
        label,
        labels: sorted(series.flatMap((labels) => Object.keys(labels))).filter((own) => own !== '__name__'),
      };
    if (having.some((labels) => fits(matcher, labels) !== false)) continue;
    const values = sorted(having.map((labels) => labels[label] as string));
    const near = sameMeaning(matcher, values);
    const alike = (value: string) => shape(value) === shape(matcher.value) || couldBecome(value, matcher);
    const plausible = near === undefined && values.some(alike);
    return { kind: 'value', name, matcher, values: values.slice(0, mostValues), near, plausible };
  }
  return { kind: 'together', name };
}

/** Clients add these to a name, or leave them out. */
const suffixes = ['_total', '_count', '_sum', '_bucket', '_created'];
const stem = (name: string) =>
  suffixes.reduce((bare, end) => (bare.endsWith(end) ? bare.slice(0, -end.length) : bare), name);

const nearName = (name: string, names: readonly string[]) =>
  names.find((other) => stem(other) === stem(name)) ?? nearest(name, names);

/** `5.0` for `5`, `POST` for `post`, `5xx` for `5..`. */
function sameMeaning({ op, value }: Matcher, values: readonly string[]): string | undefined {
  const plain = value.trim().toLowerCase();
  const number = plain === '' ? Number.NaN : Number(plain);
  const classOf = /^(?:\^)?([1-5])(?:\.\.|\[0-9\]\{2\}|\\d\\d|\\d\{2\}|\.\*|\.\+|xx)\$?$/i.exec(plain)?.[1];
  return values.find((other) => {
    const own = other.trim().toLowerCase();
    if (own === plain || (own !== '' && Number(own) === number)) return true;
    if (classOf !== undefined && new RegExp(`^(?:http[ _-]?)?${classOf}(?:\\d\\d|xx)\\b`).test(own))
      return true;
    if (op !== '=' && op !== '=~') return false;
    try {
      return op === '=~' && new RegExp(`^(?:${value})$`, 'is').test(other);
    } catch {
      return false;
    }
  });
}

/** Whether a text is made of digits or of letters, apart from the signs of a regular expression. */
function shape(value: string): 'digits' | 'letters' | 'mixed' {
  const bare = value.replace(/\\d|\[0-9\]|\{\d\}/g, '0').replace(/[\\^$.*+?()[\]{}|,-]/g, '');
  if (/^\d+$/.test(bare)) return 'digits';
  return /\d/.test(bare) ? 'mixed' : 'letters';
}

/** `2xx` shows that `5xx` may come, which `5..` fits. */
const couldBecome = (value: string, matcher: Matcher): boolean =>
  ['4', '5'].some((digit) => fits(matcher, { [matcher.label]: value.replace(/^[1-5]/, digit) }) === true);

/** True if the missing series may be one that the program makes at its first bad request. */
export const mayComeYet = (absence: Absence): boolean =>
  absence.kind === 'together' || (absence.kind === 'value' && absence.plausible);
