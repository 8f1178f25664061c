import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lockGaps } from '../../../src/domain/source/lock.ts';
import { projectProblems } from '../../../src/domain/source/project.ts';
import { scan } from '../../../src/gcp/source/scan.ts';

let source: string;
beforeEach(() => {
  source = realpathSync(mkdtempSync(join(tmpdir(), 'bs-project-')));
});
afterEach(() => rmSync(source, { recursive: true, force: true }));

function put(tree: Record<string, string | object>): void {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(source, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}
const uploaded = async () => (await scan(source)).files.map(({ path }) => path);

/** An npm of this machine, on the Node.js that runs the test. */
const npm = (...args: string[]) =>
  spawnSync('npm', [...args, '--offline', '--loglevel=error', '--no-audit', '--no-fund'], {
    cwd: source,
    encoding: 'utf8',
  });

test.each<[string, Record<string, string>]>([
  ['.gitignore', { '.gitignore': 'node_modules\ndist\n', 'node_modules/a.js': '' }],
  ['.gitignore with a pattern for its content', { '.gitignore': 'dist/*\n*.map\n' }],
  ['.gcloudignore', { '.gcloudignore': 'dist/\n*.js\n!x.js\n' }],
])(
  'the printed command uploads the main file that %s leaves out, and nothing beside its folder',
  async (_, rules) => {
    put({
      ...rules,
      'package.json': { main: 'dist/index.js' },
      'dist/index.js': '',
      'src/index.ts': '',
      'private/x.js': '',
    });
    const before = await uploaded();
    const [problem] = projectProblems((await scan(source)).project, 'nodejs24');
    expect(problem).toMatchObject({ isSure: true });
    execFileSync('bash', ['-euc', problem?.commands?.[0] ?? 'false'], { cwd: source });
    const after = await uploaded();
    expect(after.filter((path) => !before.includes(path))).toEqual(['dist/index.js']);
    expect(before.filter((path) => !after.includes(path))).toEqual([]);
    expect(projectProblems((await scan(source)).project, 'nodejs24')).toEqual([]);
  },
);

test('npm itself refuses a lock file that we refuse, and takes the one that the printed command makes', async () => {
  put({
    'package.json': { name: 'f', version: '1.0.0', dependencies: { a: 'file:./a' } },
    'index.js': '',
    'a/package.json': { name: 'a', version: '1.0.0' },
    'package-lock.json': {
      name: 'f',
      version: '1.0.0',
      lockfileVersion: 3,
      requires: true,
      packages: { '': { name: 'f', version: '1.0.0' } },
    },
  });
  const [problem] = projectProblems((await scan(source)).project, 'nodejs24');
  expect(problem?.what).toContain('package-lock.json does not fit package.json: a file:./a');
  if (spawnSync('npm', ['--version']).status !== 0) return console.log('Skipped: npm is not here.');
  const refused = npm('ci', '--dry-run');
  expect(refused.status).not.toBe(0);
  expect(refused.stderr).toContain('Missing: a@');
  expect(problem?.commands).toEqual(['npm --prefix . install --package-lock-only']);
  expect(npm('--prefix', '.', 'install', '--package-lock-only').status).toBe(0);
  const lock = JSON.parse(readFileSync(join(source, 'package-lock.json'), 'utf8'));
  expect(lockGaps({ dependencies: { a: 'file:./a' } }, lock)).toEqual([]);
  expect(npm('ci', '--dry-run').status).toBe(0);
});

test('another lock file, or one that is left out, is not judged', async () => {
  put({
    'package.json': { main: 'index.js', dependencies: { a: '^1.0.0' } },
    'index.js': '',
    'package-lock.json': { packages: {} },
    'yarn.lock': '',
  });
  expect((await scan(source)).project.lock).toBeUndefined();
  rmSync(join(source, 'yarn.lock'));
  expect((await scan(source)).project.lock?.path).toBe('package-lock.json');
  put({ '.gcloudignore': 'package-lock.json\n' });
  expect((await scan(source)).project.lock).toBeUndefined();
});

test('a package.json that is no JSON says nothing', async () => {
  put({ 'package.json': '{', 'index.js': '' });
  expect((await scan(source)).project.packageJson).toBeUndefined();
});
