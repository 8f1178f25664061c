import { z } from 'zod';
import { nearest, type Path } from '../../data/locate.ts';
import { suiteSchema } from './schema.ts';

/** A problem before its place in the file is known. */
export interface Raw {
  path: Path;
  key?: string | undefined;
  message: string;
}

/** Property names that the schema knows at a path, through every branch of a union. */
function knownKeys(path: Path): string[] {
  let nodes: Record<string, unknown>[] = [
    z.toJSONSchema(suiteSchema, { io: 'input' }) as Record<string, unknown>,
  ];
  const branches = (node: Record<string, unknown>): Record<string, unknown>[] =>
    Array.isArray(node.anyOf) ? (node.anyOf as Record<string, unknown>[]).flatMap(branches) : [node];
  for (const step of path) {
    nodes = nodes.flatMap(branches).flatMap((node) => {
      const next =
        typeof step === 'number'
          ? node.items
          : ((node.properties as Record<string, unknown>)?.[String(step)] ?? node.additionalProperties);
      return next && typeof next === 'object' ? [next as Record<string, unknown>] : [];
    });
  }
  return nodes
    .flatMap(branches)
    .flatMap((node) => Object.keys((node.properties as object | undefined) ?? {}));
}

const kindOf = (value: unknown) =>
  value === null
    ? 'nothing'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'a map'
        : `a ${typeof value}`;

const nameOf = (path: Path) => String(path.filter((step) => typeof step === 'string').at(-1) ?? 'the file');

const kindWords: Record<string, string> = {
  object: 'a map',
  array: 'a list',
  int: 'a whole number',
  record: 'a map',
};

/** What zod found, in the words of the file: the nearest known key or value, what was found and what would be right. */
export function messagesOf(issue: z.core.$ZodIssue, base: Path, value: unknown): Raw[] {
  const path = [...base, ...issue.path];
  const at = issue.path.reduce<unknown>(
    (inner, step) => (inner as Record<PropertyKey, unknown> | undefined)?.[step],
    value,
  );
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path);
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      return {
        path,
        key,
        message: `${key} is not known here: ${near ? `did you mean ${near}?` : `expected one of ${known.join(', ')}.`}`,
      };
    });
  }
  if (issue.code === 'invalid_union') {
    // The branch that fits the kind of the value says what is wrong; the others only that it is of another kind.
    const fitting = issue.errors.filter(
      (errors) => !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0),
    );
    const chosen =
      fitting.find((errors) =>
        errors.every((error) => error.code !== 'invalid_value' || error.path.length > 0),
      ) ?? fitting[0];
    if (chosen) return chosen.flatMap((inner) => messagesOf(inner, path, at));
    const kinds = issue.errors.flatMap((errors) =>
      errors.flatMap((error) =>
        error.code === 'invalid_type'
          ? [kindWords[error.expected] ?? `a ${error.expected}`]
          : error.code === 'invalid_value'
            ? ['one of its words']
            : [],
      ),
    );
    const expected = `expected ${[...new Set(kinds)].join(' or ')}`;
    return [
      {
        path,
        message:
          at === undefined
            ? `${nameOf(path)} is missing: ${expected}.`
            : `${nameOf(path)}: ${kindOf(at)}: ${expected}.`,
      },
    ];
  }
  const name = nameOf(path);
  if (issue.code === 'invalid_value') {
    const near = typeof at === 'string' ? nearest(at, issue.values.map(String)) : undefined;
    const hint = near
      ? `did you mean ${near}?`
      : `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}.`;
    return [
      {
        path,
        message:
          at === undefined
            ? `${name} is missing: ${hint}`
            : `${name}: ${JSON.stringify(at).slice(0, 60)}: ${hint}`,
      },
    ];
  }
  if (issue.code === 'invalid_type') {
    const unquoted = issue.expected === 'string' && (typeof at === 'number' || typeof at === 'boolean');
    const expected = (kindWords[issue.expected] ?? `a ${issue.expected}`) + (unquoted ? ' in quotes' : '');
    return [
      {
        path,
        message:
          at === undefined
            ? `${name} is missing: expected ${expected}.`
            : `${name}: ${kindOf(at)}: expected ${expected}.`,
      },
    ];
  }
  const shown = JSON.stringify(at)?.slice(0, 60) ?? '';
  if (issue.code === 'too_big' || issue.code === 'too_small') {
    const [limit, most] = issue.code === 'too_big' ? [issue.maximum, 'at most'] : [issue.minimum, 'at least'];
    const unit = { string: ' characters', array: ' entries' }[issue.origin as string] ?? '';
    return [{ path, message: `${name}: ${shown}: expected ${most} ${limit}${unit}.` }];
  }
  return [{ path, message: `${name}: ${shown}: ${issue.message}.` }];
}
