import { describe, expect, test } from '@jest/globals';
// @ts-expect-error A script without types.
import { shareModules } from '../../scripts/build/share.mjs';

/** Modules that several chunks hold, moved into files that these chunks require. */

const long = (text: string) => `(module) => { module.exports = '${text}${'-'.repeat(13_000)}'; }`;
const chunk = (name: string, modules: Record<string, string>, strict = true) => ({
  name,
  code: [
    strict ? '"use strict";' : '',
    `exports.id = "${name}";`,
    `exports.ids = ["${name}"];`,
    'exports.modules = {',
    ...Object.entries(modules).map(([id, code]) => `${id}: (${code}),`),
    '};',
  ].join('\n'),
  parts: Object.entries(modules).map(([id, code]) => ({
    id,
    size: code.length,
    slug: `part-${id}`,
    modules: [`domain/${id}`],
  })),
});
const load = (...names: string[]) =>
  `Promise.all(/* import() */[${names.map((name) => `r.__webpack_require__.e("${name}")`)}]).then(x)`;
/** Two actions, of which one has inputs of its own. The runner's chunk comes with both. */
const action = (name: string) =>
  `const ${name} = () => run('${name}', async () => (await ${load(`actions-${name}.js`)}).x)`;
const index = [load('runner-run.js'), action('a'), action('b')].join(';\n');
const runner = `(module, exports, r) => { const own = { a: () => ${load('inputs-of-a.js')} };
  return (await ${load('inputs-table.js')}).wholeTable;
}`.replace('(module', 'async (module');

function shared(chunks: ReturnType<typeof chunk>[]) {
  const all = [chunk('runner-run.js', { 1: runner }), ...chunks];
  const files = Object.fromEntries([['index.js', index], ...all.map(({ name, code }) => [name, code])]);
  return shareModules(
    files,
    all.map(({ code, ...listed }) => listed),
  ) as { files: Record<string, string>; chunks: { name: string; parts: { id: string }[] }[] };
}

/** What a file defines, with the files that it requires. */
function modulesOf(files: Record<string, string>, name: string): Record<string, () => unknown> {
  const exported = {} as { modules: Record<string, () => unknown> };
  new Function('exports', 'require', files[name] ?? '')(exported, (path: string) => ({
    modules: modulesOf(files, path.replace('./', '')),
  }));
  return exported.modules;
}

describe('a module of several chunks', () => {
  const { files, chunks } = shared([
    chunk('actions-a.js', { 2: long('two'), 3: long('three') }),
    chunk('actions-b.js', { 2: long('two'), 4: long('four') }),
    chunk('inputs-of-a.js', { 3: long('three') }),
    chunk('inputs-table.js', {}),
  ]);

  test('is written once, and each chunk still has it', () => {
    expect(Object.keys(files).filter((name) => name.startsWith('common-'))).toEqual([
      'common-part-2.js',
      'common-part-3.js',
    ]);
    expect(Object.keys(modulesOf(files, 'actions-a.js'))).toEqual(['2', '3']);
    expect(Object.keys(modulesOf(files, 'actions-b.js'))).toEqual(['2', '4']);
    expect(Object.keys(modulesOf(files, 'inputs-of-a.js'))).toEqual(['3']);
    expect(Object.values(files).join('').split("'two-").length).toBe(2);
  });

  test('comes only to the chunks of an action that needs it', () => {
    expect(files['actions-b.js']).not.toContain('common-part-3.js');
    expect(files['runner-run.js']).not.toContain('common-');
  });

  test('is on the map once', () => {
    expect(chunks.flatMap(({ parts }) => parts.map(({ id }) => id)).sort()).toEqual(['1', '2', '3', '4']);
    expect(chunks.map(({ name }) => name)).toEqual([...chunks.map(({ name }) => name)].sort());
  });
});

test.each([
  ['is small', 'short', 'short', true],
  ['differs', long('one'), long('other'), true],
  ['is strict in one of them', long('one'), long('one'), false],
])('a module stays where it is if it %s', (_, one, other, strict) => {
  const code = (text: string) => (text === 'short' ? '() => 1' : text);
  const { files } = shared([
    chunk('actions-a.js', { 2: code(one) }),
    chunk('actions-b.js', { 2: code(other) }, strict),
  ]);
  expect(Object.keys(files).filter((name) => name.startsWith('common-'))).toEqual([]);
});

test('a chunk that is written in another way stops the build', () => {
  const odd = {
    ...chunk('odd.js', {}),
    code: 'exports.id = "odd.js"; exports.ids = []; exports.runtime = 1;',
  };
  expect(() => shared([odd])).toThrow('in a new way: change scripts/build/share.mjs.');
});
