import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

/** Every workflow that this project publishes: its own, the examples, and the snippets on its pages, made whole. */

const root = join(import.meta.dirname, '../../..');

export interface Published {
  /** Where a reader finds it, such as `README.md:6`. */
  place: string;
  /** File name, unique. */
  file: string;
  text: string;
}

const indented = (text: string, by: number) =>
  text
    .split('\n')
    .map((line) => (line.trim() === '' ? line : ' '.repeat(by) + line))
    .join('\n');

const shell = (job: string) => `name: snippet
on: push
permissions: {}
concurrency:
  group: snippet
  cancel-in-progress: false
jobs:
  snippet:
    name: Snippet
    runs-on: ubuntu-latest
    timeout-minutes: 10
${job}`;

/** A whole workflow from a snippet, or undefined if the snippet is no part of one. */
function whole(snippet: string, action: string): string | undefined {
  const value: unknown = parse(snippet);
  if (Array.isArray(value)) return shell(`    permissions: {}\n    steps:\n${indented(snippet, 6)}`);
  const keys = Object.keys(value as object);
  if (keys.includes('jobs')) return snippet;
  if (keys.includes('steps')) return shell(indented(snippet, 4));
  if (keys.includes('with'))
    return shell(`    permissions: {}\n    steps:\n      - uses: ${action}\n${indented(snippet, 8)}`);
  return undefined;
}

const withoutIndent = (text: string) => {
  const lines = text.split('\n');
  const least = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(least)).join('\n');
};

function snippets(page: string): Published[] {
  const text = readFileSync(join(root, page), 'utf8');
  const folder = /^actions\/[\w-]+(?=\/)/.exec(page)?.[0] ?? '';
  return [...text.matchAll(/^([ \t]*)```ya?ml\n([\s\S]*?)^\1```/gm)].flatMap((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    const made = whole(withoutIndent(match[2] ?? ''), `${join('backstay-release/backstay', folder)}@v1`);
    if (made === undefined) return [];
    const file = `${page.replaceAll(/[^\w]+/g, '-')}-${line}.yml`;
    return [{ place: `${page}:${line}`, file, text: made }];
  });
}

const paths = (pattern: string) =>
  globSync(pattern, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();

export const pages = () =>
  ['*.md', 'actions/*/README.md', 'docs/**/*.md', 'examples/*.md', 'examples/*/*.md']
    .flatMap(paths)
    .filter((page) => !page.startsWith('docs/gallery/'));

export function published(): Published[] {
  const files = ['.github/workflows/*.yml', 'examples/workflows/*.yml'].flatMap(paths);
  return [
    ...files.map((path) => ({
      place: path,
      file: path.replaceAll('/', '-').replace(/^\.+/, ''),
      text: readFileSync(join(root, path), 'utf8'),
    })),
    // The page of the checks shows what is wrong, and only as much of a workflow as that takes.
    ...pages()
      .filter((page) => page !== 'docs/reference/checks.md')
      .flatMap(snippets),
  ];
}

/** The files that a runner reads as actions. */
export const actionFiles = () => ['action.yml', ...paths('actions/*/action.yml')];

/** Lays everything out as a repository has it, because the linters look only there. */
export function layOut(folder: string): string[] {
  const made = published().map(({ file, text }) => ({ path: join('.github/workflows', file), text }));
  // A linter looks for the scripts of an action that a workflow of its own repository uses.
  const actions = [...actionFiles(), ...paths('actions/*/{main,post}.js')].map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }));
  for (const { path, text } of [...made, ...actions]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return made.map(({ path }) => path);
}
