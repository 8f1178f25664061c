import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { modulesFrom } from './support/module-graph.ts';

/**
 * What each entry of the bundle loads before it does anything, counted and not timed: what its own source imports, and
 * nothing that only another action needs. `npm run bench -- start` measures what that costs in time.
 */

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const code = read('dist/index.js');

/** The modules of src in each chunk, from the map beside the bundle. */
const modulesIn = new Map(
  [...read('dist/README.md').matchAll(/^\| `([^`]+)` \| \d+ \| (.*) \| .* \|$/gm)].map(
    ([, file = '', own = '']) => [file, own.split(', ').filter(Boolean)] as const,
  ),
);

const chunksIn = (text: string) => [...text.matchAll(/\.e\("([^"]+)"\)/g)].map(([, name]) => name as string);

interface Entry {
  chunks: string[];
  /** The files of src that the entry imports itself. */
  sources: string[];
}

/** The exported functions of src/index.ts, with their chunks in the bundle. */
const entries: Record<string, Entry> = (() => {
  const exported = [...code.matchAll(/\.d\(\w+,\{((?:\w+:\(\)=>[\w$]+,?)+)\}\)/g)]
    .map(([, names = '']) => names)
    .find((names) => /\bauthPost:/.test(names));
  const runner = /async function [\w$]+\(\w+,(\w+),\w+\)\{.*?,\1\(\)\]/.exec(code)?.[0];
  if (exported === undefined || runner === undefined) throw new Error('dist/index.js has another shape.');
  return Object.fromEntries(
    [...exported.matchAll(/(\w+):\(\)=>([\w$]+)/g)].map(([, name = '', variable]) => {
      const own = code.slice(code.indexOf(exported));
      const body =
        new RegExp(`[, ]${(variable ?? '').replaceAll('$', '\\$')}=(.*?)\\.then\\(`).exec(own)?.[1] ?? '';
      const source = new RegExp(`export const ${name} = [\\s\\S]*?import\\('\\./([^']+)'\\)`).exec(
        read('src/index.ts'),
      )?.[1];
      // An action runs through the runner. The command line has its own way.
      const byRunner =
        read('src/index.ts').includes(`export const ${name} = () =>\n  run(`) ||
        read('src/index.ts').includes(`export const ${name} = () => run(`);
      return [
        name,
        {
          chunks: [...new Set([...(byRunner ? chunksIn(runner) : []), ...chunksIn(body)])],
          sources: [`src/${source}`, ...(byRunner ? ['src/runner/run.ts'] : [])],
        },
      ];
    }),
  );
})();

const modulesOf = ({ chunks }: Entry) => [...new Set(chunks.flatMap((name) => modulesIn.get(name) ?? []))];
const bytesOf = ({ chunks }: Entry) =>
  ['index.js', ...chunks].reduce((sum, name) => sum + statSync(join(dist, name)).size, 0);
const named = Object.entries(entries);

/** Bytes that an entry may load before its first line runs, the runner's own among them. More is a decision. One that is not listed may load 450 000. */
const most: Record<string, number> = {
  auth: 255_000,
  authPost: 255_000,
  deploy: 460_000,
  guard: 366_000,
  check: 630_000,
  release: 950_000,
  releasePost: 356_000,
  rollback: 336_000,
  smokeTest: 665_000,
  watch: 330_000,
  cli: 72_000,
};

describe('what an entry loads', () => {
  test('every action is an entry, and the map lists all that its chunks hold', () => {
    const stubs = readdirSync(join(root, 'actions'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /(main|post)\.js$/.test(name))
      .map((name) => /\.(\w+)\(\)/.exec(read(`actions/${name}`))?.[1] ?? name);
    expect(stubs.length).toBeGreaterThan(8);
    expect(stubs.filter((name) => !(name in entries))).toEqual([]);
    for (const [, { chunks }] of named) expect(chunks.filter((name) => !modulesIn.has(name))).toEqual([]);
    // An older map lists six modules of each chunk, and `N more`: run `npm run bundle`.
    expect([...modulesIn.values()].flat().filter((name) => / more$/.test(name))).toEqual([]);
  });

  test.each(named)('%s loads what it imports, whatever other actions there are', (_, entry) => {
    const own = new Set(
      modulesFrom(entry.sources, { lazy: false }).map((file) => file.replace(/^src\/|\.ts$/g, '')),
    );
    const loaded = modulesOf(entry);
    expect(loaded.length).toBeGreaterThan(20);
    expect(loaded.filter((name) => !own.has(name))).toEqual([]);
  });

  test.each(named)('%s loads few bytes', (name, entry) => {
    expect(bytesOf(entry)).toBeGreaterThan(20_000);
    expect(bytesOf(entry)).toBeLessThan(most[name] ?? 450_000);
  });

  test('what knows of every action is small: the entry, and the table of inputs', () => {
    const shared = modulesFrom(['src/inputs/table.ts'], { lazy: false }).filter((file) =>
      file.startsWith('src/inputs/groups/'),
    );
    const bytes = shared.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(90_000);
    expect(code.length).toBeLessThan(30_000);
  });
});

test('the bundle asks for no package at run time, except for one that nothing loads', () => {
  const wanted = readdirSync(dist)
    .filter((name) => /\.c?js$/.test(name))
    .flatMap((name) => [...read(`dist/${name}`).matchAll(/(?:require|import)\("([^"]+)"\)/g)])
    .map(([, name = '']) => name)
    .filter((name) => !isBuiltin(name) && !name.startsWith('.'));
  expect([...new Set(wanted)].sort()).toEqual(['node-fetch']);
});

test('the whole suite has at most 1.5 MB, packed', () => {
  const packed = readdirSync(dist).reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length,
    0,
  );
  console.log(`dist/ has ${packed} bytes, packed, in ${readdirSync(dist).length} files.`);
  expect(packed).toBeGreaterThan(500_000);
  expect(packed).toBeLessThan(1_500_000);
});
