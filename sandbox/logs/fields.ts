import { invalidArgument } from '../core/errors.ts';

interface Tree {
  [name: string]: Tree;
}

/** Parses Google's partial response, such as `entries(insertId,httpRequest/status),nextPageToken`, with dots or slashes. */
function parseFields(text: string): Tree {
  let at = 0;
  const list = (): Tree => {
    const tree: Tree = {};
    for (;;) {
      let name = /^[\w*@$-]+(?:[./][\w*@$-]+)*/.exec(text.slice(at))?.[0];
      if (!name) throw invalidArgument(`Invalid field selection ${text}`);
      at += name.length;
      name = name.replaceAll('/', '.');
      let inner = tree;
      for (const part of name.split('.')) {
        inner[part] ??= {};
        inner = inner[part] as Tree;
      }
      if (text[at] === '(') {
        at++;
        Object.assign(inner, list());
        if (text[at++] !== ')') throw invalidArgument(`Invalid field selection ${text}`);
      }
      if (text[at] !== ',') return tree;
      at++;
    }
  };
  const tree = list();
  if (at < text.length) throw invalidArgument(`Invalid field selection ${text}`);
  return tree;
}

function pick(value: unknown, tree: Tree): unknown {
  if (Object.keys(tree).length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => pick(item, tree));
  if (value === null || typeof value !== 'object') return value;
  const all = tree['*'];
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, content]) => {
      const inner = tree[key] ?? all;
      return inner ? [[key, pick(content, inner)]] : [];
    }),
  );
}

/** Reduces the answer to the `fields` (or `$fields`) of the query. */
export function partial(query: URLSearchParams, body: unknown): unknown {
  const fields = query.get('fields') ?? query.get('$fields');
  return fields ? pick(body, parseFields(fields)) : body;
}
