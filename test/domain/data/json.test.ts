import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  canonical,
  isObject,
  type Json,
  jsonText,
  listOf,
  objectOf,
  setAt,
  textMapOf,
  textOf,
  textOrEmpty,
  textsOf,
  valueAt,
} from '../../../src/domain/data/json.ts';

describe('narrowing', () => {
  const object = { a: 1 };
  const list = ['a', 1, ''];
  test.each<[unknown, unknown[]]>([
    [undefined, [false, {}, [], undefined, '', []]],
    [null, [false, {}, [], undefined, '', []]],
    [7, [false, {}, [], undefined, '', []]],
    ['', [false, {}, [], undefined, '', []]],
    ['text', [false, {}, [], 'text', 'text', []]],
    [list, [false, {}, list, undefined, '', ['a', '']]],
    [object, [true, object, [], undefined, '', []]],
  ])('%j', (value, results) => {
    expect([
      isObject(value),
      objectOf(value),
      listOf(value),
      textOf(value),
      textOrEmpty(value),
      textsOf(value),
    ]).toEqual(results);
  });

  test('a map of texts leaves out every other type', () => {
    expect(textMapOf({ a: 'x', b: 1, c: null, d: '', e: ['x'] })).toEqual({ a: 'x', d: '' });
    expect(textMapOf(['x'])).toEqual({});
  });
});

describe('paths', () => {
  test('a value that was set is found at its path, and inherited properties are not', () => {
    const root = {};
    setAt(root, 'a.b.c', 7);
    expect(root).toEqual({ a: { b: { c: 7 } } });
    expect(valueAt(root, 'a.b.c')).toBe(7);
    expect(valueAt(root, 'a.b.d')).toBeUndefined();
    expect(valueAt(root, 'constructor.name')).toBeUndefined();
  });
});

test('equal values have equal texts, whatever the order of their keys', () => {
  expect(canonical({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe(
    canonical({ b: [1, { c: 'x', d: null }] }),
  );
  expect(canonical({ a: 1 })).not.toBe(canonical({ a: '1' }));
});

test('an answer that is nested too deeply still has a text', () => {
  let deep: Json = 1;
  for (let depth = 0; depth < 50_000; depth++) deep = [deep];
  expect(jsonText(deep)).toBe('(nested too deeply to be shown)');
  expect(jsonText({ a: [1] })).toBe('{"a":[1]}');
});

test('no other file of src defines a narrowing function or a JSON type of its own', () => {
  const src = join(import.meta.dirname, '../../../src');
  const own =
    /(?:const|function) (?:is(?:Object|Record)|(?:object|list|text|texts|textMap|array|record)Of|textOrEmpty|strings) ?[=(<]|(?:type|interface) Json(?:Object|Value)?\b(?! *[,}])/;
  // Records of errors and of releases are not JSON.
  const others = /function recordOf\(/;
  const found = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== join('domain', 'data', 'json.ts'))
    .flatMap((name) =>
      readFileSync(join(src, name), 'utf8')
        .split('\n')
        .filter(
          (line) =>
            own.test(line) && !others.test(line) && !/^\s*(import|type Json,|type JsonObject,)/.test(line),
        )
        .map((line) => `${name}: ${line.trim()}`),
    );
  expect(found).toEqual([]);
});
