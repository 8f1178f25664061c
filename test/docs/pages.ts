import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The pages that people read, without those that a run wrote (docs/gallery). */

export const root = join(import.meta.dirname, '../..');
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

export const pages: readonly string[] = [
  '*.md',
  'actions/*/README.md',
  'docs/**/*.md',
  'examples/*.md',
  'examples/*/*.md',
  'terraform/*.md',
]
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !/^docs\/gallery\/.+-|^docs\/gallery\/(?!README)/.test(path))
  .sort();

export interface Block {
  /** Where a reader finds it, such as `README.md:6`. */
  place: string;
  language: string;
  text: string;
}

/** The fenced blocks of a page, without the indent of the list that they stand in. */
export function blocks(page: string): Block[] {
  const text = read(page);
  return [...text.matchAll(/^([ \t]*)```(\w*)[^\n]*\n([\s\S]*?)^\1```/gm)].map((match) => {
    const [, indent = '', language = '', body = ''] = match;
    const lines = body.split('\n');
    return {
      place: `${page}:${text.slice(0, match.index).split('\n').length}`,
      language,
      text: lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join('\n'),
    };
  });
}

export const allBlocks = (...languages: string[]): Block[] =>
  pages.flatMap(blocks).filter(({ language }) => languages.includes(language));
