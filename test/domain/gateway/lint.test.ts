import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lint } from '../../../src/domain/gateway/lint.ts';
import { refuses } from '../../../src/domain/gateway/problem.ts';
import { readDocument } from '../../../src/domain/gateway/read-document.ts';
import { cpuMsOf } from '../../support/cpu.ts';
import { documents } from './documents.ts';

const found = (text: string, known = {}) => {
  const read = readDocument(text);
  if ('problem' in read) throw new Error(read.problem);
  return lint(read.api, known);
};

test.each(documents.map((document) => [document.name, document] as const))(
  '%s',
  (_name, { text, known, finds }) => {
    expect(found(text, known).map(({ rule, at }) => `${rule} ${at.line}`)).toEqual(finds);
  },
);

test('the table has at least 60 documents, of both versions, half of them good', () => {
  expect(documents.length).toBeGreaterThanOrEqual(60);
  expect(documents.filter(({ finds }) => finds.length === 0).length).toBeGreaterThanOrEqual(30);
  expect(documents.filter(({ text }) => text.includes('openapi: 3')).length).toBeGreaterThan(15);
});

test.each([
  ['no server', '', ''],
  ['a server without a mark', "servers: [{ url: 'https://a.example/v1' }]", ''],
  [
    'the marked one',
    "servers: [{ url: 'https://b.example/v0' }, { url: 'https://a.example/v1/', x-google-endpoint: {} }]",
    '/v1',
  ],
  ['a path alone', 'servers: [{ url: /v2, x-google-endpoint: {} }]', '/v2'],
])('the path before every path of OpenAPI 3: %s', (_, servers, basePath) => {
  const read = readDocument(`openapi: 3.0.4\n${servers}\npaths: { /a: { get: {} } }\n`);
  expect('problem' in read ? read.problem : read.api.basePath).toBe(basePath);
});

test('a document that is refused opens a path or breaks the backend, and a preflight refuses nothing', () => {
  const refused = (name: string) =>
    found(documents.find((one) => one.name === name)?.text ?? '').filter(refuses).length;
  expect(refused('an empty list of the operation')).toBe(1);
  expect(refused('disable_auth')).toBe(1);
  expect(refused('a browser asks first')).toBe(0);
  expect(refused('a browser asks about every path')).toBe(0);
  expect(refused('OPTIONS of a path that has nothing else')).toBe(1);
  expect(refused('OPTIONS with a credential that is not defined')).toBe(1);
  expect(refused('no quota')).toBe(0);
});

describe('documents that nobody could serve are refused by name', () => {
  const head = "swagger: '2.0'\npaths:\n";
  const bomb = `a0: &a0 [x, x]\n${Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}\n`;
  test.each([
    ['10 MB', `${head}${'# filler\n'.repeat(1_200_000)}`, /larger than/],
    ['aliases that grow', `${head}  /a: {}\n${bomb}`, /aliases/],
    ['an alias of itself', `${head}  /a: &a { get: *a }\n`, /contains itself/],
    ['a depth of 1 000', `${head}  /a: ${'['.repeat(1000)}${']'.repeat(1000)}\n`, /nested/],
    ['two documents', `${head}  /a: {}\n---\n${head}`, /2 documents/],
    ['no document', '', /no document/],
    ['another format', 'asyncapi: 2.0.0\n', /neither OpenAPI 2 nor 3/],
    ['OpenAPI 4', 'openapi: 4.0.0\npaths: {}\n', /neither OpenAPI 2 nor 3/],
    ['OpenAPI 2 and 3 at once', 'openapi: 3.0.4\nswagger: "2.0"\npaths: {}\n', /neither OpenAPI 2 nor 3/],
    ['damaged', 'swagger: "2.0\n', /not valid YAML/],
    [
      'a key twice',
      `${head}  /a: { get: { security: [{ key: [] }], security: [] } }\n`,
      /security stands twice .* line 3/,
    ],
    [
      'a merge in quotes',
      `${head}  /a: { get: { "<<": { security: [{ key: [] }] } } }\n`,
      /<< .* quotes in line 3/,
    ],
    ['too many paths', head + Array.from({ length: 5001 }, (_, i) => `  /p${i}: {}\n`).join(''), /paths/],
  ])('%s', (_name, text, problem) => {
    expect(readDocument(text)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

test('whatever a document holds, the lint ends and says something or nothing', () => {
  const words = [
    'security',
    'x-google-backend',
    '$ref',
    'paths',
    'address',
    'mcp',
    '#/paths/~1a',
    'metricCosts',
  ];
  const node = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...words, '', null, true, 1),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...words, 'get', '/a', 'x'), tie('value'), { maxKeys: 4 }),
    ),
  })).value;
  fc.assert(
    fc.property(
      node,
      node,
      node,
      fc.constantFrom({ swagger: '2.0' }, { openapi: '3.0.1' }),
      (paths, security, more, version) => {
        const object = typeof more === 'object' && more !== null && !Array.isArray(more) ? more : {};
        const text = JSON.stringify({
          ...object,
          ...version,
          paths,
          security,
          'x-google-api-management': more,
        });
        expect(Array.isArray(found(text))).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

describe('a short document that stands for very much is judged in a moment', () => {
  const head =
    "swagger: '2.0'\nsecurityDefinitions: { key: { type: apiKey, name: x-api-key, in: header } }\n";
  const closed = 'security: [{ key: [] }]\n';
  const lines = (count: number, line: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => line(at)).join('\n');
  const many = (count: number) => `paths:\n${lines(count, (at) => `  /p${at}: { get: {} }`)}\n`;
  test.each([
    [
      'a reference to 1,500 keys',
      `${head}${closed}paths: { /a: { $ref: '#/x-b', k: 1 } }\nx-b:\n${lines(1500, (at) => ` k${at}: 1`)}\n`,
      'gateway-document',
    ],
    [
      '4,900 paths and 20,000 alternatives',
      `${head}security: [${lines(20_000, () => '  { key: [] },')}]\n${many(4900)}`,
      'gateway-document',
    ],
    [
      '4,900 paths and a quota of 20,000 metrics',
      `${head}${closed}x-google-quota:\n${lines(20_000, (at) => ` m${at}: 1`)}\n${many(4900)}`,
      'gateway-document',
    ],
    [
      '4,900 references to 128 ways to write a method',
      `${head}${closed}x-b: { ${lines(128, (at) => `  ${[...'options'].map((one, bit) => ((at >> bit) & 1 ? one.toUpperCase() : one)).join('')}: {},`)} }\npaths:\n${lines(4900, (at) => `  /p${at}: { $ref: '#/x-b' }`)}\n`,
      'gateway-document',
    ],
    [
      'a chain of 4,900 references',
      `${head}${closed}paths:\n${lines(4900, (at) => `  /p${at}: { $ref: '#/paths/~1p${at + 1}' }`)}\n`,
      'gateway-document',
    ],
    [
      'a base path of slashes',
      `${head}${closed}basePath: ${'/'.repeat(200_000)}x\npaths: { /a: { get: {} } }\n`,
      undefined,
    ],
    [
      'a host of hyphens',
      `${head}${closed}x-google-backend: { address: 'https://${'-'.repeat(200_000)}/' }\npaths: { /a: { get: {} } }\n`,
      undefined,
    ],
  ])(
    '%s',
    (_name, text, rule) => {
      let problems: ReturnType<typeof found> = [];
      // Without the limits, each of these takes a minute or hours.
      const took = cpuMsOf(() => {
        problems = found(text);
      });
      expect(took).toBeLessThan(15_000);
      if (rule) expect(problems.filter(refuses).map((one) => one.rule)).toContain(rule);
    },
    300_000,
  );
});
