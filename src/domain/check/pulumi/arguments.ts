import type { Attribute, Block, Body, Expression } from '../hcl/node.ts';
import { holdsData, snakeCase } from './tokens.ts';

/** Reads the arguments of a constructor as far as they are literals. What is not is skipped, up to the comma behind it. Comments are blanks. */

const maxDepth = 40;
const text = /(['"])((?:\\.|(?!\1)[^\\\n])*)\1|`((?:\\.|[^`\\$])*)`/y;
const blank = /\s*/y;
/** What is neither a text nor a bracket. */
const other = /[^'"`()[\]{},]+/y;
const word = /[A-Za-z_][\w.]*/y;
const number = /-?\d+(?:\.\d+)?/y;

/** The name and the properties of a resource, from behind the opening bracket. Undefined if the brackets do not close. */
export function readArguments(
  source: string,
  start: number,
  isPython: boolean,
): { name: string | undefined; body: Body } | undefined {
  let at = start;
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source) ?? undefined;
    if (found) at += found[0].length;
    return found;
  };
  const skip = () => match(blank);
  const take = (char: string): boolean => {
    skip();
    const hit = source[at] === char;
    if (hit) at++;
    return hit;
  };
  const unknown = (from: number): Expression => ({ kind: 'loop', parts: [], at: from, end: at });

  /** Moves to the next comma or closing bracket of this level. */
  const toEnd = (): void => {
    for (let depth = 0; at < source.length; ) {
      match(other);
      const char = source[at] ?? '';
      if (depth === 0 && /[,)\]}]/.test(char)) return;
      if (match(text)) continue;
      if (/[([{]/.test(char)) depth++;
      if (/[)\]}]/.test(char)) depth--;
      at++;
    }
    throw new Unclosed();
  };

  /** A value, if nothing stands between it and the comma behind it. */
  function value(depth: number, isData: boolean): Expression {
    skip();
    const from = at;
    const found = depth > maxDepth ? undefined : literal(depth, isData);
    skip();
    if (found && (source[at] === undefined || /[,)\]}]/.test(source[at] as string))) return found;
    at = from;
    toEnd();
    return unknown(from);
  }

  function literal(depth: number, isData: boolean): Expression | undefined {
    const from = at;
    if (match(/f(?=['"])/y)) return undefined;
    const quoted = match(text);
    if (quoted) {
      const raw = quoted[2] ?? quoted[3] ?? '';
      return { kind: 'literal', value: raw.replace(/\\(.)/g, '$1'), at: from, end: at };
    }
    const digits = match(number);
    if (digits) return { kind: 'literal', value: Number(digits[0]), at: from, end: at };
    if (source[at] === '[') {
      at++;
      const items: Expression[] = [];
      while (!take(']')) {
        if (at >= source.length) return undefined;
        items.push(value(depth + 1, isData));
        if (!take(',') && source[at] !== ']') return undefined;
      }
      return { kind: 'list', items, at: from, end: at };
    }
    if (source[at] === '{') {
      at++;
      return object(from, '}', depth, isData);
    }
    const name = match(word)?.[0];
    if (name === undefined) return undefined;
    if (/^(true|True)$/.test(name)) return { kind: 'literal', value: true, at: from, end: at };
    if (/^(false|False)$/.test(name)) return { kind: 'literal', value: false, at: from, end: at };
    // Python names the properties of an inner object as arguments of a class.
    if (isPython && /Args$/.test(name) && take('(')) return object(from, ')', depth, isData);
    return undefined;
  }

  function object(from: number, close: string, depth: number, isData: boolean): Expression | undefined {
    const entries: { key: Expression; value: Expression }[] = [];
    while (!take(close)) {
      skip();
      const keyAt = at;
      const quoted = match(text);
      const key = quoted ? (quoted[2] ?? '') : match(word)?.[0];
      const isEntry = key !== undefined && (take(':') || take('='));
      if (isEntry) {
        const name = isData ? key : snakeCase(key);
        const inner = value(depth + 1, isData || holdsData(name));
        entries.push({
          key: { kind: 'literal', value: name, at: keyAt, end: keyAt + key.length },
          value: inner,
        });
      } else toEnd();
      if (!take(',') && source[at] !== close) return undefined;
    }
    return { kind: 'object', entries, at: from, end: at };
  }

  try {
    const name = value(0, false);
    if (!take(',')) return { name: nameOf(name), body: { attributes: [], blocks: [] } };
    skip();
    const properties = isPython ? object(at, ')', 0, false) : value(0, false);
    return properties?.kind === 'object' ? { name: nameOf(name), body: bodyOf(properties) } : undefined;
  } catch (error) {
    if (error instanceof Unclosed) return undefined;
    throw error;
  }
}

class Unclosed extends Error {}

const nameOf = (name: Expression): string | undefined =>
  name.kind === 'literal' && typeof name.value === 'string' ? name.value : undefined;

type ObjectNode = Extract<Expression, { kind: 'object' }>;

/** An object is the value of an attribute and a block at once: only the schema of the provider knows which. */
function bodyOf(object: ObjectNode): Body {
  const attributes: Attribute[] = [];
  const blocks: Block[] = [];
  for (const { key, value } of object.entries) {
    if (key.kind !== 'literal') continue;
    const name = String(key.value);
    attributes.push({ name, at: key.at, end: value.end, value });
    const inner = value.kind === 'list' ? value.items : [value];
    for (const one of inner)
      if (one.kind === 'object')
        blocks.push({ type: name, labels: [], at: key.at, end: one.end, body: bodyOf(one) });
  }
  return { attributes, blocks };
}
