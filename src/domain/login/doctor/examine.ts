import type { Finding } from '../../findings/finding.ts';
import { bySeverity } from '../../findings/rule.ts';
import { examineAccounts } from './account.ts';
import { conjuncts, mapClaims, whyRejected } from './cel.ts';
import type { IdentityFacts } from './facts.ts';
import { examineProvider } from './provider.ts';

/** Everything that the doctor says about a set-up, the worst first. What could not be read is said as well. */
export function examine(facts: IdentityFacts): Finding[] {
  const unread: Finding[] = facts.unread.map(({ what, command }) => ({
    rule: 'login-unread',
    severity: 'info',
    title: `Could not read ${what}.`,
    why: 'This identity lacks the permission; somebody who has it can look.',
    fix: command,
  }));
  return [...examineProvider(facts), ...examineAccounts(facts), ...unread].sort(bySeverity);
}

/** Why the condition keeps this run out, by its parts; undefined where that cannot be told. */
export function explainCondition(facts: IdentityFacts): string | undefined {
  const { provider, claims } = facts;
  if (!provider?.attributeCondition) return undefined;
  const parts = conjuncts(provider.attributeCondition, claims, mapClaims(provider.attributeMapping, claims));
  return whyRejected(parts) || undefined;
}
