import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { suiteJsonSchema } from '../../../src/domain/smoke/suite/schema/json-schema.ts';
import { presetNames } from '../../../src/domain/smoke/suite/schema/parts.ts';

const committed = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'schemas/backstay.smoke.json'),
  'utf8',
);

test('the committed schema is up to date (npm run docs)', () => {
  expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(suiteJsonSchema())));
});

test('it is draft-07 with closed objects, messages for patterns and help for every preset', () => {
  const schema = JSON.parse(committed) as Record<string, unknown>;
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(schema.additionalProperties).toBe(false);
  expect(committed).toContain('"patternErrorMessage": "expected a duration such as 500ms, 3s or 1m"');
  expect(JSON.stringify(schema.defaultSnippets)).toContain('cases');
  const nodes: Record<string, unknown>[] = [];
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value)) nodes.push(value as Record<string, unknown>);
    Object.values(value).forEach(walk);
  };
  walk(schema);
  const presets = nodes.filter((node) => Array.isArray(node.markdownEnumDescriptions));
  expect(presets.length).toBeGreaterThan(0);
  for (const node of presets) expect(node.markdownEnumDescriptions).toHaveLength(presetNames.length);
  expect(nodes.filter((node) => node.properties && node.additionalProperties === undefined)).toEqual([]);
});

/** Words of the language servers that editors use. A validator that knows JSON Schema alone must be told of them. */
const editorWords = [
  'defaultSnippets',
  'markdownDescription',
  'markdownEnumDescriptions',
  'patternErrorMessage',
];

test.each(['backstay.smoke.json', 'backstay.slo.json'])('%s compiles in a strict validator', (file) => {
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, '..', '..', '..', 'schemas', file), 'utf8'),
  ) as Record<string, unknown>;
  const strict = new Ajv({ strict: true, allErrors: true, validateFormats: true });
  strict.addVocabulary(editorWords);
  expect(strict.compile(schema)({ nothing: 1 })).toBe(false);
});

test('it judges like the reader of the suite', () => {
  const strict = new Ajv({ strict: true });
  strict.addVocabulary(editorWords);
  const accepts = strict.compile(JSON.parse(committed) as Record<string, unknown>);
  const suite = (request: object) => ({ version: 1, cases: [{ image: 'a.png', request }] });
  expect(accepts(suite({ path: '/v1/ocr' }))).toBe(true);
  expect(accepts(suite({ path: 'v1/ocr' }))).toBe(false);
});
