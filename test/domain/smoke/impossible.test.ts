import { describe, expect, test } from '@jest/globals';
import { parseSuite } from '../../../src/domain/smoke/suite/suite.ts';

/** The problems of a suite with one case. `lines` stand below the case's image. */
function problemsOf(lines: readonly string[]): string[] {
  const source = ['version: 1', 'cases:', '  - image: a.png', ...lines.map((line) => `    ${line}`)].join(
    '\n',
  );
  return (parseSuite(source, 'suite.yaml').problems ?? []).map(({ line, message }) => `${line}: ${message}`);
}
const path = (expression: string) =>
  problemsOf([`text: { path: '${expression}' }`, 'expect: { contains: x }']);
const expects = (text: string) => problemsOf([`expect: ${text}`]);

describe('a JMESPath that can never give a value is refused where it stands', () => {
  test.each([
    ['lenght(lines)', 'at character 1, no function has the name lenght: did you mean length?'],
    ['lines[?shout(text)]', 'at character 8, no function has the name shout'],
    ['length(text) | frobnicate(@)', 'at character 16, no function has the name frobnicate'],
    ['[length(a), length(b, c)]', 'at character 13, length takes 1 argument, not 2'],
    ['join(lines)', 'at character 1, join takes 2 arguments, not 1'],
    ['join()', 'join takes 2 arguments, not 0'],
    ['not_null()', 'not_null takes at least 1 argument, not 0'],
    ['replace(text, `"a"`)', 'replace takes 3 to 4 arguments, not 2'],
    ['sort_by(lines, top)', 'argument 2 of sort_by must be an expression such as &name'],
    ['length(&text)', 'argument 1 of length must be a value, not an expression with &'],
    ['abs(`"one"`)', 'argument 1 of abs has a type that the function does not take'],
    ['a.b.c.constructor(text)', 'no function has the name constructor'],
    ['lines[', 'is not JMESPath'],
  ])('%s', (expression, problem) => {
    const found = path(expression);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
    expect(found[0]).toMatch(/^4: /);
  });

  test.each([
    'text',
    'lines[].text',
    'sort_by(lines, &top)[].text',
    "join(' ', lines[].text)",
    'length(lines) > `3` && lines[0].text || text',
    "not_null(text, lines[0].text, 'none')",
    'max_by(pages, &confidence).text',
    'let $all = lines in $all[0].text',
    'pad_left(text, `5`)',
    '{a: length(a), b: `{"type": "Function", "name": "nope", "children": []}`}',
  ])('%s is fine', (expression) =>
    expect(problemsOf(['text:', `  path: ${JSON.stringify(expression)}`])).toEqual([]),
  );

  test('in a field and in no_error_at too', () => {
    expect(expects('{ fields: { total: { path: "summ(@)", equals: 1 } } }')[0]).toContain(
      'did you mean sum?',
    );
    expect(problemsOf(['text: { no_error_at: "err(@)" }'])[0]).toContain('at character 1');
  });
});

describe('an expectation that no answer can meet is the fault of the suite', () => {
  test.each([
    ['{ contains: [TOTAL 128], not_contains: total }', undefined],
    ['{ contains: [TOTAL 128], not_contains: TOTAL }', 'contradict each other'],
    ['{ empty: true, contains: A }', 'a blank image has no text'],
    ['{ empty: true, max_stray: 2, contains: ABC }', 'a blank image has no text'],
    ['{ empty: true, matches: "\\\\d+" }', 'a blank image has no text'],
    ['{ empty: true, fields: { a: { pattern: "(\\\\d+)", equals: "1" } } }', 'a blank image has no text'],
    ['{ max_stray: 3, contains: A }', 'max_stray needs empty'],
    ['{ text: TOTAL 128.40, contains: TOTAL 128.41 }', 'a perfect answer would fail'],
    ['{ text: TOTAL 128.40, not_contains: "128" }', 'a perfect answer would fail'],
    ['{ status: 204, contains: A }', 'has no body'],
    ['{ status: [204, 304], text: A }', 'has no body'],
    ['{ fields: { total: { pattern: "TOTAL (\\\\d+)", equals: "128.40" } } }', 'they can never be equal'],
    [
      '{ fields: { day: { pattern: "(?<day>\\\\d{4}-\\\\d\\\\d)", equals: "17.01.2026" } } }',
      'they can never be equal',
    ],
    ['{ headers: { X-A: one, x-a: two } }', 'must have two values at once'],
    ['{ max_latency: 0s }', 'no answer arrives within 0 s'],
  ])('%s', (text, problem) => {
    const found = expects(text);
    if (problem === undefined) return expect(found).toEqual([]);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });

  test.each([
    '{ empty: true }',
    '{ empty: true, max_stray: 3, contains: ABC }',
    '{ empty: true, matches: "^$" }',
    '{ empty: true, not_contains: A }',
    '{ text: "TOTAL  128.40", contains: TOTAL 128.40 }',
    '{ text: 합계 128, contains: 합계128 }',
    '{ status: [200, 204], contains: A }',
    '{ status: 204 }',
    '{ fields: { total: { pattern: "TOTAL (\\\\d+[.,]\\\\d+)", equals: "128.40" } } }',
    '{ fields: { name: { pattern: "^Name: (.+)$", equals: "Kim" } } }',
    '{ fields: { name: { pattern: "Name: (\\\\w+)", equals: "KIM" } } }',
    '{ fields: { two: { pattern: "(A B)", equals: "A  B" } } }',
    '{ fields: { esc: { pattern: "\\\\((\\\\d+)\\\\)", equals: "12" } } }',
    '{ fields: { set: { pattern: "[(]([^)]+)[)]", equals: "12" } } }',
    '{ fields: { none: { pattern: "(?:NO|YES)", equals: "YES" } } }',
    '{ headers: { X-A: one } }',
    '{ max_latency: 1ms }',
  ])('%s may hold', (text) => expect(expects(text)).toEqual([]));

  test('limits of zero', () => {
    expect(problemsOf(['timeout: 0s'])[0]).toContain('within 0 s');
    const source =
      'version: 1\ncases:\n  - image: a.png\nlatency: { p95: 0ms }\npresets: [{ preset: cold-start, within: 0s }]';
    expect(parseSuite(source, 's.yaml').problems?.map(({ line }) => line)).toEqual([4, 5]);
  });
});
