import { describe, expect, test } from '@jest/globals';
import { evaluate } from '../../../src/domain/cel/evaluate.ts';
import { Nothing, type Value } from '../../../src/domain/cel/value.ts';

/** The comparison with Google's library is in test/peers/cel. Here is what that library does not have. */

const only = new Nothing('unknown', 'only Google knows');
const variables = {
  assertion: { sub: 'repo:acme/ocr:ref:refs/heads/main', later: only } as unknown as Value,
  given: only,
};
const kindOf = (expression: string) => {
  const value = evaluate(expression, variables);
  return value instanceof Nothing ? value.kind : value;
};

describe('what is unknown travels as CEL says', () => {
  test.each([
    ['given', 'unknown'],
    ['given && true', 'unknown'],
    ['given && false', false],
    ['given || true', true],
    ['given || false', 'unknown'],
    ["given || assertion.missing == 'x'", 'unknown'],
    ['!given', 'unknown'],
    ["given == 'x'", 'unknown'],
    ["assertion.later == 'x'", 'unknown'],
    ["assertion['later'] == 'x'", 'unknown'],
    ['has(assertion.later)', 'unknown'],
    ['assertion.later.startsWith(assertion.missing)', 'error'],
    ['given ? true : true', 'unknown'],
    ['[given].exists(x, true)', 'unknown'],
    ["['a', 'b'].exists(x, x == 'a' || given)", true],
    ["['a', 'b'].all(x, x == 'a' || given)", 'unknown'],
    ["['a', 'b'].filter(x, given).size() == 0", 'unknown'],
    ["unheard_of(assertion.sub) == 'x'", 'unknown'],
    ["undeclared == 'x'", 'unknown'],
  ] as const)('%s is %s', (expression, expected) => expect(kindOf(expression)).toBe(expected));
});

describe("IAM's extract()", () => {
  test.each([
    ["assertion.sub.extract('repo:{r}:')", 'acme/ocr'],
    ["assertion.sub.extract('{all}')", 'repo:acme/ocr:ref:refs/heads/main'],
    ["assertion.sub.extract('refs/heads/{branch}')", 'main'],
    ["assertion.sub.extract('tags/{tag}')", ''],
    ["assertion.sub.extract('repo:{r}@')", ''],
    ["assertion.sub.extract('no place')", 'unknown'],
    ["assertion.sub.extract('{a}:{b}')", 'unknown'],
  ] as const)('%s is "%s"', (expression, expected) => expect(kindOf(expression)).toBe(expected));
});

test('loops in loops end as unknown, and do not keep the doctor busy', () => {
  const ten = `[${Array(10).fill('1').join()}]`;
  const nested = ['a', 'b', 'c', 'd', 'e', 'f'].reduce(
    (body, name) => `${ten}.all(${name}, ${body})`,
    '1 == 1',
  );
  expect(kindOf(nested)).toBe('unknown');
});

test('a pattern that would keep a backtracking engine busy for years is decided', () => {
  expect(kindOf(`'${'a'.repeat(2000)}!'.matches('^(a+)+$')`)).toBe(false);
});

test('text that no CEL can be is an error, and newer CEL is unknown', () => {
  expect(kindOf("assertion.sub == 'x' and true")).toBe('error');
  expect(kindOf("assertion.?later.orValue('') == ''")).toBe('unknown');
  expect(kindOf('assertion.`sub-claim` == 1')).toBe('unknown');
});
