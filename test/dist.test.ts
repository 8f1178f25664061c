import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
// @ts-expect-error A script without types.
import { entryFile, headOf } from '../scripts/build/lazy.mjs';
import { largestArchive } from '../scripts/release/stage.ts';
import { leftOut } from '../scripts/release/stamp.ts';

/** Checks the committed bundle: every file in dist/ is on its map, and the licences of its packages are there. */

interface Head {
  ids: string[];
  needs: string[];
  modules: Record<string, [start: number, length: number, line: number, names?: string]>;
}

const dist = join(import.meta.dirname, '../dist');
const page = readFileSync(join(dist, 'README.md'), 'utf8');
const rows = [...page.matchAll(/^\| `([^`]+)` \| (\d+) \| (.*) \| (.*) \|$/gm)].map(
  ([, file, , own, packages]) => ({
    file: file as string,
    own: own as string,
    packages: (packages as string).trim().split(', ').filter(Boolean),
  }),
);

describe('dist/', () => {
  test('every file is on the map, and the map names nothing else', () => {
    const scripts = readdirSync(dist).filter(
      (name) => name.endsWith('.js') && !['index.js', 'cli.js'].includes(name),
    );
    expect(rows.map(({ file }) => file).sort()).toEqual(scripts.sort());
  });

  test('no file has a bare number for a name', () => {
    expect(readdirSync(dist).filter((name) => /^\d+\./.test(name))).toEqual([]);
  });

  test('the licence of every bundled package is there', () => {
    const licences = readFileSync(join(dist, 'licenses.txt'), 'utf8').split('\n');
    const packages = new Set(rows.flatMap((row) => row.packages));
    expect(packages.size).toBeGreaterThan(20);
    expect([...packages].filter((name) => !licences.includes(name))).toEqual([]);
  });

  test.each(rows)('$file defines exactly the modules of its first line', ({ file }) => {
    const text = readFileSync(join(dist, file), 'utf8');
    const { modules }: Head = headOf(text);
    const exported: { modules?: Record<string, () => unknown> } = {};
    new Function('exports', text)(exported);
    expect(Object.keys(exported.modules ?? {})).toEqual(Object.keys(modules));
    const body = text.slice(text.indexOf('\n') + 1);
    for (const [id, [start, length, line]] of Object.entries(modules)) {
      expect(body.slice(start, start + length)).toBe(String(exported.modules?.[id]));
      expect(body.slice(0, start).split('\n').length).toBe(line);
      expect(body[start - 1]).toBe('\n');
    }
  });

  test('chunks are loaded by their names, and by nothing else', () => {
    const scripts = readdirSync(dist).filter((name) => name.endsWith('.js'));
    const codes = scripts.map((name) => readFileSync(join(dist, name), 'utf8'));
    const loaded = new Set(
      codes.flatMap((code) => [...code.matchAll(/\.e\("([^"]+)"\)/g)].map(([, name]) => name)),
    );
    const heads = new Map<string, Head>(
      rows.map(({ file }) => [file, headOf(readFileSync(join(dist, file), 'utf8'))]),
    );
    const needed = new Set([...heads.values()].flatMap(({ needs }) => needs));
    expect(rows.filter(({ file }) => loaded.has(file) === needed.has(file)).map(({ file }) => file)).toEqual([
      entryFile,
    ]);
    for (const { file } of rows.filter(({ file }) => loaded.has(file)))
      expect(heads.get(file)?.ids).toContain(file);
    expect([...loaded].filter((name) => !scripts.includes(name as string))).toEqual([]);
  });
});

test('what a runner downloads at a tag has at most 1.5 MB', () => {
  const git = (argv: string[]) =>
    execFileSync('git', argv, { cwd: join(dist, '..'), maxBuffer: 100 * 1024 * 1024 });
  const left = leftOut.map((folder) => `:(exclude)${folder}`);
  const archive = gzipSync(git(['archive', '--format=tar', 'HEAD', '--', '.', ...left]), { level: 9 });
  expect(archive.length).toBeGreaterThan(500_000);
  expect(archive.length).toBeLessThan(largestArchive);
});
