import { quoted } from '../../data/shell.ts';
import type { Finding } from '../../findings/finding.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { bySeverity } from '../../findings/rule.ts';
import { loginRules } from '../../findings/rules/login.ts';
import { poolViewerRole } from '../identity.ts';
import { examineAccounts } from './account.ts';
import { mapClaims } from './cel.ts';
import { conjuncts, whyRejected } from './condition.ts';
import type { IdentityFacts, Unread } from './facts.ts';
import { examineProvider } from './provider.ts';

/** Everything that the doctor finds in a set-up, the worst first. What it could not read is a finding too. */
export function examine(facts: IdentityFacts): Finding[] {
  const unread = facts.unread.map((one) => unreadFinding(facts, one));
  return [...examineProvider(facts), ...examineAccounts(facts), ...unread].sort(bySeverity);
}

/** A set-up gives its identities the role for pools. Who may read the policies and keys of accounts is an administrator. */
function unreadFinding(
  { request: { provider, serviceAccount } }: IdentityFacts,
  { what, command, permission }: Unread,
): Finding {
  const mayGrant = permission?.startsWith('iam.workloadIdentityPool') && provider && serviceAccount;
  return {
    ...ofRule(loginRules, 'login-unread'),
    title: `The doctor could not read ${what}${permission ? `: this identity lacks ${permission}` : ''}.`,
    why: permission ? undefined : 'Google gave no answer that could be read.',
    fix: mayGrant
      ? 'Let this identity read it, or read it as an administrator:'
      : 'An administrator can read it:',
    commands: mayGrant
      ? [
          `gcloud projects add-iam-policy-binding ${provider.projectNumber} --member=serviceAccount:${quoted(serviceAccount)} --role=${poolViewerRole} --condition=None`,
          command,
        ]
      : [command],
  };
}

/** Says which parts of the condition keep this run out. Undefined if there is no condition or all parts hold. */
export function explainCondition(facts: IdentityFacts): string | undefined {
  const { provider, claims } = facts;
  if (!provider?.attributeCondition) return undefined;
  const parts = conjuncts(provider.attributeCondition, claims, mapClaims(provider.attributeMapping, claims));
  return whyRejected(parts) || undefined;
}
