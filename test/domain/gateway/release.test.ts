import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { isRefused, isServed, whoAnswers } from '../../../src/domain/gateway/answers.ts';
import type { Api } from '../../../src/domain/gateway/api.ts';
import { canonicalDocument } from '../../../src/domain/gateway/canonical.ts';
import { diffApis } from '../../../src/domain/gateway/diff.ts';
import { diagnosticsIn, placeOf } from '../../../src/domain/gateway/google-refusal.ts';
import { lint } from '../../../src/domain/gateway/lint.ts';
import { mark, markerFolder, ownLine } from '../../../src/domain/gateway/marker.ts';
import { readDocument } from '../../../src/domain/gateway/read-document.ts';
import { documents } from './documents.ts';

const read = (text: string): Api => {
  const found = readDocument(text);
  if ('problem' in found) throw new Error(found.problem);
  return found.api;
};
const good = documents.filter(({ finds }) => finds.length === 0);

describe('the marker', () => {
  test.each(good.map(({ name, text }) => [name, text] as const))(
    '%s: one secured operation more, and nothing else',
    (_name, text) => {
      const api = read(text);
      const marked = mark(text, api, 'r-0123456789ab');
      if (api.operations.length === 0) return expect(marked).toBeUndefined();
      const { paths, ...rest } = parse(marked?.text ?? '', { logLevel: 'silent' });
      const { [`${markerFolder}/r-0123456789ab`]: added, ...others } = paths;
      expect({ ...rest, paths: others }).toEqual(parse(text, { logLevel: 'silent' }));
      expect(added.get.operationId).toBe('backstayr0123456789ab');
      const after = read(marked?.text ?? '');
      expect(lint(after)).toEqual([]);
      // The id follows from the content, with or without the marker.
      expect(canonicalDocument(after.root, markerFolder)).toBe(canonicalDocument(api.root, markerFolder));
      // A line of what was sent is found again in the file.
      const line = (marked?.text ?? '').split('\n').findIndex((one) => /^ {2}\/ocr:/.test(one)) + 1;
      if (marked && line > 0) expect(text.split('\n')[ownLine(line, marked) - 1]).toMatch(/^ {2}\/ocr:/);
    },
  );

  test('without an operation that asks for a credential there is none', () => {
    const open = documents.find(({ name }) => name === 'nothing at all')?.text ?? '';
    expect(mark(open, read(open), 'r-1')).toBeUndefined();
  });
});

test('layout, comments and the order of keys make no other configuration; any value does', () => {
  const text = "swagger: '2.0'\npaths: { /a: { get: { x: 1, y: '1' } } }\n";
  const same = 'paths:\n  /a: # a comment\n    get:\n      y: "1"\n      x: 1\nswagger: "2.0"\n';
  expect(canonicalDocument(read(same).root)).toBe(canonicalDocument(read(text).root));
  for (const other of [
    text.replace('x: 1', "x: '1'"),
    text.replace('/a', '/b'),
    text.replace('x: 1', 'x: true'),
  ])
    expect(canonicalDocument(read(other).root)).not.toBe(canonicalDocument(read(text).root));
});

describe('what changes for callers', () => {
  const document = (more: string, security = '[{ key: [] }]') =>
    read(
      `swagger: '2.0'\nsecurityDefinitions: { key: { type: apiKey, name: x-api-key, in: header } }\nsecurity: ${security}\n${more}\npaths:\n  /a: { get: {} }\n`,
    );
  const two = (security: string) =>
    read(
      `swagger: '2.0'\nsecurityDefinitions: { key: { type: apiKey, name: x-api-key, in: header }, token: { type: oauth2, x-google-issuer: https://a.example } }\npaths:\n  /a: { get: { security: ${security} } }\n`,
    );
  const scheme = (fields: string) =>
    read(
      `swagger: '2.0'\nsecurityDefinitions: { one: { ${fields} } }\nsecurity: [{ one: [] }]\npaths:\n  /a: { get: {} }\n`,
    );
  const backend = (deadline: string) => `x-google-backend: { address: 'https://a.run.app'${deadline} }`;
  const quota = (value: number) =>
    `x-google-management: { metrics: [{ name: m }], quota: { limits: [{ name: l, metric: m, values: { STANDARD: ${value} } }] } }`;

  test.each([
    [
      'security',
      document(''),
      document('', '[]'),
      { what: 'security', before: 'key', after: 'nothing', weaker: true },
    ],
    [
      'one of two credentials less',
      two('[{ key: [], token: [] }]'),
      two('[{ token: [] }]'),
      { what: 'security', weaker: true },
    ],
    [
      'one alternative more',
      two('[{ token: [] }]'),
      two('[{ token: [] }, { key: [] }]'),
      { what: 'security', weaker: true },
    ],
    [
      'one credential more',
      two('[{ token: [] }]'),
      two('[{ key: [], token: [] }]'),
      { what: 'security', weaker: false },
    ],
    [
      'one alternative less',
      two('[{ token: [] }, { key: [] }]'),
      two('[{ key: [] }]'),
      { what: 'security', weaker: false },
    ],
    ['security, back', document('', '[]'), document(''), { what: 'security', after: 'key', weaker: false }],
    [
      'another issuer under the same name',
      scheme("type: oauth2, x-google-issuer: https://a.example, x-google-audiences: 'ocr'"),
      scheme("type: oauth2, x-google-issuer: https://b.example, x-google-audiences: 'ocr'"),
      { what: 'credential', after: 'one is a token of https://b.example for ocr', weaker: true },
    ],
    [
      'one audience more',
      scheme("type: oauth2, x-google-issuer: https://a.example, x-google-audiences: 'ocr'"),
      scheme("type: oauth2, x-google-issuer: https://a.example, x-google-audiences: 'ocr, other'"),
      { what: 'credential', weaker: true },
    ],
    [
      'one audience less',
      scheme("type: oauth2, x-google-issuer: https://a.example, x-google-audiences: 'ocr, other'"),
      scheme("type: oauth2, x-google-issuer: https://a.example, x-google-audiences: 'ocr'"),
      { what: 'credential', weaker: false },
    ],
    [
      'a key in place of a token',
      scheme('type: oauth2, x-google-issuer: https://a.example'),
      scheme('type: apiKey, name: x-api-key, in: header'),
      { what: 'credential', after: 'one is a key in header', weaker: true },
    ],
    [
      'a token in place of a key',
      scheme('type: apiKey, name: x-api-key, in: header'),
      scheme("type: oauth2, x-google-issuer: https://a.example, x-google-audiences: 'ocr'"),
      { what: 'credential', weaker: true },
    ],
    [
      'a deadline',
      document(backend('')),
      document(backend(', deadline: 60')),
      { what: 'deadline', before: 'standard', after: '60' },
    ],
    [
      'a higher limit',
      document(quota(1)),
      document(quota(2)),
      { route: 'quota l', change: 'changed', weaker: true },
    ],
    ['a lower limit', document(quota(2)), document(quota(1)), { change: 'changed', weaker: false }],
    ['no limit', document(quota(2)), document(''), { change: 'removed', weaker: true }],
  ])('%s', (_name, before, after, wanted) => {
    expect(diffApis(before, after)).toEqual([expect.objectContaining(wanted)]);
  });

  test('a document has no difference to itself, with or without its marker', () => {
    for (const { text } of good) {
      const api = read(text);
      const marked = mark(text, api, 'r-1');
      expect(diffApis(api, read(marked?.text ?? text))).toEqual([]);
    }
  });
});

describe('answers from outside', () => {
  const esp = (code: number, message: string) => ({ status: code, body: JSON.stringify({ code, message }) });
  const marker = esp(401, 'Jwt is missing');
  const unknown = esp(404, 'The current request is not defined by this API.');
  const down = { status: 0, body: '' };
  const function403 = { status: 403, body: '<html>Forbidden</html>' };

  test.each([
    ['the marker is refused', marker, unknown, 'this'],
    ['the marker is not known', unknown, unknown, 'another'],
    ['another runtime has one code for both', esp(403, 'No credential.'), esp(403, 'No such path.'), 'this'],
    [
      'another runtime answers without a body of its own',
      { status: 401, body: 'no' },
      { status: 404, body: 'no' },
      'this',
    ],
    ['no answer', down, unknown, 'unclear'],
    ['a failing server', esp(503, 'x'), unknown, 'unclear'],
    ['the marker is served', { status: 200, body: 'x' }, unknown, 'unclear'],
  ])('%s', (_name, one, other, who) => {
    expect(whoAnswers({ marker: one, unknown: other })).toBe(who);
  });

  test('a refusal of the function is not one of the gateway, and a path that is not defined is no refusal', () => {
    const learned = { marker, unknown };
    expect(isRefused(esp(401, 'Jwt is missing'), learned)).toBe(true);
    expect(isRefused(esp(400, 'API key not valid.'), learned)).toBe(true);
    expect(isRefused(unknown, learned)).toBe(false);
    expect(isRefused(function403, learned)).toBe(false);
    expect(isRefused({ status: 400, body: '{"error":"no image"}' }, learned)).toBe(false);
    expect(isRefused({ status: 200, body: '' }, learned)).toBe(false);
    // A runtime without a body of its own refuses as it refuses the marker.
    expect(isRefused({ status: 401, body: 'no' }, { marker: { status: 401, body: 'no' }, unknown })).toBe(
      true,
    );
  });

  test('served means that the function answered', () => {
    expect(isServed({ status: 200, body: 'x' })).toBe(true);
    expect(isServed({ status: 422, body: '{"error":"no image"}' })).toBe(true);
    for (const answer of [
      marker,
      unknown,
      function403,
      esp(504, 'upstream request timeout'),
      down,
      esp(429, 'Quota'),
    ])
      expect(isServed(answer)).toBe(false);
  });
});

describe("Google's refusal", () => {
  const text = documents.find(({ name }) => name === 'key for all')?.text ?? '';
  const api = read(text);
  const marked = mark(text, api, 'r-1');

  test('the lines of an error text', () => {
    const error =
      'Cannot convert to service config. \'location: "openapi.yaml:12" kind: ERROR message: "a \\"b\\" c"\' \'location: "unknown location" kind: ERROR message: "http: d"\'';
    expect(diagnosticsIn(error)).toEqual([
      { location: 'openapi.yaml:12', message: 'a \\"b\\" c' },
      { location: 'unknown location', message: 'http: d' },
    ]);
  });

  test.each([
    ['a line', { location: 'openapi.yaml:11', message: 'x' }, 10],
    ['a line before the marker', { location: 'openapi.yaml:2', message: 'x' }, 2],
    [
      'an operation by its name',
      { location: "openapi.yaml: Operation 'post' in path '/ocr'", message: 'x' },
      10,
    ],
    ['a path in the message', { location: 'unknown location', message: 'http: path /ocr is wrong' }, 9],
    ['a key of the document', { location: 'openapi.yaml: securityDefinitions', message: 'x' }, 4],
    ['nothing', { location: '', message: '' }, 1],
  ])('%s', (_name, diagnostic, line) => {
    expect(placeOf(diagnostic, api, marked).line).toBe(line);
  });
});
