import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holds, mapClaims } from '../../../../src/domain/login/doctor/cel.ts';
import { conjuncts, whyRejected } from '../../../../src/domain/login/doctor/condition.ts';
import { explainCondition } from '../../../../src/domain/login/doctor/examine.ts';
import { claims, facts, own } from '../../../support/login-facts.ts';

describe('mapping and condition, as the token exchange evaluates them', () => {
  test.each([
    ["assertion.repository == 'acme/ocr'", 'true'],
    ["assertion.repository == 'acme/other'", 'false'],
    ["assertion.repository.startsWith('acme/')", 'true'],
    ["attribute.repository_id == '770001' && google.subject.startsWith('repo:acme/')", 'true'],
    ["assertion.ref in ['refs/heads/main', 'refs/heads/prod']", 'true'],
    ["assertion.sub.matches('^repo:acme/ocr:.*$')", 'true'],
    ["assertion.environment == 'prod'", 'error'],
    ["has(assertion.environment) && assertion.environment == 'prod'", 'false'],
    ["assertion.environment == 'prod' || assertion.ref == 'refs/heads/main'", 'true'],
    ["assertion.job_workflow_ref.extract('{repo}/.github/') == 'acme/ocr'", 'true'],
    ['assertion.repository_owner_id == 4211', 'false'],
    ['assertion.repository ==', 'error'],
    ['assertion.repository', 'error'],
    ['', 'true'],
    [undefined, 'true'],
  ] as const)('%s is %s', (condition, expected) => {
    expect(holds(condition, claims, own)).toBe(expected);
  });

  test('a string literal that contains the reserved name does not change', () => {
    expect(holds("assertion.repository != 'google.subject'", claims, own)).toBe('true');
    expect(holds("assertion.google.nested == 'x'", { google: { nested: 'x' } }, own)).toBe('true');
  });

  test('a mapping that gives no text is a problem', () => {
    const mapped = mapClaims(
      {
        'google.subject': 'assertion.missing',
        'attribute.number': 'size(assertion.sub)',
        'attribute.ok': "assertion.repository.split('/')[0]",
      },
      claims,
    );
    expect(mapped.subject).toBeUndefined();
    expect(mapped.attributes).toEqual({ ok: 'acme' });
    expect(mapped.problems.map(({ target, why }) => [target, why])).toEqual([
      ['google.subject', expect.stringContaining('missing')],
      ['attribute.number', 'it is a number, not text'],
    ]);
  });

  test('each part of a condition comes with the values that it looked at', () => {
    const condition =
      "assertion.repository_owner_id == '4211' && (assertion.ref == 'refs/heads/prod' || assertion.environment == 'prod') && !(assertion.actor == 'mallory')";
    const parts = conjuncts(condition, claims, own);
    expect(parts.map(({ truth }) => truth)).toEqual(['true', 'error', 'true']);
    expect(parts[1]).toMatchObject({
      text: "(assertion.ref == 'refs/heads/prod' || assertion.environment == 'prod')",
      reads: [
        { name: 'assertion.ref', value: 'refs/heads/main' },
        { name: 'assertion.environment', value: undefined },
      ],
    });
    expect(whyRejected(parts)).toBe(
      "The part (assertion.ref == 'refs/heads/prod' || assertion.environment == 'prod') cannot be evaluated: assertion.ref is \"refs/heads/main\", the token of this run has no assertion.environment.",
    );
  });

  test('the values show a difference in upper and lower case', () => {
    const found = explainCondition(facts({ condition: "assertion.repository == 'Acme/OCR'" }));
    expect(found).toBe(
      'The part assertion.repository == \'Acme/OCR\' is false: assertion.repository is "acme/ocr".',
    );
  });

  test('a condition that is not CEL is one part that cannot be evaluated', () => {
    expect(conjuncts('assertion.repository = "x"', claims, own)).toMatchObject([{ truth: 'error' }]);
  });
});

describe('a condition is split at the right places', () => {
  test.each([
    [
      "(assertion.a == '1' && (assertion.b == '2' && !(assertion.c == '3')))",
      ["assertion.a == '1'", "assertion.b == '2'", "!(assertion.c == '3')"],
    ],
    ["(assertion.a == '1') && (assertion.b == '2')", ["(assertion.a == '1')", "(assertion.b == '2')"]],
    [
      "assertion.a == 'x && y' && assertion.b in ['&&', \"&&\"]",
      ["assertion.a == 'x && y'", 'assertion.b in [\'&&\', "&&"]'],
    ],
    [
      "assertion.a == '1' || assertion.b == '2' && assertion.c == '3'",
      ["assertion.a == '1' || assertion.b == '2' && assertion.c == '3'"],
    ],
    [
      "(assertion.a == '1' || assertion.b == '2') && (assertion.c == '3' || assertion.d == '4')",
      ["(assertion.a == '1' || assertion.b == '2')", "(assertion.c == '3' || assertion.d == '4')"],
    ],
    [
      "assertion.a == '1' && assertion.b == '2' ? true : false",
      ["assertion.a == '1' && assertion.b == '2' ? true : false"],
    ],
    ["(assertion.a == '1') && assertion.b == ('2')", ["(assertion.a == '1')", "assertion.b == ('2')"]],
  ])('%s', (condition, parts) => {
    expect(conjuncts(condition, claims, own).map(({ text }) => text)).toEqual(parts);
  });

  test('all parts hold exactly if the whole condition holds', () => {
    const atom = fc.constantFrom(
      "assertion.a == '1'",
      "assertion.b == '1'",
      "assertion.c == '1'",
      "'1' in [assertion.a]",
      "!(assertion.b == '1')",
    );
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        atom,
        fc
          .tuple(tie('expression'), fc.constantFrom(' && ', ' || '), tie('expression'))
          .map(([a, op, b]) => `(${a}${op}${b})`),
        fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a} && ${b}`),
      ),
    }));
    const values = fc.record({
      a: fc.constantFrom('1', '2'),
      b: fc.constantFrom('1', '2'),
      c: fc.constantFrom('1', '2'),
    });
    fc.assert(
      fc.property(expression, values, (condition, given) => {
        const none = { subject: undefined, attributes: {}, unknown: [], problems: [] };
        const parts = conjuncts(condition, given, none);
        expect(parts.every(({ truth }) => truth === 'true')).toBe(holds(condition, given, none) === 'true');
      }),
      { numRuns: 200 },
    );
  });
});
