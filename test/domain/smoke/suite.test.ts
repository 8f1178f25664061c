import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { presetNames } from '../../../src/domain/smoke/suite/schema/parts.ts';
import { parseSuite } from '../../../src/domain/smoke/suite/suite.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const head = 'version: 1\ncases:\n';
const messages = (source: string) =>
  (parseSuite(source, 'x.smoke.yaml').problems ?? []).map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
const suite = (source: string) => {
  const parsed = parseSuite(source, 'tests/x.smoke.yaml');
  if (!parsed.suite) throw new Error(parsed.problems.map((problem) => problem.message).join());
  return parsed.suite;
};

describe('a good suite', () => {
  test('the shortest one', () => {
    const { name, cases, presets, latency } = suite(`${head}  - image: a.png\n    expect: {text: hello}`);
    expect([name, presets, latency]).toEqual(['x.smoke', [], undefined]);
    expect(cases[0]).toMatchObject({
      name: 'a.png',
      place: { line: 3, column: 5 },
      image: { kind: 'file', path: 'a.png' },
      request: { as: 'raw', method: 'POST', path: '/', field: 'image' },
      text: { preset: 'auto', join: '\n' },
      policy: {
        whitespace: 'auto',
        unit: 'code-point',
        compat: false,
        equivalents: false,
        ignoreCase: false,
      },
      expect: { status: [200], text: 'hello', maxCer: 0.02, contains: [], fields: [] },
      timeoutMs: 30_000,
      retries: 2,
    });
  });

  test('defaults are inherited, key by key', () => {
    const { cases } = suite(
      'version: 1\ndefaults: {request: {as: multipart, field: file, headers: {x-a: "1"}}, timeout: 5s, retries: 0, normalize: {compat: true}, expect: {max_latency: 2s}}\n' +
        'cases:\n  - {image: a.png, request: {field: photo, headers: {x-b: "2"}}, expect: {contains: hi}}\n  - {name: b, image: a.png, request: vision-json, timeout: 500ms}',
    );
    expect(cases[0]).toMatchObject({
      request: { as: 'multipart', field: 'photo', headers: { 'x-a': '1', 'x-b': '2' } },
      timeoutMs: 5000,
      retries: 0,
      expect: { contains: ['hi'], maxLatencyMs: 2000, maxCer: undefined },
    });
    expect(cases[1]).toMatchObject({
      request: { as: 'vision-json', field: 'file' },
      timeoutMs: 500,
      policy: { compat: true },
    });
  });

  test('a text of a case replaces any text of the defaults', () => {
    const { cases } = suite(
      'version: 1\ndefaults: {expect: {text_file: all.txt, max_cer: 0.1}}\ncases:\n  - {image: a.png}\n  - {image: b.png, expect: {text: own}}\n  - {image: c.png, expect: {empty: true}}',
    );
    expect(
      cases.map(({ expect: { text, textFile, empty, maxCer } }) => [text, textFile, empty, maxCer]),
    ).toEqual([
      [undefined, 'all.txt', false, 0.1],
      ['own', undefined, false, 0.1],
      [undefined, undefined, true, undefined],
    ]);
  });

  test('presets and latency', () => {
    const { presets, latency } = suite(
      `${head}  - {name: a, image: a.png}\npresets:\n  - deterministic\n  - {preset: too-large, size: 1MiB}\n  - {preset: pixel-bomb, within: 2s, pixels: 5000, case: a}\nlatency: {samples: 7, p95: 1s, cold: 1m}`,
    );
    expect(presets).toMatchObject([
      { name: 'deterministic', times: 5, place: { line: 5, column: 5 } },
      { name: 'too-large', bytes: 1024 * 1024 },
      { name: 'pixel-bomb', withinMs: 2000, pixels: 5000, caseName: 'a' },
    ]);
    expect(latency).toMatchObject({ samples: 7, concurrency: 1, limits: { p95: 1000 }, coldMs: 60_000 });
  });

  test('every preset is one line', () => {
    expect(
      suite(
        `${head}  - image: a.png\npresets:\n${presetNames.map((name) => (name === 'cache-correct' ? '  - {preset: cache-correct, case: a.png, variants: [{name: b, request: {path: /b}}]}' : `  - ${name}`)).join('\n')}`,
      ).presets.map((preset) => preset.name),
    ).toEqual([...presetNames]);
  });

  test('an address as the image decides how it is sent', () => {
    const { cases } = suite(
      `${head}  - image: gs://bucket/a.png\n  - image: https://example.com/a.png\n  - {name: own, image: gs://bucket/b.png, request: {template: {u: "{{uri}}"}}}`,
    );
    expect(cases.map((item) => item.request.as)).toEqual(['gcs', 'url', 'json']);
  });

  test('the suite in examples/ is valid', () => {
    const file = 'examples/smoke/backstay.smoke.yaml';
    const parsed = parseSuite(readFileSync(join(root, file), 'utf8'), file);
    expect(parsed.problems).toBeUndefined();
    expect(parsed.suite?.cases).toHaveLength(7);
  });

  test('as in YAML 1.2, no and yes are words', () => {
    expect(suite(`${head}  - {image: a.png, name: no, expect: {contains: yes}}`).cases[0]).toMatchObject({
      name: 'no',
      expect: { contains: ['yes'] },
    });
  });
});

describe('problems point at file, line and column', () => {
  const table: [string, string, string[]][] = [
    ['empty file', '', ['1:1 the file: nothing: expected a map.']],
    [
      'typing error in a key',
      `${head}  - imge: a.png`,
      ['3:5 image is missing: expected a string.', '3:5 imge is not known here: did you mean image?'],
    ],
    [
      'typing error in a nested key',
      `${head}  - image: a.png\n    expect:\n      acuracy: 1\n      max_cr: 0.1`,
      [
        '5:7 acuracy is not known here: expected one of status, text, text_file, empty, max_stray, max_cer, max_wer, models, contains, not_contains, matches, fields, headers, max_latency.',
        '6:7 max_cr is not known here: did you mean max_cer?',
      ],
    ],
    [
      'typing error in a map that may also be a word',
      `${head}  - image: a.png\n    request:\n      ass: raw`,
      ['5:7 ass is not known here: did you mean as?'],
    ],
    [
      'an unknown word',
      `${head}  - image: a.png\n    request: multi-part`,
      ['4:14 request: "multi-part": did you mean multipart?'],
    ],
    [
      'an unknown preset',
      `${head}  - image: a.png\npresets:\n  - denies-anonymus`,
      ['5:5 presets: "denies-anonymus": did you mean denies-anonymous?'],
    ],
    ['wrong kind', `${head}  - image: 5`, ["3:12 image: a number: expected a string in quotes: '5'."]],
    ['cases is not a list', 'version: 1\ncases: a.png', ['2:8 cases: a string: expected a list.']],
    ['no version', 'cases:\n  - image: a.png', ['1:1 version is missing: expected 1.']],
    ['another version', 'version: 2\ncases:\n  - image: a.png', ['1:10 version: 2: expected 1.']],
    [
      'a wrong duration',
      `${head}  - image: a.png\n    timeout: 5 sec`,
      ['4:14 timeout: "5 sec": expected a duration such as 500ms, 3s or 1m.'],
    ],
    [
      'a size',
      `${head}  - image: a.png\npresets:\n  - {preset: too-large, size: 33MB}`,
      ['5:31 size: "33MB": expected a size such as 500KiB or 33MiB.'],
    ],
    [
      'a rate above 1',
      `${head}  - image: a.png\n    expect: {text: x, max_cer: 2}`,
      ['4:32 max_cer: 2: expected at most 1.'],
    ],
    ['no cases', 'version: 1\ncases: []', ['2:1 cases: []: expected at least 1 entry.']],
    [
      'a pattern',
      `${head}  - image: a.png\n    expect: {matches: "("}`,
      ['4:23 Invalid regular expression: /(/mu: Unterminated group.'],
    ],
    [
      'a field with both path and pattern',
      `${head}  - image: a.png\n    expect: {fields: {t: {path: a, pattern: b, equals: c}}}`,
      ['4:23 t needs either path or pattern.'],
    ],
    [
      'texts that contradict',
      `${head}  - image: a.png\n    expect: {text: a, empty: true}`,
      ['4:5 text and empty contradict each other: keep one.'],
    ],
    [
      'max_cer without a text',
      `${head}  - image: a.png\n    expect: {max_cer: 0.1}`,
      ['4:5 max_cer and max_wer need text or text_file.'],
    ],
    [
      'two cases with the same name',
      `${head}  - image: a.png\n  - image: a.png`,
      ['4:5 Two cases have the name a.png: rename one of them.'],
    ],
    [
      'a case that does not exist',
      `${head}  - {name: invoice, image: a.png}\npresets:\n  - {preset: deterministic, case: invoise}`,
      ['5:35 No case has the name invoise: did you mean invoice?'],
    ],
    [
      'an address sent as bytes',
      `${head}  - {image: "gs://b/a.png", request: raw}`,
      ['3:13 An address cannot be sent as raw: use gcs, or json with {{uri}} in its template.'],
    ],
    [
      'json without a template',
      `${head}  - {image: a.png, request: json}`,
      ['3:29 json needs a template with {{base64}} or {{uri}}.'],
    ],
    [
      'a header that the action sets',
      `${head}  - image: a.png\n    request: {headers: {Authorization: Bearer x}}`,
      ['4:40 A suite cannot set the header Authorization: this action sets it.'],
    ],
    [
      'a header that splits the request',
      `${head}  - image: a.png\n    request: {headers: {x-a: "1\\r\\nx-b: 2"}}`,
      ['4:30 The value of the header x-a has characters that HTTP does not allow.'],
    ],
    [
      'the same key twice',
      `${head}  - image: a.png\n    image: b.png`,
      ['4:5 This is not valid YAML: Map keys must be unique'],
    ],
    [
      'bad YAML',
      `${head}  - image: [a.png`,
      [
        '3:18 This is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
      ],
    ],
  ];
  test.each(table)('%s', (_, source, wanted) => expect(messages(source)).toEqual(wanted));

  test('a problem quotes its line', () => {
    expect(parseSuite(`${head}  - imge: a.png`, 'x').problems?.[0]?.quoted).toBe('  - imge: a.png');
  });

  test('an invalid JMESPath is a problem', () => {
    expect(messages(`${head}  - image: a.png\n    text: {path: "a["}`)[0]).toMatch(
      /^4:18 a\[ is not JMESPath: /,
    );
  });

  test('alias bombs, prototypes and huge files do no harm', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map((name, i) => `${name}: &${name} [${`*${'abcdefg'[i]},`.repeat(9)}]`)
      .join('\n')}\n`;
    expect(messages(bomb)[0]).toMatch(/YAML cannot be used|not known/);
    expect(messages(`${head}  - {image: a.png, __proto__: {skip: x}}`)[0]).toMatch(
      /__proto__ is not known here/,
    );
    expect(messages('x'.repeat(1_000_001))).toEqual(['1:1 The file is larger than a megabyte.']);
  });
});

test('a content type must be one that a header can hold', () => {
  expect(messages(`${head}  - {image: a.png, request: {as: raw, type: 한글}}`)).toEqual([
    '3:45 type: expected a content type such as image/png.',
  ]);
  expect(suite(`${head}  - {image: a.png, request: {type: image/png; a=b}}`).cases[0]?.request.type).toBe(
    'image/png; a=b',
  );
});

describe('a type that can never match is refused, with the string to write', () => {
  const field = (rule: string) => `${head}  - image: a.png\n    expect: {fields: {total: {${rule}}}}`;
  test.each([
    ['20260117', "'20260117'"],
    ['128.40', "'128.40'"],
    ['true', "'true'"],
    ['0x1F', "'0x1F'"],
  ])('a pattern and equals: %s', (value, quoted) => {
    const [message, ...more] = messages(field(`pattern: 'TOTAL (.+)', equals: ${value}`));
    expect(more).toEqual([]);
    expect(message).toMatch(/^4:\d+ equals: a (number|boolean), which never equals the text/);
    expect(message?.endsWith(`: ${quoted}.`)).toBe(true);
  });

  test('with a path every type can match', () => {
    for (const value of ['20260117', '128.40', 'true', "'128.40'"])
      expect(messages(field(`path: total, equals: ${value}`))).toEqual([]);
    expect(messages(field("pattern: 'TOTAL (.+)', equals: '128.40'"))).toEqual([]);
  });

  test('a rule from the defaults, and an alias', () => {
    const rule = 'expect: {fields: {total: {pattern: x, equals: 5}}}';
    expect(messages(`version: 1\ndefaults: {${rule}}\ncases: [{image: a.png}]`)[0]).toMatch(/in quotes\.$/);
    const alias = `${head}  - {name: &n 5, image: a.png, expect: {contains: *n}}`;
    expect(messages(alias).every((message) => message.endsWith("in quotes: '5'."))).toBe(true);
  });

  test('a number as a phrase or a text', () => {
    expect(messages(`${head}  - {image: a.png, expect: {text: 128.40}}`)).toEqual([
      "3:35 text: a number: expected a string in quotes: '128.40'.",
    ]);
    expect(messages(`${head}  - {image: a.png, expect: {contains: [128.40]}}`)).toEqual([
      "3:40 contains: a number: expected a string in quotes: '128.40'.",
    ]);
  });
});
