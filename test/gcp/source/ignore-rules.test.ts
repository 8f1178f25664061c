import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type IgnoreRules, readIgnoreRules, rulesOf } from '../../../src/gcp/source/ignore-rules.ts';

/** Asks as the walk does: an ignored folder is never entered. */
function included(rules: IgnoreRules, path: string): boolean {
  const parts = path.split('/');
  return parts.every(
    (_, index) => !rules.ignores(parts.slice(0, index + 1).join('/'), index < parts.length - 1),
  );
}

describe('patterns', () => {
  test.each([
    ['*.log', 'a.log', false],
    ['*.log', 'deep/er/a.log', false],
    ['*.log\n!keep.log', 'keep.log', true],
    ['*.log', 'a.LOG', true],
    ['/top', 'top', false],
    ['/top', 'sub/top', true],
    ['a/b', 'a/b', false],
    ['a/b', 'x/a/b', false],
    ['*/b', 'xx/a/b', true],
    ['*/b', 'b', false],
    ['[ab]*.p?', 'b1.py', false],
    ['[!ab]*', 'b', true],
    ['x[', 'x[', false],
    ['trail  ', 'trail', false],
    ['trail\\ ', 'trail ', false],
    ['*/b', 'a/b', false],
    ['dir/', 'dir/file', false],
    ['dir/', 'dir', true],
    ['dir\n!dir/file', 'dir/file', false],
    ['a/**/z', 'a/b/c/z', false],
    ['a/**/z', 'x/a/z', true],
    ['**/node_modules', 'p/node_modules/x', false],
    ['# a comment\n\n', '# a comment', true],
    ['\\#odd', '#odd', false],
  ])('%j and %s', (text, path, expected) => {
    expect(included(rulesOf(text.split('\n'), ''), path)).toBe(expected);
  });
});

describe('which file decides', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bs-ignore-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const put = (name: string, text = '') => writeFileSync(join(folder, name), text);

  test('if .gcloudignore exists, only it: .git and node_modules are not left out by default', () => {
    put('.gcloudignore', '*.tmp\n');
    put('.gitignore', 'dist\n');
    const rules = readIgnoreRules(folder);
    expect(rules.source).toBe('.gcloudignore');
    expect(included(rules, 'a.tmp')).toBe(false);
    expect(included(rules, 'dist/x')).toBe(true);
    expect(included(rules, 'node_modules/x')).toBe(true);
  });

  test('#!include: adds the lines of another file, one level deep', () => {
    put('.gcloudignore', '#!include:.gitignore\n!dist\n');
    put('.gitignore', 'dist\nsecret\n#!include:more\n');
    const rules = readIgnoreRules(folder);
    expect(included(rules, 'secret')).toBe(false);
    expect(included(rules, 'dist/x')).toBe(true);
  });

  test.each(['../outside', 'sub/file', ''])('#!include:%s is refused', (name) => {
    put('.gcloudignore', `#!include:${name}\n`);
    expect(() => readIgnoreRules(folder)).toThrow('Only files in the same folder may be included.');
  });

  test('#!include: of a file that does not exist is refused', () => {
    put('.gcloudignore', '#!include:.gitignore\n');
    expect(() => readIgnoreRules(folder)).toThrow('could not be read');
  });

  test.each(['.git', '.gitignore', 'node_modules'])("without one, gcloud's defaults if %s exists", (name) => {
    put(name, name === '.gitignore' ? 'dist\n' : '');
    const rules = readIgnoreRules(folder);
    expect(rules.source).toContain("gcloud's defaults");
    for (const path of ['.git/HEAD', '.gitignore', 'node_modules/a/b', 'sub/node_modules/a'])
      expect(included(rules, path)).toBe(false);
    expect(included(rules, 'dist/a')).toBe(name !== '.gitignore');
    expect(included(rules, 'index.js')).toBe(true);
  });

  test('without any of them nothing is left out', () => {
    const rules = readIgnoreRules(folder);
    expect(rules.source).toBe('no ignore file');
    expect(included(rules, 'anything')).toBe(true);
  });
});

/** The library folder of an installed gcloud. Its own matcher gives the expected results. */
function gcloudLibrary(): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v gcloud'], { encoding: 'utf8' }).stdout.trim();
  if (!found) return undefined;
  const library = join(dirname(dirname(realpathSync(found))), 'lib');
  return existsSync(join(library, 'googlecloudsdk/command_lib/util/gcloudignore.py')) ? library : undefined;
}

const script = `
import json, sys
root = sys.argv[1]
sys.path[:0] = [root, root + '/third_party']
from googlecloudsdk.command_lib.util import gcloudignore
cases = json.load(sys.stdin)
print(json.dumps([[gcloudignore.FileChooser.FromString('\\n'.join(c['lines'])).IsIncluded(p) for p in c['paths']] for c in cases]))
`;

const library = gcloudLibrary();
const hasPython = spawnSync('python3', ['-c', '']).status === 0;
if (!library || !hasPython) console.log('Skipped: the comparison with gcloud, which is not installed here.');

(library && hasPython ? test : test.skip)('fuzz: decides every path as the installed gcloud does', () => {
  const part = fc.constantFrom(
    'a',
    'b',
    'ab',
    '*',
    'a*',
    '*b',
    '?',
    '**',
    '.x',
    'A',
    '[ab]',
    '[!a]*',
    '[',
    'a\\*',
    'b ',
    '',
  );
  const pattern = fc
    .tuple(
      fc.constantFrom('', '!'),
      fc.constantFrom('', '/'),
      fc.array(part, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '/'),
    )
    .map(([negation, root, parts, end]) => `${negation}${root}${parts.join('/')}${end}`);
  const path = fc
    .array(fc.constantFrom('a', 'b', 'ab', 'abb', '.x', 'A'), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('/'));
  const cases = fc.sample(
    fc.record({
      lines: fc.array(pattern, { minLength: 1, maxLength: 4 }),
      paths: fc.array(path, { minLength: 3, maxLength: 6 }),
    }),
    { numRuns: 3000, seed: 7 },
  );
  const run = spawnSync('python3', ['-c', script, library ?? ''], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  expect(run.stderr).not.toMatch(/Error/);
  const judged = JSON.parse(run.stdout) as boolean[][];
  const wrong = cases.flatMap(({ lines, paths }, index) => {
    const rules = rulesOf(lines, '');
    return paths
      .map((each, at) => ({ lines, path: each, gcloud: judged[index]?.[at], ours: included(rules, each) }))
      .filter((one) => one.gcloud !== one.ours);
  });
  expect(wrong.slice(0, 10)).toEqual([]);
});
