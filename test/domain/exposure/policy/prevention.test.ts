import { describe, expect, test } from '@jest/globals';
import { judge } from '../../../../src/domain/exposure/judge.ts';
import { bind, type Change, factsWith, read } from '../../../support/exposure-facts.ts';

describe('prevention', () => {
  const orgPolicies = (enforced: string[]) =>
    [
      'iam.allowedPolicyMemberDomains',
      'iam.managed.allowedPolicyMembers',
      'run.managed.requireInvokerIam',
    ].map((constraint) => ({
      constraint,
      reading: read({ enforced: enforced.includes(constraint) }, `GET ${constraint}`),
    }));
  const rules = (change: Change) =>
    judge(factsWith(change)).findings.filter(({ rule }) => rule === 'no-preventive-policy');

  test('a finding names the policy that would have prevented the exposure', () => {
    const found = rules({
      bindings: { service: [bind('roles/run.invoker', 'allUsers')] },
      more: { orgPolicies: orgPolicies([]) },
    });
    expect(found.map(({ severity }) => severity)).toEqual(['medium', 'info']);
    expect(found[0]?.title).toContain('iam.managed.allowedPolicyMembers would have prevented this');
  });

  test('a restriction of members does not prevent a switched-off invoker check', () => {
    const found = rules({
      service: { invokerIamDisabled: true },
      more: { orgPolicies: orgPolicies(['iam.allowedPolicyMemberDomains']) },
    });
    expect(found.map(({ title }) => title)).toEqual([
      expect.stringContaining('run.managed.requireInvokerIam would have prevented this'),
    ]);
  });

  test('a deny policy is reported and does not make a public binding private', () => {
    const rule = {
      policy: 'policies/x/denypolicies/d',
      permissions: ['run.googleapis.com/routes.invoke'],
      principals: ['principalSet://goog/public:all'],
      exceptions: [],
      conditional: false,
    };
    const judgement = judge(
      factsWith({
        bindings: { service: [bind('roles/run.invoker', 'allUsers')] },
        more: { denies: [read([rule], 'GET deny')] },
      }),
    );
    expect(judgement.exposure).toBe('public');
    expect(judgement.findings).toContainEqual(
      expect.objectContaining({ rule: 'deny-policy', source: 'GET deny' }),
    );
  });
});
