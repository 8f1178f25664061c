import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/domain/data/json.ts';
import { lockGaps } from '../../../src/domain/source/lock.ts';
import { type ProjectFacts, projectProblems } from '../../../src/domain/source/project.ts';

const left = (path: string) => ({ path, rules: '.gitignore', command: `upload ${path}` });
const node = (packageJson: JsonObject, facts: Partial<ProjectFacts> = {}): ProjectFacts => ({
  uploaded: ['package.json'],
  leftOut: [],
  packageJson,
  ...facts,
});
const told = (facts: ProjectFacts, runtime = 'nodejs24', source?: string) =>
  projectProblems(facts, runtime, source).map(({ isSure, what }) => `${isSure ? 'sure' : 'may'}: ${what}`);

describe('the main file of a Node.js project', () => {
  test.each<[JsonObject, string[]]>([
    [{ main: 'dist/index.js' }, ['dist/index.js']],
    [{ main: './dist' }, ['dist/index.js']],
    [{ main: 'dist/index' }, ['dist/index.js']],
    [{}, ['index.js']],
    [{}, ['function.js']],
    [{ main: '.' }, ['index.js']],
  ])('%j finds %j', (packageJson, uploaded) => {
    expect(told(node(packageJson, { uploaded: ['package.json', ...uploaded] }))).toEqual([]);
  });

  test('left out and not built: the build certainly fails', () => {
    const [problem] = projectProblems(
      node({ main: 'dist/index.js' }, { leftOut: [left('dist/index.js')] }),
      'nodejs24',
    );
    expect(problem).toEqual({
      isSure: true,
      what: 'package.json names dist/index.js as main, and .gitignore leaves dist/index.js out of the upload.',
      fix: 'Upload it:',
      commands: ['upload dist/index.js'],
    });
  });

  test('left out and built: the build may fail, and a missing tool is named', () => {
    const facts = (more: JsonObject) =>
      node(
        { main: 'dist/index.js', scripts: { build: 'tsc -p .' }, ...more },
        { leftOut: [left('dist/index.js')] },
      );
    expect(told(facts({}))).toEqual([
      'may: package.json names dist/index.js as main, and .gitignore leaves dist/index.js out of the upload. So the build on Google Cloud has to make it: it runs "build", but typescript is not among the dependencies of package.json, so tsc will not be found.',
    ]);
    expect(told(facts({ devDependencies: { typescript: '^5.0.0' } }))[0]).toMatch(/it runs "build"\.$/);
    expect(told(facts({ scripts: { 'gcp-build': '', build: 'tsc' } }))[0]).toMatch(/^sure: /);
  });

  test('not there at all', () => {
    expect(told(node({ main: 'dist/index.js' }))).toEqual([
      'may: package.json names dist/index.js as main, which is not in the source folder.',
    ]);
    expect(told(node({ main: 'dist/index.js', scripts: { build: 'tsc' } }))).toEqual([]);
    expect(told(node({}, { leftOut: [left('index.js')] }))).toEqual([
      'sure: package.json names no main file, so Node.js loads index.js, and .gitignore leaves index.js out of the upload.',
    ]);
  });

  test('GOOGLE_FUNCTION_SOURCE names another file', () => {
    expect(told(node({ main: 'dist/index.js' }), 'nodejs24', 'src/app.js')).toEqual([]);
  });
});

test.each<[string, string]>([
  ['python313', 'main.py'],
  ['go125', 'go.mod'],
  ['php84', 'index.php'],
  ['ruby34', 'app.rb'],
  ['nodejs24', 'package.json'],
])('%s needs %s', (runtime, file) => {
  const facts = { uploaded: [], leftOut: [] };
  expect(told({ ...facts, uploaded: [file], ...(file === 'package.json' ? {} : {}) }, runtime)).toEqual([]);
  expect(told(facts, runtime)).toEqual([
    `may: The builders of ${runtime} need ${file}, which is not in the source folder.`,
  ]);
  expect(told({ ...facts, leftOut: [left(file)] }, runtime)).toEqual([
    `sure: The builders of ${runtime} need ${file}, and .gitignore leaves ${file} out of the upload.`,
  ]);
});

test('another language, and a runtime that is not known, need nothing', () => {
  expect(told({ uploaded: [], leftOut: [left('main.py')] }, 'dotnet8')).toEqual([]);
  expect(told(node({ main: 'gone.js' }, { uploaded: ['package.json', 'main.py'] }), 'python313')).toEqual([]);
});

describe('a lock file and package.json', () => {
  const lock = (versions: Record<string, string>): JsonObject => ({
    lockfileVersion: 3,
    packages: Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]),
    ),
  });
  test.each<[string, JsonObject, JsonObject, string[]]>([
    ['in step', { dependencies: { a: '^1.0.0' } }, lock({ a: '1.4.2' }), []],
    ['missing', { dependencies: { semver: '^7.0.0' } }, lock({}), ['semver']],
    ['missing for development', { devDependencies: { jest: '*' } }, lock({}), ['jest']],
    ['another major', { dependencies: { a: '^2.0.0' } }, lock({ a: '1.4.2' }), ['a']],
    ['another minor below 1', { dependencies: { a: '^0.2.0' } }, lock({ a: '0.3.0' }), ['a']],
    ['another patch below 0.1', { dependencies: { a: '^0.0.2' } }, lock({ a: '0.0.3' }), ['a']],
    ['too old', { dependencies: { a: '~1.4.3' } }, lock({ a: '1.4.2' }), ['a']],
    ['exact', { dependencies: { a: '1.4.2' } }, lock({ a: '1.4.2' }), []],
    ['exact, another', { dependencies: { a: '1.4.3' } }, lock({ a: '1.4.2' }), ['a']],
    ['a range that we do not judge', { dependencies: { a: '>=2 <4 || 9.x' } }, lock({ a: '1.4.2' }), []],
    [
      'a tag, a file, a URL',
      { dependencies: { a: 'latest', b: 'file:./b', c: 'git+https://x/y' } },
      lock({ a: '1.0.0', b: '1.0.0', c: '1.0.0' }),
      [],
    ],
    ['a version before its release', { dependencies: { a: '^2.0.0-rc.1' } }, lock({ a: '2.0.0-rc.2' }), []],
    ['a scope', { dependencies: { '@a/b': '^1.0.0' } }, lock({ '@a/b': '1.0.0' }), []],
    [
      'version 1 of the format',
      { dependencies: { a: '^1.0.0', b: '^1.0.0' } },
      { lockfileVersion: 1, dependencies: { a: { version: '1.0.0' } } },
      ['b'],
    ],
    ['a workspace', { dependencies: { a: '*' } }, { packages: { 'node_modules/a': { link: true } } }, []],
    ['nothing', {}, {}, []],
  ])('%s', (_, packageJson, content, expected) => {
    expect(lockGaps(packageJson, content).map(({ name }) => name)).toEqual(expected);
  });

  test('is told with the command, and is sure', () => {
    const facts = node(
      { main: 'index.js', dependencies: { semver: '^7.0.0', a: '^2.0.0' } },
      {
        uploaded: ['package.json', 'index.js'],
        lock: { path: 'package-lock.json', content: lock({ a: '1.0.0' }) },
      },
    );
    expect(projectProblems(facts, 'nodejs24', undefined, 'functions/my ocr')).toEqual([
      {
        isSure: true,
        what: 'package-lock.json does not fit package.json: semver ^7.0.0, a ^2.0.0 (locked: 1.0.0). The build runs npm ci, which refuses that.',
        fix: 'Bring the lock file up to date, and commit it:',
        commands: ['npm --prefix "functions/my ocr" install --package-lock-only'],
      },
    ]);
  });
});
