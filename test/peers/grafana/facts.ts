import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The fields of each interface by name; a name that ends with `?` may be missing. The words of each enum. */
export interface Facts {
  source: string;
  interfaces: Record<string, Record<string, string>>;
  enums: Record<string, (string | number)[]>;
}

export const factsFile = join(import.meta.dirname, 'facts.json');
export const facts = (): Facts => JSON.parse(readFileSync(factsFile, 'utf8')) as Facts;

/** What is wrong with a value, by the types that Grafana publishes. */
export function problemsOf(known: Facts, value: unknown, type: string, at = 'dashboard'): string[] {
  const text = type.trim();
  const union = splitUnion(text);
  if (union.length > 1) {
    const found = union.map((one) => problemsOf(known, value, one, at));
    return found.some((list) => list.length === 0)
      ? []
      : (found.sort((a, b) => a.length - b.length)[0] as string[]);
  }
  if (text.startsWith('(') && text.endsWith(')')) return problemsOf(known, value, text.slice(1, -1), at);
  const wrong = (expected: string) => [
    `${at}: expected ${expected}, found ${JSON.stringify(value)?.slice(0, 60)}`,
  ];
  if (text === 'any') return [];
  if (text.endsWith('[]'))
    return Array.isArray(value)
      ? value.flatMap((item, i) => problemsOf(known, item, text.slice(0, -2), `${at}[${i}]`))
      : wrong('a list');
  if (text === 'null') return value === null ? [] : wrong('null');
  if (['string', 'number', 'boolean'].includes(text)) return typeof value === text ? [] : wrong(text);
  if (/^".*"$/.test(text)) return value === JSON.parse(text) ? [] : wrong(text);
  const words = known.enums[text];
  if (words) return words.includes(value as string) ? [] : wrong(`one of ${words.join(', ')}`);
  const member = /^(\w+\.\w+)\.\w+$/.exec(text)?.[1];
  if (member && known.enums[member]) return problemsOf(known, value, member, at);
  const fields = known.interfaces[text];
  if (!fields) return [`${at}: the type ${text} is not known`];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(text);
  const given = value as Record<string, unknown>;
  const names = Object.keys(fields).map((name) => name.replace(/\?$/, ''));
  return [
    ...Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name) => `${at}.${name}: ${text} has no such field`),
    ...Object.entries(fields).flatMap(([name, inner]) => {
      const field = name.replace(/\?$/, '');
      if (given[field] === undefined) return name.endsWith('?') ? [] : [`${at}.${field}: missing`];
      return problemsOf(known, given[field], special(given, field) ?? inner, `${at}.${field}`);
    }),
  ];
}

/** Fields whose type depends on the kind of the panel. The types themselves say `any`. */
function special(owner: Record<string, unknown>, field: string): string | undefined {
  if (field === 'targets') return 'prometheus.Dataquery[]';
  if (field === 'options' && typeof owner.type === 'string') return `${owner.type}.Options`;
  if (field === 'custom') return 'common.GraphFieldConfig';
  return undefined;
}

function splitUnion(text: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    if ('(<{'.includes(text[i] as string)) depth++;
    if (')>}'.includes(text[i] as string)) depth--;
    if (text[i] === '|' && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...parts, text.slice(from)];
}
