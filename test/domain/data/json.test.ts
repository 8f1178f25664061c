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

  test('a map of texts leaves out all else', () => {
    expect(textMapOf({ a: 'x', b: 1, c: null, d: '', e: ['x'] })).toEqual({ a: 'x', d: '' });
    expect(textMapOf(['x'])).toEqual({});
  });
});

describe('paths', () => {
  test('a value that was set is found there, and nothing is inherited', () => {
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
