import { describe, expect, test } from '@jest/globals';
import { mapClaims } from '../../../../src/domain/login/doctor/cel.ts';
import { widened } from '../../../../src/domain/login/doctor/edit-condition.ts';
import { examine } from '../../../../src/domain/login/doctor/examine.ts';
import { LoginError } from '../../../../src/domain/login/failure/login-error.ts';
import { withCauseFrom } from '../../../../src/domain/login/failure/set-up-cause.ts';
import { claims, facts, mapping, member, pool, rules, strict } from '../../../support/login-facts.ts';

const found = (change: Parameters<typeof facts>[0]) => examine(facts(change));

describe('RE2 in a condition', () => {
  test.each([
    "assertion.sub.matches('(?i)^REPO:ACME/OCR:')",
    "assertion.sub.matches('^repo:(?P<owner>acme)/ocr:')",
    "assertion.repository.matches('^[[:alnum:]]+/[[:alnum:]]+$')",
    "assertion.ref.matches('\\\\Arefs/heads/main\\\\z')",
    "assertion.repository_owner.matches('^\\\\pL+$')",
  ])('%s lets this run in', (condition) => {
    const all = rules(found({ condition: `${condition} && ${strict}` }));
    // A rename would lock some of them out, which is another matter.
    expect(all.filter((rule) => !/login-(rename|immutable-subject)/.test(rule))).toEqual([]);
  });

  test('a pattern that RE2 refuses cannot be evaluated', () => {
    const [first] = found({ condition: "assertion.sub.matches('(?=repo)')" });
    expect(first).toMatchObject({
      rule: 'login-condition',
      title: expect.stringContaining('cannot be evaluated'),
    });
  });
});

describe('google.groups', () => {
  const groups = { attributeMapping: { ...mapping, 'google.groups': '[assertion.repository_owner]' } };

  test("a condition on the mapped groups lets this run in, and a member 'group/' matches it", () => {
    const change = {
      condition: `'acme' in google.groups && ${strict}`,
      provider: groups,
      members: [`principalSet://${pool}/group/acme`],
    };
    expect(rules(found(change))).toEqual([]);
    expect(rules(found({ ...change, condition: `'other' in google.groups && ${strict}` }))).toContain(
      'critical login-condition',
    );
    expect(rules(found({ ...change, members: [`principalSet://${pool}/group/other`] }))).toContain(
      'critical login-member-missing',
    );
  });

  test('groups that are no list of texts are left to Google', () => {
    const change = {
      condition: `'acme' in google.groups && ${strict}`,
      provider: { attributeMapping: { ...mapping, 'google.groups': 'assertion.repository_owner' } },
      members: [member, `principalSet://${pool}/group/acme`],
    };
    expect(rules(found(change))).toEqual(['info login-mapping-unknown', 'info login-condition-unknown']);
  });
});

describe('what only Google can evaluate is not a rejection', () => {
  const condition = `assertion.sub.reverse() != '' && ${strict}`;

  test('the run is not rejected, and no other condition is printed', () => {
    const all = found({ condition });
    expect(rules(all)).toEqual(['info login-condition-unknown']);
    expect(all[0]).toMatchObject({ title: expect.stringContaining("assertion.sub.reverse() != ''") });
    expect(all[0]?.commands).toBeUndefined();
  });

  test('strangers that it may let in are one finding', () => {
    expect(rules(found({ condition: "assertion.sub.reverse() != ''" }))).toEqual([
      'low login-stranger-unknown',
      'info login-condition-unknown',
    ]);
  });

  test('a subject that only Google can compute is not a missing subject', () => {
    const change = {
      provider: { attributeMapping: { ...mapping, 'google.subject': "'%s'.format([assertion.sub])" } },
      members: [`principal://${pool}/subject/${claims.sub}`],
    };
    expect(rules(found(change))).toEqual(['info login-mapping-unknown']);
  });

  test('a repair keeps the part, and is offered only if it is sure to work', () => {
    const own = mapClaims(mapping, claims);
    const part = "assertion.sub.reverse() != ''";
    expect(widened(`${part} && assertion.ref == 'refs/heads/prod'`, claims, own)).toBeUndefined();
  });

  test('after a refusal the part that may have caused it is named', () => {
    const refusal = new LoginError(
      { stage: 'sts', status: 400, message: 'rejected by the attribute condition' },
      {
        ...{ rule: 'condition-false', code: 'login-condition-false', retry: 'never' },
        ...{ what: 'refused', why: 'why', fix: 'fix', commands: [] },
      },
      claims,
      undefined,
    );
    const { diagnosis } = withCauseFrom(facts({ condition }), refusal);
    expect(diagnosis.why).toContain("Only Google can evaluate the part assertion.sub.reverse() != ''");
  });
});

test('an optional attribute without a claim is not mapped, whatever the expression does with it', () => {
  for (const expression of [
    'assertion.environment',
    "assertion['environment']",
    "assertion.repository + '/' + assertion.environment",
    'assertion.environment.lowerAscii()',
    "assertion.environment.split('-')[0]",
    "has(assertion.environment) ? assertion.environment : ''",
    'string(assertion.environment)',
  ])
    expect(
      rules(found({ provider: { attributeMapping: { ...mapping, 'attribute.env': expression } } })),
    ).toEqual(['info login-attribute-absent']);
});
