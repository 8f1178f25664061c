import { type Absence, absenceOf } from './absence.ts';
import { type Labels, type Matcher, metricOf, type Selector } from './selector.ts';

const positive = { '!=': '=', '!~': '=~' } as const;

/** The same condition, asked the other way round. Undefined for a condition that excludes nothing by a value. */
function inverse({ label, op, value }: Matcher): Matcher | undefined {
  if ((op !== '!=' && op !== '!~') || value === '' || value.includes('$revision')) return undefined;
  return { label, op: positive[op], value };
}

const sameMatcher = (a: Matcher) => (b: Matcher) =>
  a.label === b.label && a.op === b.op && a.value === b.value;

/**
 * A condition such as `code!~"5.."` also fits a series without the label, and then it excludes nothing: every request
 * would be good. So what it excludes must exist, or be a value that may simply not have occurred yet. Only conditions
 * count that tell the part from all requests.
 * @param series what exists under the name of `part`
 */
export function voidExclusion(
  part: Selector,
  total: Selector,
  series: readonly Labels[],
): Absence | undefined {
  if (series.length === 0) return undefined;
  const own = part.matchers.filter((matcher) => !total.matchers.some(sameMatcher(matcher)));
  const name = metricOf(part);
  const named: Matcher[] = name === undefined ? [] : [{ label: '__name__', op: '=', value: name }];
  for (const matcher of own) {
    const excluded = inverse(matcher);
    if (excluded === undefined) continue;
    const having = series.filter((labels) => labels[matcher.label] !== undefined);
    const absence = absenceOf({ matchers: [...named, excluded] }, series);
    if (absence.kind === 'label' && having.length === 0) return absence;
    if (absence.kind === 'value' && !absence.plausible) return { ...absence, matcher };
  }
  return undefined;
}
