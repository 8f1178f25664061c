import { z } from 'zod';
import type { Path } from '../data/locate.ts';
import { nearest } from '../data/nearest.ts';

export interface SloMessage {
  path: Path;
  /** Set if the message is about a key of the map at `path`, not about a value. */
  key?: string | undefined;
  message: string;
}

type Node = Record<string, unknown>;

const branches = (node: Node): Node[] =>
  [node.anyOf, node.oneOf].filter(Array.isArray).length > 0
    ? ([node.anyOf, node.oneOf].filter(Array.isArray).flat() as Node[]).flatMap(branches)
    : [node];

const made = new WeakMap<z.ZodType, Node>();
function jsonSchemaOf(schema: z.ZodType): Node {
  const known = made.get(schema) ?? (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node);
  made.set(schema, known);
  return known;
}

/** The names of the properties that the schema allows at a path. */
export function knownKeys(schema: z.ZodType, path: Path): string[] {
  let nodes: Node[] = [jsonSchemaOf(schema)];
  for (const key of path)
    nodes = nodes.flatMap(branches).flatMap((node) => {
      const next =
        typeof key === 'number' ? node.items : (node.properties as Node | undefined)?.[String(key)];
      return next && typeof next === 'object' ? [next as Node] : [];
    });
  return nodes
    .flatMap(branches)
    .flatMap((node) => Object.keys((node.properties as object | undefined) ?? {}));
}

const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60));

/** Says in words what the schema found, with the nearest known key or value. */
export function messagesOf(
  issue: z.core.$ZodIssue,
  root: unknown,
  schema: z.ZodType,
  base: Path = [],
): SloMessage[] {
  const path = [...base, ...issue.path];
  const value = path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined | null)?.[key],
    root,
  );
  const name = String(path.filter((key) => typeof key === 'string').at(-1) ?? 'the file');
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => {
      if (key === '<<')
        return { path, key, message: 'Merge keys (<<) are not read. Write the values out here.' };
      const near = nearest(key, known);
      const hint = near ? `did you mean ${near}?` : `expected one of ${known.join(', ')}.`;
      return { path, key, message: `${key} is not known here: ${hint}` };
    });
  }
  if (issue.code === 'invalid_union') {
    const fitting = issue.errors.find(
      (errors) => !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0),
    );
    if (fitting) return fitting.flatMap((inner) => messagesOf(inner, root, schema, path));
    return [{ path, message: `${name}: ${shown(value)} does not fit here.` }];
  }
  if (issue.code === 'invalid_value') {
    const near = typeof value === 'string' ? nearest(value, issue.values.map(String)) : undefined;
    const hint = near
      ? `did you mean ${near}?`
      : `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}.`;
    return [
      {
        path,
        message: value === undefined ? `${name} is missing: ${hint}` : `${name}: ${shown(value)}: ${hint}`,
      },
    ];
  }
  if (issue.code === 'invalid_type') {
    const expected =
      { array: 'a list', object: 'a map', number: 'a number', string: 'text', boolean: 'true or false' }[
        issue.expected as string
      ] ?? issue.expected;
    return [
      {
        path,
        message:
          value === undefined
            ? `${name} is missing: expected ${expected}.`
            : `${name}: ${shown(value)}: expected ${expected}.`,
      },
    ];
  }
  const words = issue.message.replace(/^(Too (small|big|long)|Invalid input): /, '');
  return [{ path, message: `${name}: ${shown(value)}: ${words}${words.endsWith('.') ? '' : '.'}` }];
}
