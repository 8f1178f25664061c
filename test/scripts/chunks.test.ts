import { describe, expect, test } from '@jest/globals';
// @ts-expect-error A script without types.
import { useNames } from '../../scripts/build/chunks.mjs';

const chunks = [
  { id: 12, file: '12.index.js', name: 'auth.js' },
  { id: 4775, file: '4775.index.js', name: 'shared-gax.js' },
];
const entry = 'u = (chunkId) => {\n  return "" + chunkId + ".index.js";\n};\n';
const files = (numbers: [number, number]) => ({
  'index.js': `${entry}__nccwpck_require__.e(/* import() */ ${numbers[0]}).then(x)`,
  '12.index.js': `exports.id = ${numbers[0]};\nexports.ids = [${numbers[0]}];\nPromise.all([__webpack_require__.e(${numbers[1]})])`,
  '4775.index.js': `exports.id = ${numbers[1]};\nexports.ids = [${numbers[1]},${numbers[0]}];\nother.e(7)`,
});

describe('the names of the chunks', () => {
  test('stand in place of the numbers of the bundler', () => {
    expect(useNames(files([12, 4775]), chunks)).toEqual({
      'index.js':
        'u = (chunkId) => {\n  return chunkId;\n};\n__nccwpck_require__.e(/* import() */ "auth.js").then(x)',
      'auth.js':
        'exports.id = "auth.js";\nexports.ids = ["auth.js"];\nPromise.all([__webpack_require__.e("shared-gax.js")])',
      'shared-gax.js':
        'exports.id = "shared-gax.js";\nexports.ids = ["auth.js","shared-gax.js"];\nother.e(7)',
    });
  });

  test('do not depend on the numbers', () => {
    const others = chunks.map((chunk, i) => ({ ...chunk, id: [99, 3][i] }));
    expect(useNames(files([99, 3]), others)).toEqual(useNames(files([12, 4775]), chunks));
  });

  test.each([
    ['a number without a chunk', { ...files([12, 4775]), 'index.js': `${entry}__nccwpck_require__.e(13)` }],
    ['a loader that is written in another way', { ...files([12, 4775]), 'index.js': 'nothing' }],
    [
      'a number under another name of the loader',
      { ...files([12, 4775]), '12.index.js': '__other_require__.e(12)' },
    ],
    ['a chunk without its id', { ...files([12, 4775]), '12.index.js': 'exports.ids = [12];' }],
  ])('%s is an error', (_, texts) => {
    expect(() => useNames(texts, chunks)).toThrow(/in a new way: change scripts\/build\/chunks\.mjs/);
  });
});
