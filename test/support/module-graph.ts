import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Which modules a file of this repository loads. */

const root = join(import.meta.dirname, '../..');

export const target = (file: string, specifier: string) =>
  relative(root, resolve(root, dirname(file), specifier));

/** What a file loads at once, or also what it loads lazily. An import of types alone loads nothing. */
export function loads(file: string, { lazy }: { lazy: boolean }): string[] {
  const text = readFileSync(join(root, file), 'utf8')
    .replace(/^(?:import|export) type [^;]*? from '[^']+';/gm, '')
    .replace(/\btypeof import\(/g, '(');
  const pattern = lazy
    ? /(?:from\s+|import\s*\(\s*|import\s+)'([^']+)'/g
    : /(?:from\s+|^import\s+)'([^']+)'/gm;
  return [...text.matchAll(pattern)].map((match) => match[1] as string);
}

/** Every file that these files lead to, themselves included. */
export function modulesFrom(files: readonly string[], options: { lazy: boolean }): string[] {
  const found = new Set(files);
  for (const file of found)
    for (const name of loads(file, options)) if (name.startsWith('.')) found.add(target(file, name));
  return [...found];
}
