import type { z } from 'zod';
import type { Path } from '../../../data/locate.ts';
import { nearest } from '../../../data/nearest.ts';
import type { UnplacedProblem } from '../problem.ts';
import { knownKeys } from './known-keys.ts';

type Issue = z.core.$ZodIssue;
type IssueOf<Code extends Issue['code']> = Extract<Issue, { code: Code }>;

const kindOf = (value: unknown) =>
  value === null
    ? 'nothing'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'a map'
        : `a ${typeof value}`;

/** Zod's names for types that have another name in YAML. */
const kindWords: Record<string, string> = {
  object: 'a map',
  array: 'a list',
  int: 'a whole number',
  record: 'a map',
};
const expectedKind = (expected: string) => kindWords[expected] ?? `a ${expected}`;

const nameOf = (path: Path) => String(path.filter((step) => typeof step === 'string').at(-1) ?? 'the file');
const show = (value: unknown) => JSON.stringify(value)?.slice(0, 60) ?? '';

/** `name: what was found: what would be right`, or that it is missing. Always ends with its own punctuation. */
const compare = (path: Path, value: unknown, found: string, right: string) =>
  value === undefined ? `${nameOf(path)} is missing: ${right}` : `${nameOf(path)}: ${found}: ${right}`;

/** Whether YAML read this value as something else because it has no quotes. */
const isUnquoted = (value: unknown) => typeof value === 'number' || typeof value === 'boolean';
const missingQuotes = (path: Path, value: unknown): UnplacedProblem => ({
  path,
  message: `${nameOf(path)}: ${kindOf(value)}: expected a string in quotes`,
  needsQuotes: true,
});

function unknownKeys(issue: IssueOf<'unrecognized_keys'>, path: Path): UnplacedProblem[] {
  const known = knownKeys(path);
  return issue.keys.map((key) => {
    if (key === '<<')
      return { path, key, message: 'Merge keys (<<) are not read. Write the values out here.' };
    const near = nearest(key, known);
    const right = near ? `did you mean ${near}?` : `expected one of ${known.join(', ')}.`;
    return { path, key, message: `${key} is not known here: ${right}` };
  });
}

/** The branch of a union that fits the type of the value explains the problem; the others only complain about the type. */
function wrongInUnion(issue: IssueOf<'invalid_union'>, path: Path, value: unknown): UnplacedProblem[] {
  const fitting = issue.errors.filter(
    (errors) => !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0),
  );
  const chosen =
    fitting.find((errors) =>
      errors.every((error) => error.code !== 'invalid_value' || error.path.length > 0),
    ) ?? fitting[0];
  if (chosen) return chosen.flatMap((inner) => problemsOf(inner, path, value));
  const string = issue.errors
    .flat()
    .find((error) => error.code === 'invalid_type' && error.expected === 'string');
  if (string && isUnquoted(value)) return [missingQuotes(path, value)];
  const kinds = issue.errors.flat().flatMap((error) => {
    if (error.code === 'invalid_type') return [expectedKind(error.expected)];
    return error.code === 'invalid_value' ? ['one of its words'] : [];
  });
  const right = `expected ${[...new Set(kinds)].join(' or ')}.`;
  return [{ path, message: compare(path, value, kindOf(value), right) }];
}

function wrongValue(issue: IssueOf<'invalid_value'>, path: Path, value: unknown): UnplacedProblem {
  const near = typeof value === 'string' ? nearest(value, issue.values.map(String)) : undefined;
  const right = near
    ? `did you mean ${near}?`
    : `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}.`;
  return { path, message: compare(path, value, show(value), right) };
}

function wrongType(issue: IssueOf<'invalid_type'>, path: Path, value: unknown): UnplacedProblem {
  if (issue.expected === 'string' && isUnquoted(value)) return missingQuotes(path, value);
  const right = `expected ${expectedKind(issue.expected)}.`;
  return { path, message: compare(path, value, kindOf(value), right) };
}

function wrongSize(
  issue: IssueOf<'too_big'> | IssueOf<'too_small'>,
  path: Path,
  value: unknown,
): UnplacedProblem {
  const [limit, most] = issue.code === 'too_big' ? [issue.maximum, 'at most'] : [issue.minimum, 'at least'];
  const plural = Number(limit) === 1 ? '' : 's';
  const unit =
    issue.origin === 'string'
      ? ` character${plural}`
      : issue.origin !== 'array'
        ? ''
        : plural
          ? ' entries'
          : ' entry';
  return { path, message: `${nameOf(path)}: ${show(value)}: expected ${most} ${limit}${unit}.` };
}

/**
 * Turns an issue of zod into problems in the words of the file: what was found, what would be right, and the nearest
 * known word for a typing error. `value` is what the issue's path starts from, and `base` is where that value is.
 */
export function problemsOf(issue: Issue, base: Path, value: unknown): UnplacedProblem[] {
  const path = [...base, ...issue.path];
  const found = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, path);
  if (issue.code === 'invalid_union') return wrongInUnion(issue, path, found);
  if (issue.code === 'invalid_value') return [wrongValue(issue, path, found)];
  if (issue.code === 'invalid_type') return [wrongType(issue, path, found)];
  if (issue.code === 'too_big' || issue.code === 'too_small') return [wrongSize(issue, path, found)];
  return [{ path, message: `${nameOf(path)}: ${show(found)}: ${issue.message}.` }];
}
