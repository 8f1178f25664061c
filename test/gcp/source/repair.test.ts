import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lineFor } from '../../../src/domain/source/ignore-line.ts';
import { matches, parsePattern } from '../../../src/gcp/source/ignore-pattern.ts';
import { readIgnoreRules } from '../../../src/gcp/source/ignore-rules.ts';
import { scan } from '../../../src/gcp/source/scan.ts';
import { walk } from '../../../src/gcp/source/walk.ts';

let source: string;
beforeEach(() => {
  source = realpathSync(mkdtempSync(join(tmpdir(), 'bs-repair-')));
});
afterEach(() => rmSync(source, { recursive: true, force: true }));

type Tree = Record<string, string | Uint8Array>;

function put(tree: Tree): void {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(source, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** What the rules let through, refused files included. */
const listed = (folder = source) => {
  const { found, refused } = walk(folder, readIgnoreRules(folder));
  return [...found, ...refused].map(({ path }) => path).sort();
};

const refusalOf = async (folder: string): Promise<{ message: string; commands?: readonly string[] }> =>
  scan(folder).then(
    () => Promise.reject(new Error('the scan passed')),
    (error) => error,
  );

/** Runs the command that the refusal prints and returns what is no longer uploaded, and what is new in the upload. */
async function repair(folder = '.'): Promise<{ gone: string[]; more: string[] }> {
  const list = () => listed(join(source, folder));
  const before = list();
  const here = process.cwd();
  process.chdir(source);
  try {
    const { commands } = await refusalOf(folder);
    expect(commands).toHaveLength(1);
    execFileSync('bash', ['-euc', commands?.[0] ?? ''], { cwd: source });
    await scan(folder);
  } finally {
    process.chdir(here);
  }
  const after = list();
  return {
    gone: before.filter((path) => !after.includes(path)),
    more: after.filter((path) => !before.includes(path)),
  };
}

const none = { '.env.prod': 'S=1', 'main.py': 'x', 'sub/.gitignore': 'y', 'sub/node_modules/a.js': 'z' };
const withGit = {
  '.gitignore': 'private/\n*.cred\n',
  'private/customers.csv': 'secret',
  'my.cred': 'zz',
  'node_modules/m/i.js': 'j',
  'sub/.gitignore': 'y',
};

describe('the printed command leaves out the refused file and nothing else', () => {
  test.each<[string, Tree]>([
    ['no ignore file', none],
    ["git files, so gcloud's defaults apply", { ...none, ...withGit }],
    ['node_modules alone', { ...none, 'node_modules/m/i.js': 'j' }],
    ['a .gitignore that takes everything back', { ...none, '.gitignore': 'x\n!.*\n!node_modules\n' }],
    ['a .gcloudignore', { ...none, ...withGit, '.gcloudignore': 'private/\n' }],
    [
      'a .gcloudignore whose last line has no end',
      { ...none, ...withGit, '.gcloudignore': '#!include:.gitignore\n/sub' },
    ],
    ['an empty .gcloudignore', { ...none, '.gcloudignore': '' }],
    ['Windows line ends', { ...none, '.gcloudignore': 'sub\r\n*.cred\r\n', 'my.cred': '' }],
    ['UTF-8 with a mark', { ...none, '.gcloudignore': '\ufeffsub\n', 'my.cred': '' }],
    ['UTF-16', { ...none, '.gcloudignore': Buffer.from('\ufeffsub\r\n*.cred', 'utf16le'), 'my.cred': '' }],
    ['UTF-16, the other way', { ...none, '.gcloudignore': Buffer.from('\ufeffsub\n', 'utf16le').swap16() }],
    ['a line that takes it back', { ...none, '.gcloudignore': '.env*\n!.env.prod\n' }],
  ])('%s', async (_, tree) => {
    put(tree);
    expect(await repair()).toEqual({ gone: ['.env.prod'], more: [] });
  });

  test('in a folder that the user names', async () => {
    put({ 'functions/my ocr/.env': 'S=1', 'functions/my ocr/main.py': '' });
    expect(await repair('./functions/my ocr')).toEqual({ gone: ['.env'], more: [] });
  });

  test('all of them at once: names, contents, links and odd names', async () => {
    put({
      '.env': '1',
      '.npmrc': '//npm.pkg.github.com/:_authToken=abcdef0123456789',
      'index.js': '',
      "it's/.env": '',
      'new\nline': '',
    });
    symlinkSync('/etc/hostname', join(source, 'host'));
    const { gone } = await repair();
    expect(gone).toEqual(['.env', '.npmrc', 'host', "it's/.env", 'new\nline']);
  });

  const odd = [
    '[id]',
    '[!a]',
    '*',
    '?',
    '#x',
    '!x',
    'a  ',
    ' a',
    'back\\slash',
    'x\\ ',
    '\\',
    'tab\t',
    "q'uote",
    '$HOME',
    '`id`',
    '-n',
    '한글',
    '[',
    ']',
    'a\u2028b',
    'a\u0085b',
    '%s',
  ];
  test.each(odd)('a name such as %j', async (name) => {
    put({
      [`${name}/.env`]: '',
      [`${name}/kept`]: '',
      'a/.env.example': '',
      ab: '',
      'back-slash': '',
      '[idx]/kept': '',
    });
    const refusesAll = /[\\\t\u0000-\u001f]/.test(name);
    const { gone, more } = await repair();
    expect(more).toEqual([]);
    expect(gone.every((path) => path.startsWith(name))).toBe(true);
    expect(gone).toContain(refusesAll ? name : `${name}/.env`);
  });

  test('a name that no line can hold takes no neighbour with it', async () => {
    put({ 'new\nline': '', newXline: '', 'new line/deep': '' });
    writeFileSync(Buffer.concat([Buffer.from(`${source}/bad-`), Buffer.from([0xff, 0xc3])]), '');
    put({ 'bad-xy': '', 'bad-x': '' });
    const { gone, more } = await repair();
    expect({ gone: gone.length, more }).toEqual({ gone: 2, more: [] });
    expect(listed()).toEqual(expect.arrayContaining(['newXline', 'new line/deep', 'bad-xy', 'bad-x']));
  });

  test('an odd name that a rule leaves out is no problem', async () => {
    put({ '.gcloudignore': 'bad-??\nnew*\n', 'new\nline': '', 'index.js': '' });
    writeFileSync(Buffer.concat([Buffer.from(`${source}/bad-`), Buffer.from([0xff, 0xfe])]), '');
    expect((await scan(source)).files.map(({ path }) => path)).toEqual(['.gcloudignore', 'index.js']);
  });
});

test('property: a line matches its own path, whatever the name is', () => {
  const char = fc.constantFrom(...'ab*?[]!^-\\ #\'"\n\t{}$한😀', '\udcff');
  const name = fc.array(char, { minLength: 1, maxLength: 6 }).map((chars) => chars.join(''));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), (names) => {
      const pattern = parsePattern(lineFor(names.join('/')));
      expect(pattern && matches(pattern, names, false)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
