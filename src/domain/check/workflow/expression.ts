/** GitHub's expressions, evaluated as far as a file can: with the values that are known before a run. */

/** Undefined: only a run knows. */
export type Known = string | boolean | number | null | undefined;
export type Lookup = (name: string) => Known;

type Token = { kind: 'op' | 'name' | 'text' | 'number'; text: string };

const pattern =
  /\s*(?:(&&|\|\||==|!=|<=|>=|[<>!(),[\]])|('(?:[^']|'')*')|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w-]*(?:\.(?:[\w-]+|\*))*))/y;

function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  let at = 0;
  while (text.slice(at).trim() !== '') {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match || tokens.length > 500) return undefined;
    at = pattern.lastIndex;
    const [, op, quoted, number, name] = match;
    if (op) tokens.push({ kind: 'op', text: op });
    else if (quoted) tokens.push({ kind: 'text', text: quoted.slice(1, -1).replaceAll("''", "'") });
    else if (number) tokens.push({ kind: 'number', text: number });
    else tokens.push({ kind: 'name', text: name ?? '' });
  }
  return tokens;
}

/** What `${{ text }}` is, or undefined if only a run knows. Never throws. */
export function evaluateExpression(text: string, lookup: Lookup): Known {
  const tokens = tokensOf(text);
  if (!tokens) return undefined;
  let at = 0;
  let depth = 0;
  const peek = () => tokens[at];
  const take = (op: string): boolean => {
    const hit = peek()?.kind === 'op' && peek()?.text === op;
    if (hit) at++;
    return hit;
  };
  const or = (): Known => {
    if (++depth > 60) return undefined;
    let left = and();
    while (take('||')) {
      const right = and();
      left =
        isTrue(left) === undefined
          ? isTrue(right) === true && left === undefined
            ? undefined
            : undefined
          : isTrue(left)
            ? left
            : right;
    }
    depth--;
    return left;
  };
  const and = (): Known => {
    let left = compare();
    while (take('&&')) {
      const right = compare();
      if (isTrue(left) === false) continue;
      if (isTrue(left) === undefined) left = isTrue(right) === false ? false : undefined;
      else left = right;
    }
    return left;
  };
  const compare = (): Known => {
    const left = unary();
    for (const op of ['==', '!=']) {
      if (!take(op)) continue;
      const right = unary();
      if (left === undefined || right === undefined) return undefined;
      return same(left, right) === (op === '==');
    }
    for (const op of ['<=', '>=', '<', '>'])
      if (take(op)) {
        unary();
        return undefined;
      }
    return left;
  };
  const unary = (): Known => {
    if (take('!')) {
      const value = isTrue(unary());
      return value === undefined ? undefined : !value;
    }
    if (take('(')) {
      const value = or();
      take(')');
      return value;
    }
    const token = tokens[at++];
    if (!token || token.kind === 'op') return undefined;
    if (token.kind === 'text') return token.text;
    if (token.kind === 'number') return Number(token.text);
    if (take('(')) {
      const values: Known[] = [];
      while (at < tokens.length && !take(')')) {
        values.push(or());
        take(',');
      }
      return call(token.text, values);
    }
    let indexed = false;
    while (take('[')) {
      or();
      take(']');
      indexed = true;
    }
    if (indexed) return undefined;
    if (token.text === 'true') return true;
    if (token.text === 'false') return false;
    if (token.text === 'null') return null;
    return lookup(token.text);
  };
  const value = or();
  return at < tokens.length ? undefined : value;
}

function call(name: string, values: readonly Known[]): Known {
  if (values.some((value) => value === undefined)) return name === 'always' ? true : undefined;
  const [a, b] = values.map((value) => String(value).toLowerCase());
  switch (name.toLowerCase()) {
    case 'always':
      return true;
    case 'startswith':
      return (a ?? '').startsWith(b ?? '');
    case 'endswith':
      return (a ?? '').endsWith(b ?? '');
    case 'contains':
      return (a ?? '').includes(b ?? '');
    case 'format':
      return String(values[0]).replace(/\{(\d+)\}/g, (_, index: string) =>
        String(values[Number(index) + 1] ?? ''),
      );
    default:
      return undefined;
  }
}

export const isTrue = (value: Known): boolean | undefined =>
  value === undefined ? undefined : !(value === false || value === null || value === '' || value === 0);

/** GitHub compares texts without regard to case. */
const same = (a: Known, b: Known): boolean =>
  typeof a === 'string' && typeof b === 'string'
    ? a.toLowerCase() === b.toLowerCase()
    : String(a) === String(b);

/** The single expression of a text such as `${{ inputs.x }}`. */
export const soleExpression = (text: string): string | undefined =>
  /^\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(text)?.[1]?.trim();

/** A text with the values of its expressions, or undefined if one of them is not known. */
export function interpolate(text: string, lookup: Lookup): string | undefined {
  let known = true;
  const result = text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => {
    const value = evaluateExpression(expression, lookup);
    if (value === undefined) known = false;
    return String(value ?? '');
  });
  return known ? result : undefined;
}
