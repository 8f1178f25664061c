/** The contexts and functions that GitHub's expressions use. */

export interface Used {
  contexts: string[];
  functions: string[];
}

/** Functions of the language itself, which are allowed wherever an expression is. */
const builtIn = ['contains', 'endsWith', 'format', 'fromJSON', 'join', 'startsWith', 'toJSON', 'case'];
const literals = ['true', 'false', 'null', 'NaN', 'Infinity'];

const same = (a: string) => (b: string) => a.toLowerCase() === b.toLowerCase();

export function usedBy(expression: string): Used {
  const used: Used = { contexts: [], functions: [] };
  const code = expression.replace(/'(?:[^']|'')*'/g, "''");
  for (const match of code.matchAll(/(?<![\w.-])[A-Za-z_][\w-]*/g)) {
    const [name] = match;
    const isCall = /^\s*\(/.test(code.slice(match.index + name.length));
    if (isCall && !builtIn.some(same(name))) used.functions.push(name);
    if (!isCall && !literals.some(same(name))) used.contexts.push(name);
  }
  return used;
}

/** The expressions in a text. Throws if one does not end. */
export function expressionsIn(text: string): string[] {
  const found = [...text.matchAll(/\$\{\{((?:'(?:[^']|'')*'|[^'])*?)\}\}/g)].map(
    ([, inner]) => inner as string,
  );
  if (found.length !== text.split('${{').length - 1)
    throw new Error(`an expression in "${text}" does not end`);
  return found;
}
