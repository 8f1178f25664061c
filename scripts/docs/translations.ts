import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { followed } from './translations/follow.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Marks every page of docs/ko whose English page has changed. scripts/docs.mjs runs this last. */
export function generate(): Record<string, string> {
  const pages = globSync('docs/ko/**/*.md', { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  return Object.fromEntries(pages.map((path) => [path, followed(path, read(path), read)]));
}
