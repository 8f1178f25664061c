import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chooseExample, examples } from '../../scripts/demo/examples.ts';
import { badSource, goodSource, illiterateSource } from '../../scripts/demo/sources.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-demo-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(Object.entries(examples))('the demo makes every source of the example in %s', (name, example) => {
  const at = (kind: string) => join(folder, `${name}-${kind}`);
  const read = (kind: string, file: string) => readFileSync(join(at(kind), file), 'utf8');
  goodSource(example, at('good'), 'build 7');
  expect(read('good', 'BUILD.txt')).toBe('build 7\n');
  expect(existsSync(join(at('good'), 'node_modules'))).toBe(false);
  illiterateSource(example, at('illiterate'));
  const { file, one, both } = example.languages;
  expect(read('illiterate', file)).toContain(one);
  expect(read('good', file)).toContain(both);
  badSource(example, at('bad'), 45);
  const entry = name === 'node' ? 'index.js' : 'main.py';
  expect(read('bad', entry)).toContain('> 45');
  expect(read('bad', entry.replace(/^\w+/, 'function'))).toBe(read('good', entry));
});

test('without Python the demo stays on Node and says so', () => {
  const said: string[] = [];
  expect(
    chooseExample(
      'python',
      (text) => said.push(text),
      () => false,
    ),
  ).toBe(examples.node);
  expect(said).toEqual([expect.stringContaining('no python3')]);
  expect(
    chooseExample(
      'python',
      () => undefined,
      () => true,
    ),
  ).toBe(examples.python);
});
