import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { uploadSet } from '../../src/gcp/source/upload-set.ts';
import { createTrees } from '../../src/git/trees.ts';

/** The working copy and a commit, read with a real git. */

let root: string;
const environment = { PATH: process.env.PATH, HOME: '/nonexistent' };
const trees = (folder = root) => createTrees({ root: folder, environment, upload: uploadSet });
const put = (name: string, text: string) => {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
};
const git = (...args: string[]) =>
  execFileSync(
    'git',
    ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'init.defaultBranch=main', ...args],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  ).trim();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bs-trees-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('reads the working copy, without what git ignores, and the merge base', () => {
  put('.github/workflows/w.yml', 'on: push\n');
  put('.gitignore', 'out/\n');
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'one');
  git('checkout', '-qb', 'topic');
  put('.github/workflows/w.yml', 'on: pull_request\n');
  put('out/x.tf', 'a = 1\n');
  put('new.tf', 'b = 2\n');
  const head = trees().head();
  expect(head.paths).toEqual(['.github/workflows/w.yml', '.gitignore', 'new.tf']);
  expect(head.text('.github/workflows/w.yml')).toBe('on: pull_request\n');
  const base = trees().base('main');
  if (!('repository' in base)) throw new Error(base.problem);
  expect(base.commit).toBe(git('rev-parse', 'main'));
  expect(base.repository.paths).toEqual(['.github/workflows/w.yml', '.gitignore']);
  expect(base.repository.text('.github/workflows/w.yml')).toBe('on: push\n');
});

test('says that a base is not in the clone, and takes no option for one', () => {
  put('a.tf', '');
  git('init', '-q');
  for (const name of ['0'.repeat(40), '--upload-pack=touch x', 'main'])
    expect(trees().base(name)).toEqual({ problem: expect.stringContaining('is not in this clone') });
});

test('reads a folder that is no repository', () => {
  put('a.tf', 'a = 1\n');
  put('node_modules/x/a.tf', 'a = 2\n');
  expect(trees().head().paths).toEqual(['a.tf']);
});

test('names files that it refuses: a link out of the repository, and one that is too large', () => {
  put('big.tf', 'x'.repeat((2 << 20) + 1));
  symlinkSync('/etc/hostname', join(root, 'link.tf'));
  expect(trees().head().refused).toEqual([
    { file: 'big.tf', why: 'it is larger than 2 MiB' },
    { file: 'link.tf', why: 'it is a link out of the repository' },
  ]);
});

test('writes a fix with the line ends of the file, and never through a link', () => {
  put('a.tf', 'a = 1\r\nb = 2\r\n');
  const { head, write } = trees();
  expect(head().text('a.tf')).toBe('a = 1\nb = 2\n');
  write('a.tf', 'a = 1\nb = 3\n');
  expect(readFileSync(join(root, 'a.tf'), 'utf8')).toBe('a = 1\r\nb = 3\r\n');
  symlinkSync('a.tf', join(root, 'b.tf'));
  expect(() => write('b.tf', 'x')).toThrow('is a link');
});

test('an upload set holds secrets unless an ignore file leaves them out', () => {
  put('fn/index.js', '');
  put('fn/.env', 'A=1');
  expect(
    trees()
      .head()
      .upload('fn')
      ?.secrets.map(({ path }) => path),
  ).toEqual(['.env']);
  put('fn/.gcloudignore', '.env\n');
  expect(trees().head().upload('fn')?.secrets).toEqual([]);
  expect(trees().head().upload('absent')).toBeUndefined();
});
