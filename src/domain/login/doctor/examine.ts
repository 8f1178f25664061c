import type { Finding } from '../../findings/finding.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { bySeverity } from '../../findings/rule.ts';
import { loginRules } from '../../findings/rules/login.ts';
import { examineAccounts } from './account.ts';
import { mapClaims } from './cel.ts';
import { conjuncts, whyRejected } from './condition.ts';
import type { IdentityFacts } from './facts.ts';
import { examineProvider } from './provider.ts';

/** Everything that the doctor finds in a set-up, the worst first. What it could not read is a finding too. */
export function examine(facts: IdentityFacts): Finding[] {
  const unread: Finding[] = facts.unread.map(({ what, command }) => ({
    ...ofRule(loginRules, 'login-unread'),
    title: `The doctor could not read ${what}.`,
    why: 'This identity lacks the permission.',
    fix: 'An administrator can read it:',
    commands: [command],
  }));
  return [...examineProvider(facts), ...examineAccounts(facts), ...unread].sort(bySeverity);
}

/** Says which parts of the condition keep this run out. Undefined if there is no condition or all parts hold. */
export function explainCondition(facts: IdentityFacts): string | undefined {
  const { provider, claims } = facts;
  if (!provider?.attributeCondition) return undefined;
  const parts = conjuncts(provider.attributeCondition, claims, mapClaims(provider.attributeMapping, claims));
  return whyRejected(parts) || undefined;
}
