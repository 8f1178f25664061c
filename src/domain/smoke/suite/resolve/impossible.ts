import { comparable, settlePolicy, type TextPolicy } from '../../../ocr/units.ts';
import { short } from '../../failure.ts';
import type { Expect, FieldRule } from '../model.ts';
import type { Report } from '../problem.ts';
import { groupOf } from './group.ts';

/** Expectations that no answer can meet: the suite is at fault, never the function. */

/** Statuses whose answers have no body (RFC 9110). */
const bodiless = new Set([204, 205, 304]);

const wantsText = ({ text, textFile, contains, matches, fields }: Expect) =>
  text || textFile !== undefined || contains.length + matches.length + fields.length > 0;

/** Phrases that the expected text itself contradicts, so that a perfect answer would fail. */
export function phraseProblems(expect: Expect, policy: TextPolicy): string[] {
  const { text, contains, notContains, empty, maxStray } = expect;
  const settled = settlePolicy(policy, [text ?? '', ...contains].join('\n'));
  const same = (value: string) => comparable(value, settled);
  const problems: string[] = [];
  for (const phrase of contains) {
    const unwanted = notContains.find((other) => same(phrase).includes(same(other)));
    if (unwanted !== undefined)
      problems.push(
        `contains "${short(phrase)}" and not_contains "${short(unwanted)}" contradict each other.`,
      );
    if (empty && [...same(phrase)].length > maxStray)
      problems.push(
        `empty and contains "${short(phrase)}" contradict each other: a blank image has no text.`,
      );
    else if (text !== undefined && !same(text).includes(same(phrase)))
      problems.push(
        `contains "${short(phrase)}" is not in the text that this case expects, so a perfect answer would fail.`,
      );
  }
  for (const phrase of text === undefined ? [] : notContains)
    if (same(text ?? '').includes(same(phrase)))
      problems.push(
        `not_contains "${short(phrase)}" is in the text that this case expects, so a perfect answer would fail.`,
      );
  return problems;
}

/** A pattern that finds something else than the field must equal. */
function fieldProblem(
  { name, pattern, equals }: FieldRule,
  same: (text: string) => string,
): string | undefined {
  if (pattern === undefined || typeof equals !== 'string') return undefined;
  const value = groupOf(pattern);
  // The comparison folds white space and case, which the pattern need not know.
  if (
    value === undefined ||
    [equals, same(equals)].some((text) => new RegExp(`^(?:${value})$`, 'mui').test(text))
  )
    return undefined;
  return `${name}: the pattern can only find what matches /${short(value)}/, which "${short(equals)}" does not: they can never be equal.`;
}

function headerProblem(headers: Readonly<Record<string, string>>): string | undefined {
  const seen = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined && other !== value && !value.startsWith('/') && !other.startsWith('/'))
      return `${name.slice(0, 40)} must have two values at once: keep one.`;
    seen.set(name.toLowerCase(), value);
  }
  return undefined;
}

/** Reports expectations of one case that can never hold. */
export function checkPossible(expect: Expect, policy: TextPolicy, report: Report): void {
  const at = (...inner: PropertyKey[]) => ['expect', ...inner];
  for (const problem of phraseProblems(expect, policy)) report(at(), problem);
  if (expect.maxStray > 0 && !expect.empty) report(at('max_stray'), 'max_stray needs empty: true.');
  if (expect.empty && expect.maxStray === 0) {
    // Only patterns that compile: another check has reported the others.
    const found = expect.matches.find((pattern) => compiles(pattern) && !new RegExp(pattern, 'mu').test(''));
    if (found !== undefined)
      report(
        at('matches'),
        `empty and matches /${short(found)}/ contradict each other: a blank image has no text.`,
      );
    if (expect.fields.some(({ pattern, equals }) => pattern !== undefined && equals !== ''))
      report(
        at('fields'),
        'empty and a field with a pattern contradict each other: a blank image has no text.',
      );
  }
  if (expect.status.every((status) => bodiless.has(status)) && wantsText(expect))
    report(
      at('status'),
      `An answer with status ${expect.status.join(' or ')} has no body, so it has no text either.`,
    );
  // Folding may make two texts equal that the pattern tells apart, so such a case is not judged here.
  const judged = policy.compat || policy.equivalents ? [] : expect.fields;
  const fields = settlePolicy(policy, expect.fields.map(({ equals }) => String(equals)).join('\n'));
  for (const rule of judged) {
    const problem = fieldProblem(rule, (text) => comparable(text, fields));
    if (problem !== undefined) report(at('fields', rule.name), problem);
  }
  const header = headerProblem(expect.headers);
  if (header !== undefined) report(at('headers'), header);
  if (expect.maxLatencyMs === 0) report(at('max_latency'), 'max_latency: no answer arrives within 0 s.');
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'mu') !== undefined;
  } catch {
    return false;
  }
}
