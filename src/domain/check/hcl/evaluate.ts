import type { Json } from '../../data/json.ts';
import type { Expression } from './node.ts';

/** A value that an expression can have. */
export interface Possible {
  value: Json;
  /** False if the expression can have another value too. */
  sure: boolean;
  at: number;
  end: number;
}

/** What an expression can be. `open`: it can also be something that the files do not say. */
export interface Values {
  values: Possible[];
  open: boolean;
}

/** The values of names such as `var.public`. Undefined: the files do not say. */
export type HclScope = (path: readonly string[]) => Values | undefined;

const unknown: Values = { values: [], open: true };
const mostValues = 64;

/** Every value that the files allow for an expression. */
export function evaluate(node: Expression, scope: HclScope, depth = 0): Values {
  if (depth > 60) return unknown;
  const inner = (part: Expression) => evaluate(part, scope, depth + 1);
  const one = (value: Json): Values => ({
    values: [{ value, sure: true, at: node.at, end: node.end }],
    open: false,
  });
  switch (node.kind) {
    case 'literal':
      return one(node.value);
    case 'list':
      return listed(node, node.items.map(inner));
    case 'template':
      return template(node, node.parts, inner);
    case 'choice':
      return choice(
        inner(node.test),
        () => inner(node.yes),
        () => inner(node.no),
      );
    case 'reference':
      return scope(node.path) ?? unknown;
    case 'object': {
      const object: Record<string, Json> = {};
      let open = false;
      for (const { key, value } of node.entries) {
        const name = soleText(inner(key));
        const known = sole(inner(value));
        if (name === undefined || known === undefined) open = true;
        else
          Object.defineProperty(object, name, {
            value: known.value,
            enumerable: true,
            configurable: true,
            writable: true,
          });
      }
      return { values: [{ value: object, sure: !open, at: node.at, end: node.end }], open };
    }
    case 'unary': {
      const value = sole(inner(node.value));
      if (!value) return unknown;
      return node.op === '!' ? one(value.value !== true) : one(-Number(value.value));
    }
    case 'binary':
      return binary(node.op, inner(node.left), inner(node.right), one);
    case 'index':
      return pick(inner(node.from), soleValue(inner(node.key)));
    case 'attribute':
      return pick(inner(node.from), node.name);
    case 'call':
      return call(node.name, node.args.map(inner), node, one);
    default:
      return unknown;
  }
}

export const sole = ({ values, open }: Values): Possible | undefined =>
  !open && values.length === 1 && values[0]?.sure ? values[0] : undefined;
const soleValue = (values: Values): Json | undefined => sole(values)?.value;
export const soleText = (values: Values): string | undefined => {
  const value = soleValue(values);
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
};

/** A list holds every value that one of its items can have. */
function listed(node: { at: number; end: number }, items: readonly Values[]): Values {
  const sure = items.every((item) => sole(item) !== undefined);
  const value = items.flatMap(({ values }) => values.map((possible) => possible.value));
  return { values: [{ value, sure, at: node.at, end: node.end }], open: items.some(({ open }) => open) };
}

function template(
  node: Expression,
  parts: readonly (string | Expression)[],
  inner: (part: Expression) => Values,
): Values {
  let texts: { text: string; sure: boolean }[] = [{ text: '', sure: true }];
  for (const part of parts) {
    const values: Values =
      typeof part === 'string'
        ? { values: [{ value: part, sure: true, at: 0, end: 0 }], open: false }
        : inner(part);
    if (values.open || values.values.length === 0) return unknown;
    texts = texts.flatMap(({ text, sure }) =>
      values.values.map((one) => ({ text: text + String(one.value), sure: sure && one.sure })),
    );
    if (texts.length > mostValues) return unknown;
  }
  return {
    values: texts.map(({ text, sure }) => ({ value: text, sure, at: node.at, end: node.end })),
    open: false,
  };
}

function choice(test: Values, yes: () => Values, no: () => Values): Values {
  const known = soleValue(test);
  if (typeof known === 'boolean') return known ? yes() : no();
  return eitherOf([yes(), no()]);
}

/** Any of these. None of the values is sure then. */
export function eitherOf(all: readonly Values[]): Values {
  const values = all.flatMap((one) => one.values.map((possible) => ({ ...possible, sure: false })));
  return { values: values.slice(0, mostValues), open: all.some(({ open }) => open) };
}

function binary(op: string, left: Values, right: Values, one: (value: Json) => Values): Values {
  const a = sole(left);
  const b = sole(right);
  if (!a || !b) return unknown;
  if (op === '==') return one(a.value === b.value);
  if (op === '!=') return one(a.value !== b.value);
  if (op === '&&') return one(a.value === true && b.value === true);
  if (op === '||') return one(a.value === true || b.value === true);
  const [x, y] = [Number(a.value), Number(b.value)];
  if (op === '+') return one(x + y);
  if (op === '-') return one(x - y);
  if (op === '*') return one(x * y);
  return unknown;
}

function pick(from: Values, key: Json | undefined): Values {
  if (typeof key !== 'string' && typeof key !== 'number') return unknown;
  const values = from.values.flatMap((possible) => {
    const { value } = possible;
    const found =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, Json | undefined>)[key]
        : undefined;
    return found === undefined ? [] : [{ ...possible, value: found }];
  });
  return { values, open: from.open || values.length < from.values.length };
}

const merging = [
  'concat',
  'toset',
  'tolist',
  'distinct',
  'flatten',
  'compact',
  'setunion',
  'sort',
  'reverse',
];
const either = ['coalesce', 'try', 'one', 'coalescelist', 'sensitive', 'nonsensitive'];

function call(name: string, args: readonly Values[], node: Expression, one: (value: Json) => Values): Values {
  if (merging.includes(name)) {
    const flat = (value: Json): Json[] => (Array.isArray(value) ? value.flatMap(flat) : [value]);
    const value = args.flatMap(({ values }) => values.flatMap((possible) => flat(possible.value)));
    const sure = args.every((arg) => sole(arg) !== undefined);
    return { values: [{ value, sure, at: node.at, end: node.end }], open: args.some(({ open }) => open) };
  }
  if (either.includes(name)) return args.length === 1 ? (args[0] ?? unknown) : eitherOf(args);
  const texts = args.map(soleText);
  if (texts.some((text) => text === undefined) && name !== 'join') return unknown;
  const [first = '', second = ''] = texts;
  if (name === 'lower') return one(first.toLowerCase());
  if (name === 'upper') return one(first.toUpperCase());
  if (name === 'tostring' || name === 'trimspace') return one(first.trim());
  if (name === 'format') {
    let next = 1;
    return one(first.replace(/%[sdv]/g, () => texts[next++] ?? ''));
  }
  if (name === 'join') {
    const list = args[1] && soleValue(args[1]);
    return Array.isArray(list) && texts[0] !== undefined ? one(list.map(String).join(first)) : unknown;
  }
  if (name === 'replace' && texts.length === 3 && !second.startsWith('/'))
    return one(first.replaceAll(second, texts[2] ?? ''));
  return unknown;
}
