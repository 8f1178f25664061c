import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
// @ts-expect-error A script without types.
import { entryFile, headOf } from '../scripts/build/lazy.mjs';
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

/** A chunk, and the files with modules of several chunks that it needs. */
const withRequired = (chunk: string): string[] => [chunk, ...headOf(read(`dist/${chunk}`)).needs];

/** The chunks with the inputs of an action, and where they are in src. */
function inputsOf(action: string): Entry {
  const code = read('dist/runner-run.js');
  const own = new RegExp(`[{,]"?${action}"?:\\(\\)=>(.*?)\\.then\\(`).exec(code)?.[1];
  const whole = /\(await ([^;]*?)\.then\([^;]*?\)\)\.wholeTable/.exec(code)?.[1];
  if (whole === undefined) throw new Error('dist/runner-run.js has another shape.');
  return {
    chunks: chunksIn(own ?? whole),
    sources: [own === undefined ? 'src/inputs/table.ts' : `src/inputs/of/${action}.ts`],
  };
}

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
      // An action runs through the runner, which loads its inputs. The command line has its own way.
      const action = new RegExp(`export const ${name} = \\(\\) =>\\s+run\\('([^']+)'`).exec(
        read('src/index.ts'),
      )?.[1];
      const inputs = action && inputsOf(action);
      const byRunner = inputs ? [...chunksIn(runner), ...inputs.chunks] : [];
      return [
        name,
        {
          chunks: [...new Set([...byRunner, ...chunksIn(body)].flatMap(withRequired))],
          sources: [`src/${source}`, ...(inputs ? ['src/runner/run.ts', ...inputs.sources] : [])],
        },
      ];
    }),
  );
})();

const modulesOf = ({ chunks }: Entry) => [...new Set(chunks.flatMap((name) => modulesIn.get(name) ?? []))];
/** The code of the files that an entry reads. The first line of each lists its modules. */
const bytesOf = ({ chunks }: Entry) =>
  [entryFile, ...chunks].reduce(
    (sum, name) => sum + read(`dist/${name}`).replace(/^.*\n/, '').length,
    code.length,
  );
const named = Object.entries(entries);

/** Code that an entry may read before its first line runs, the runner's own and the inputs among it. More is a decision. One that is not listed may read 450 000. */
const most: Record<string, number> = {
  auth: 168_500,
  authPost: 168_500,
  capacity: 684_000,
  capacityPost: 271_000,
  check: 552_000,
  cli: 79_000,
  deploy: 430_000,
  doctor: 312_000,
  drill: 196_000,
  drillPost: 186_000,
  gateway: 381_000,
  guard: 293_000,
  logs: 189_000,
  pipeline: 287_000,
  pipelinePost: 152_000,
  posture: 380_000,
  // It compiles two thirds of this before its first call.
  release: 1_050_000,
  releasePost: 384_000,
  rollback: 325_000,
  slo: 203_000,
  smokeTest: 636_000,
  watch: 307_000,
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

  test.each(named)('%s reads little code', (name, entry) => {
    expect(bytesOf(entry)).toBeGreaterThan(20_000);
    expect(bytesOf(entry)).toBeLessThan(most[name] ?? 450_000);
  });

  test('what knows of every action is small: the entry, which all load, and the table of inputs, which no action loads', () => {
    const shared = modulesFrom(['src/inputs/table.ts'], { lazy: false }).filter((file) =>
      file.startsWith('src/inputs/groups/'),
    );
    const bytes = shared.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(110_000);
    // Node parses it all before an action begins.
    expect(code.length).toBeLessThan(15_000);
  });
});

test('the bundle asks for no package at run time', () => {
  const wanted = readdirSync(dist)
    .filter((name) => /\.c?js$/.test(name))
    .flatMap((name) => [...read(`dist/${name}`).matchAll(/(?:require|import)\("([^"]+)"\)/g)])
    .map(([, name = '']) => name)
    .filter((name) => !isBuiltin(name) && !name.startsWith('.'));
  expect([...new Set(wanted)].sort()).toEqual([]);
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
