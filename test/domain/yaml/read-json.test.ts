import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { YamlNode } from '../../../src/domain/yaml/node.ts';
import { readJson } from '../../../src/domain/yaml/read-json.ts';
import { readYaml } from '../../../src/domain/yaml/read-yaml.ts';

/** JSON is read by a reader of its own. It has to give what the reader of YAML gives, place by place. */

const limits = { maxNodes: 200_000, maxDepth: 100 };

/** What the reader of YAML makes of it: a comment before it is no JSON. */
function byYaml(json: string): unknown {
  const read = readYaml(`#\n${json}`);
  if ('problem' in read) return read;
  return read.documents.map(moved);
}

function moved(node: YamlNode): unknown {
  const at = { line: node.line - 1, column: node.column, offset: node.offset - 2, end: node.end - 2 };
  if (node.kind === 'list') return { ...node, ...at, items: node.items.map(moved) };
  if (node.kind !== 'map') return { ...node, ...at };
  const entries = node.entries.map((entry) => ({
    ...entry,
    keyLine: entry.keyLine - 1,
    value: moved(entry.value),
  }));
  return { ...node, ...at, entries };
}

test('any JSON is read as the reader of YAML reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.integer({ min: 0, max: 4 }), (value, spaces) => {
      if (typeof value !== 'object' || value === null) return;
      const text = JSON.stringify(value, null, spaces);
      const read = readJson(text, limits);
      // A merge key is left to the other reader.
      if (read === undefined) expect(text).toContain('"<<"');
      else expect([read]).toEqual(byYaml(text));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['a document', '{ "a": [1, -2.5e3, true, null, "x\\u00e9\\n"],\n  "b": {} }\n'],
  ['a list', '[\n  { "a": "" },\r\n  []\r\n]'],
  ['numbers', '{"a":0,"b":-0,"c":1E+2,"d":10.50}'],
])('%s', (_, text) => {
  expect([readJson(text, limits)]).toEqual(byYaml(text));
});

describe('what is not surely JSON is left to the reader of YAML', () => {
  test.each([
    ['a plain map', 'a: 1'],
    ['a comma too many', '{"a": 1,}'],
    ['a key without quotes', '{a: 1}'],
    ['a comment', '{"a": 1} # x'],
    ['a second document', '{"a": 1}\n---\n{"a": 2}'],
    ['a key that stands twice', '{"a": 1, "a": 2}'],
    ['a merge key', '{"<<": {"a": 1}}'],
    ['a word that goes on', '{"a": nullable}'],
    ['a number with a zero before it', '{"a": 012}'],
    ['an escape that JSON does not have', '{"a": "\\x41"}'],
    ['a line break in a string', '{"a": "x\n  y"}'],
    ['an open string', '{"a": "x'],
    ['an open map', '{"a": 1'],
    ['a lone carriage return', '{"a": 1,\r"b": 2}'],
    ['many levels', `${'['.repeat(102)}${']'.repeat(102)}`],
    ['an anchor', '{"a": &x 1, "b": *x}'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    expect(readJson(text, limits)).toBeUndefined();
  });

  test('so a key that stands twice is still refused', () => {
    expect(readYaml('{"a": 1,\n "a": 2}', { strict: true })).toEqual({
      problem: 'the key a stands twice in a map, again in line 2',
    });
  });
});
