import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
// @ts-expect-error A script without types.
import { entryFile, headOf } from '../scripts/build/lazy.mjs';
import { version } from '../src/domain/product.ts';
import { node20 } from './support/node-20.ts';

/** The package of the command line: small, without dependencies, and the same from a file, from git and from a clone. */

const root = join(import.meta.dirname, '..');
const built = join(process.env.BACKSTAY_BUILT || root, 'dist');
const folder = mkdtempSync(join(tmpdir(), 'bs-package-'));
const clone = join(folder, 'clone');
/** npm may use neither its cache nor the network, so a package that is not in the folder cannot come from anywhere. */
const offline = [
  '--offline',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  `--cache=${join(folder, 'cache')}`,
];

function npm(argv: string[], cwd: string): string {
  return execFileSync('npm', [...argv, ...offline], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Installs from an address into an empty project and returns its folder. */
function install(name: string, address: string): string {
  const project = join(folder, name);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"name":"user","version":"1.0.0","private":true}');
  npm(['install', address], project);
  return project;
}

const packages = (project: string) =>
  readdirSync(join(project, 'node_modules')).filter((entry) => !entry.startsWith('.'));
const run = (project: string, ...argv: string[]) =>
  spawnSync(join(project, 'node_modules/.bin/backstay'), argv, { encoding: 'utf8' });

beforeAll(() => {
  mkdirSync(clone);
  cpSync(built, join(clone, 'dist'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json', 'LICENSE', 'README.md'])
    cpSync(join(root, file), join(clone, file));
  const git = (...argv: string[]) => execFileSync('git', argv, { cwd: clone, stdio: 'ignore' });
  git('init', '--initial-branch=main');
  git('add', '--all');
  git('-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--message=all');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('nothing is a dependency at run time', () => {
  const { dependencies, optionalDependencies, bin, workspaces, scripts } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  expect([dependencies, optionalDependencies, bin]).toEqual([
    undefined,
    undefined,
    { backstay: 'dist/cli.js' },
  ]);
  // npm prepares a package from git with all development dependencies if it has workspaces or one of these scripts.
  const prepares = ['build', 'install', 'postinstall', 'preinstall', 'prepack', 'prepare'];
  expect([workspaces, Object.keys(scripts).filter((name) => prepares.includes(name))]).toEqual([
    undefined,
    [],
  ]);
});

/** The chunks that the command line loads, at once or later. */
function loadedByVerbs(): Set<string> {
  const found = new Set<string>();
  const groups = [
    ...readFileSync(join(built, 'index.js'), 'utf8').matchAll(/\[((?:\w+\.e\("[^"]+"\),?)+)\]/g),
  ];
  const group = groups.map(([, chunks = '']) => chunks).find((chunks) => chunks.includes('"cli-main.js"'));
  const next = [...(group ?? '').matchAll(/"([^"]+)"/g)].map(([, name]) => name as string);
  expect(next).toContain('cli-main.js');
  next.push(entryFile);
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const code = readFileSync(join(built, name), 'utf8');
    next.push(
      ...headOf(code).needs,
      ...[...code.matchAll(/\.e\("([^"]+)"\)/g)].map(([, chunk]) => chunk as string),
    );
  }
  return found;
}

describe('a package file', () => {
  let packed: { filename: string; size: number; files: { path: string }[] };
  beforeAll(() => {
    [packed] = JSON.parse(npm(['pack', '--json'], clone));
  });

  test('has at most 1 MB, and only what runs', () => {
    expect(packed.size).toBeGreaterThan(300_000);
    expect(packed.size).toBeLessThanOrEqual(1_000_000);
    const other = packed.files.map(({ path }) => path).filter((path) => !path.startsWith('dist/'));
    expect(other.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
  });

  test('leaves out what no verb loads, and the client library of Cloud Functions, which only a deploy loads', () => {
    const held = packed.files.map(({ path }) => path.replace('dist/', ''));
    const left = readdirSync(built).filter((name) => name.endsWith('.js') && !held.includes(name));
    const verbs = loadedByVerbs();
    const unused = readdirSync(built).filter(
      (name) => name.endsWith('.js') && !verbs.has(name) && !['index.js', 'cli.js'].includes(name),
    );
    const client = /google-gax|google-cloud-functions|google-logging-utils/;
    expect(left.filter((name) => !client.test(name)).sort()).toEqual(unused.sort());
  });

  test('only the entry of the actions loads the chunks of a release', () => {
    const loaders = readdirSync(built)
      .filter((name) => name.endsWith('.js') && !name.startsWith('actions-release'))
      .filter((name) => readFileSync(join(built, name), 'utf8').includes('e("actions-release'));
    expect(loaders).toEqual(['index.js']);
  });

  test('runs after an installation that could download nothing', () => {
    const project = install('from-file', join(clone, packed.filename));
    expect(packages(project)).toEqual(['backstay-release']);
    expect(run(project, 'version')).toMatchObject({ status: 0, stdout: `backstay ${version}\n`, stderr: '' });
    expect(run(project, 'rollback', '--nmae', 'x')).toMatchObject({ status: 2 });
  });
});

test('a git address needs no build, and no tool of this repository', () => {
  const project = install('from-git', `git+file://${clone}#main`);
  expect(packages(project)).toEqual(['backstay-release']);
  expect(run(project, 'help')).toMatchObject({ status: 0, stderr: '' });
});

test('npx runs it from a clone without an installation', () => {
  const said = npm(['exec', '--yes', '--', '.', 'version'], clone);
  expect(said).toBe(`backstay ${version}\n`);
  expect(existsSync(join(clone, 'node_modules'))).toBe(false);
});

const oldest = node20();
const onNode20 = oldest ? test : test.skip;
onNode20(
  `it starts on Node 20${oldest ? '' : ' (skipped: there is none on this machine; set NODE20 to its path)'}`,
  () => {
    for (const argv of [['help'], ['help', 'status'], ['version', '--json']]) {
      const ran = spawnSync(oldest as string, [join(built, 'cli.js'), ...argv], { encoding: 'utf8' });
      expect([ran.status, ran.stderr]).toEqual([0, '']);
    }
  },
);
