import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
// @ts-expect-error A script without types.
import { headOf, membersOf, namesOf, runLate } from '../../scripts/build/lazy.mjs';
// @ts-expect-error A script without types.
import { bundleLoader } from '../../scripts/build/loader.mjs';

/** The bundle runs a module when something of it is first used. */

const folder = mkdtempSync(join(tmpdir(), 'bs-lazy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A module as the bundler writes it: it exports `names`, tells `ran` that it runs, and imports others. */
const ours = (id: number, names: string[], body: string, imports: number[] = []) =>
  [
    '(__unused_webpack_module, __webpack_exports__, __webpack_require__) => {',
    '/* harmony export */ __webpack_require__.d(__webpack_exports__, {',
    names.map((name) => `/* harmony export */   ${name}: () => (/* binding */ ${name})`).join(',\n'),
    '/* harmony export */ });',
    ...imports.map((other) => `/* harmony import */ var other_${other} = __webpack_require__(${other});`),
    `require('test:state').ran.push(${id});`,
    body,
    '}',
  ].join('\n');

const chunk = (name: string, modules: Record<string, string>, needs: string[] = []) => ({
  name,
  code: [
    '"use strict";',
    `exports.id = "${name}";`,
    `exports.ids = ["${name}"];`,
    'exports.modules = {',
    ...Object.entries(modules).map(([id, code]) => `"${id}": ${code},`),
    '};',
    needs.length > 0
      ? `Object.assign(exports.modules, ${needs.map((file) => `require("./${file}").modules`).join(', ')});`
      : '',
  ].join('\n'),
  parts: Object.keys(modules).map((id) => ({ id, modules: [id === '9' ? 'yaml' : `domain/part-${id}`] })),
});

/** What the loader of the entry consists of, as the bundler writes it. */
const index = `
/******/ \tvar __webpack_modules__ = ({

/***/ 77:
/***/ ((module) => {

module.exports = require("node:crypto");

/***/ }),

/***/ 10:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   ten: () => (/* binding */ ten)
/* harmony export */ });
const ten = 10;

/***/ })

/******/ \t});
function __nccwpck_require__(moduleId) { webpack(); }
// expose the modules object
if (__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {}
installChunk(require("./" + __nccwpck_require__.u(chunkId)));
`;

type Exports = Record<string, unknown>;
interface Loader {
  load: ((id: string) => Exports) & Record<string, unknown>;
  readBundleFile: (name: string) => { ids: string[] };
  isPromised: (exports: Exports, name: string) => boolean;
  builtinLater: (name: string, members: string[]) => Exports;
}

/** Writes the chunks as the build does, and opens them as the entry does. */
async function open(...chunks: ReturnType<typeof chunk>[]) {
  const files = Object.fromEntries([['index.js', index], ...chunks.map(({ name, code }) => [name, code])]);
  const written: Record<string, string> = await runLate(
    files,
    chunks,
    async (text: string) => `${text.replace(/;$/, '')};`,
  );
  for (const [name, text] of Object.entries(written)) writeFileSync(join(folder, name), text);
  const state = { ran: [] as number[], again: false };
  const required = createRequire(import.meta.url);
  const loader: Loader = bundleLoader(
    {},
    (name: string) => (name === 'test:state' ? state : required(name)),
    folder,
  );
  loader.load.d = (exports: Exports, list: Record<string, () => unknown>) => {
    for (const [name, get] of Object.entries(list))
      if (!Object.hasOwn(exports, name) || loader.isPromised(exports, name))
        Object.defineProperty(exports, name, { enumerable: true, get });
  };
  return { ...loader, state, ran: state.ran, written };
}

describe('a module of our own', () => {
  const one = ours(1, ['one', 'both'], 'const one = 1;\nconst both = () => one + other_2.two;', [2]);
  const two = ours(2, ['two'], 'const two = 2;');

  test('runs when something of it is first used, and once', async () => {
    const { load, readBundleFile, ran } = await open(chunk('a.js', { 1: one, 2: two }));
    expect(readBundleFile('a.js').ids).toEqual(['a.js']);
    const exports = load('1');
    expect(Object.keys(exports)).toEqual(['one', 'both']);
    expect(ran).toEqual([]);
    expect(exports.one).toBe(1);
    expect(ran).toEqual([1]);
    expect((exports.both as () => number)()).toBe(3);
    expect((exports.both as () => number)()).toBe(3);
    expect(ran).toEqual([1, 2]);
    expect(load('1')).toBe(exports);
  });

  test('is found in a file that another file needs', async () => {
    const { load, readBundleFile, written } = await open(
      chunk('a.js', { 1: one }, ['common-b.js']),
      chunk('common-b.js', { 2: two }),
    );
    expect(headOf(written['a.js'])).toMatchObject({ strict: true, needs: ['common-b.js'] });
    readBundleFile('a.js');
    expect((load('1').both as () => number)()).toBe(3);
  });

  test('that fails fails again, and names its file, line and column', async () => {
    const { load, readBundleFile, written } = await open(
      chunk('a.js', { 1: one, 3: ours(3, ['three'], "const three = 3;\nthrow new Error('no three');") }),
    );
    readBundleFile('a.js');
    const stackOf = () => {
      try {
        return load('3').three;
      } catch (error) {
        return (error as Error).stack;
      }
    };
    const lines = (written['a.js'] ?? '').split('\n');
    const line = lines.findIndex((text) => text.includes('no three'));
    const place = `${join(folder, 'a.js')}:${line + 1}:${(lines[line] ?? '').indexOf('new Error') + 1}`;
    expect(stackOf()).toContain(place);
    expect(stackOf()).toContain('Error: no three');
  });

  test('is strict where its chunk is', async () => {
    const { load, readBundleFile } = await open(
      chunk('a.js', { 4: ours(4, ['four'], 'const four = (function () { return this; })();') }),
    );
    readBundleFile('a.js');
    expect(load('4').four).toBeUndefined();
  });

  test('that no file holds is an error', async () => {
    const { load } = await open();
    expect(() => load('5')).toThrow('The bundle has no module 5.');
  });
});

describe('a file of the bundle', () => {
  const one = ours(1, ['one'], 'const one = `1\n한`;\nconst note = "é";');
  const two = ours(2, ['two'], "const two = (() => { throw new Error('no two'); })();");
  const path = join(folder, 'a.js');

  /** The file after `edit`, as the loader sees it. */
  async function edited(edit: (text: string) => string) {
    const { load, readBundleFile, written } = await open(chunk('a.js', { 1: one, 2: two }));
    writeFileSync(path, edit(written['a.js'] as string));
    return { load, readBundleFile };
  }

  test.each([
    ['as it was built', (text: string) => text],
    ['with the line ends of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
  ])('%s runs', async (_, edit) => {
    const { load, readBundleFile } = await edited(edit);
    readBundleFile('a.js');
    expect(load('1').one).toBe('1\n한');
    const line =
      readFileSync(path, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('no two')) + 1;
    let stack: string | undefined;
    try {
      load('2').two;
    } catch (error) {
      stack = (error as Error).stack;
    }
    expect(stack).toContain(`${path}:${line}:`);
  });

  test.each([
    ['that is empty', () => ''],
    ['that ends in its list', (text: string) => text.slice(0, 30)],
    ['that ends in a module', (text: string) => text.slice(0, text.indexOf('한'))],
    ['that a formatter changed', (text: string) => text.replace('exports.modules=', 'exports.modules = ')],
    ['that is read in another encoding', (text: string) => Buffer.from(text).toString('latin1')],
  ])('%s is named as damaged', async (_, edit) => {
    const { load, readBundleFile } = await edited(edit);
    expect(() => {
      readBundleFile('a.js');
      return load('1').one;
    }).toThrow(`${path} is not as it was built.`);
  });

  test('is read again after a file that it needs could not be read', async () => {
    const { load, readBundleFile, written } = await open(
      chunk('a.js', { 3: ours(3, ['three'], 'const three = other_1.one;', [1]) }, ['common-b.js']),
      chunk('common-b.js', { 1: one }),
    );
    rmSync(join(folder, 'common-b.js'));
    expect(() => readBundleFile('a.js')).toThrow(/ENOENT.*common-b/);
    writeFileSync(join(folder, 'common-b.js'), written['common-b.js'] as string);
    readBundleFile('a.js');
    expect(load('3').three).toBe('1\n한');
  });
});

test('a module of a package runs when it is imported, and can ask Node for more', async () => {
  const { load, readBundleFile } = await open(
    chunk('a.js', {
      9: "(module) => { module.exports = { own: true, join: require('node:path').join, __dirname }; }",
    }),
  );
  readBundleFile('a.js');
  expect(load('9')).toEqual({ own: true, join, __dirname: folder });
});

test('a module of a package that fails runs again', async () => {
  const { load, readBundleFile, state } = await open(
    chunk('a.js', {
      9: "(module) => { if (!require('test:state').again) throw new Error('not yet'); module.exports = 9; }",
    }),
  );
  readBundleFile('a.js');
  expect(() => load('9')).toThrow('not yet');
  state.again = true;
  expect(load('9')).toBe(9);
});

describe('a built-in module of Node', () => {
  const use = 'var crypto_1 = __webpack_require__(77);\nconst id = () => (0,crypto_1.randomUUID)();';

  test('is loaded when a member of it is used', async () => {
    const { builtinLater } = await open();
    const later = builtinLater('node:path', ['join', 'sep']);
    expect(Object.keys(later)).toEqual(['join', 'sep']);
    expect(later.join).toBe(join);
    expect(Object.getOwnPropertyDescriptor(later, 'join')).toMatchObject({ value: join });
    expect(() => builtinLater('node:nothing', ['x']).x).toThrow(/node:nothing/);
  });

  test('waits for the members that the code names', async () => {
    const { written } = await open(chunk('a.js', { 6: ours(6, ['six'], `${use}\nconst six = 6;`) }));
    expect(written['index.js']).toContain('module.exports = builtinLater("node:crypto", ["randomUUID"]);');
  });

  test.each([
    ['nothing of it', '', []],
    ['members', use, ['randomUUID']],
    ['the name elsewhere', `${use}\nother.crypto_1; const crypto_10 = 1;`, ['randomUUID']],
    [
      'a default import that is not used',
      `${use}\nvar crypto_1_default = __webpack_require__.n(crypto_1);`,
      ['randomUUID'],
    ],
    [
      'a default import',
      `${use}\nvar crypto_1_default = __webpack_require__.n(crypto_1); crypto_1_default();`,
      undefined,
    ],
    ['the module as a whole', `${use}\nsend(crypto_1);`, undefined],
    ['a package, its own way', `${use}\nconst c = __webpack_require__(77);\nc.createHash();`, undefined],
    ['a package, in an expression', '__webpack_require__(77).createHash();', undefined],
  ])('%s', (_, code, members) => {
    expect(membersOf(77, [code])).toEqual(members);
  });
});

test('the entry keeps no module of our own', async () => {
  const { load, readBundleFile, written } = await open({ ...chunk('entry.js', { 10: '' }), code: '' });
  expect(written['index.js']).not.toContain('const ten');
  expect(written['index.js']).toContain('readBundleFile("entry.js");');
  readBundleFile('entry.js');
  const exports = load('10');
  expect(Object.getOwnPropertyDescriptor(exports, 'ten')?.configurable).toBe(true);
  expect(exports.ten).toBe(10);
});

describe('the names that a module exports', () => {
  test.each([
    ['of one file', ours(1, ['a', '$b'], ''), ['a', '$b']],
    [
      'of several files in one',
      '// EXPORTS\n__webpack_require__.d(__webpack_exports__, {\n  auth: () => (/* binding */ auth),\n  A_1: () => (/* reexport */ x.y)\n});',
      ['auth', 'A_1'],
    ],
    ['none', '(module) => {}', undefined],
    ['in two lists', `${ours(1, ['a'], '')}${ours(2, ['b'], '')}`, undefined],
    ['all of another module', '__webpack_require__.d(__webpack_exports__, all);', undefined],
  ])('%s', (_, code, names) => {
    expect(namesOf(code)).toEqual(names);
  });

  test.each([
    ['__webpack_require__.d(__webpack_exports__, {\n  "a-b": () => (x)\n});', 'the export "a-b"'],
    [`${ours(1, ['a'], '')}\n__webpack_require__(12);`, 'an import for its effects'],
    [
      `__webpack_require__.a(module, async (done) => {\n${ours(1, ['a'], '')}\n});`,
      'a module that awaits at its top',
    ],
  ])('written in another way stops the build: %#', (code, what) => {
    expect(() => namesOf(code)).toThrow(`The bundler writes ${what}`);
  });
});

test.each([
  ['an entry without the loader', { 'index.js': 'nothing' }],
  ['an entry with two', { 'index.js': index + index }],
])('%s stops the build', async (_, files) => {
  await expect(runLate(files, [], async (text: string) => text)).rejects.toThrow(
    /in a new way: change scripts\/build\/lazy\.mjs/,
  );
});
