import { shortName } from '../../data/resource-name.ts';
import { quoted } from '../../data/shell.ts';
import type { Finding } from '../../findings/finding.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { loginRules } from '../../findings/rules/login.ts';
import { grantAsMapped, granteeOf } from '../grant.ts';
import type { Provider } from '../identity.ts';
import { type Mapped, mapClaims } from './cel.ts';
import type { AccountFacts, IdentityFacts } from './facts.ts';
import { narrowGrant } from './grantee.ts';
import { admits, differsOnlyInCase, impersonationRoles, poolGrants } from './members.ts';

/** Checks the service accounts of the login and the clock of the runner. */
export function examineAccounts(facts: IdentityFacts): Finding[] {
  const { provider } = facts.request;
  if (!provider) return [];
  const mapping = facts.provider?.attributeMapping;
  const mapped = mapping ? mapClaims(mapping, facts.claims) : undefined;
  return [
    ...facts.accounts.flatMap((account) => [
      ...members(facts, account, provider, mapped),
      ...keys(account),
      ...roles(facts, account),
    ]),
    ...clock(facts),
  ];
}

function members(
  facts: IdentityFacts,
  account: AccountFacts,
  provider: Provider,
  mapped: Mapped | undefined,
): Finding[] {
  if (!account.policy) return [];
  const found: Finding[] = [];
  const grants = poolGrants(account.policy, provider).filter(({ role }) => impersonationRoles.includes(role));
  const attributes = facts.provider
    ? Object.keys(facts.provider.attributeMapping).map((target) => target.replace(/^attribute\./, ''))
    : undefined;
  const repair = (): Pick<Finding, 'fix' | 'commands'> => {
    if (!facts.provider)
      return {
        fix: `Grant the role to ${granteeOf(facts.claims)}:`,
        commands: [grantAsMapped(provider, account.email, facts.claims)],
      };
    const { who, wide, commands } = narrowGrant(provider, facts.provider, account.email, facts.claims);
    return { fix: `${wide ? `${wide} ` : ''}Grant the role to ${who}:`, commands };
  };
  for (const { member, role, parsed } of grants) {
    if (parsed.kind === 'everyone')
      found.push({
        ...ofRule(loginRules, 'login-pool-wide'),
        title: `Every identity of the pool may act as ${account.email} (${role}).`,
        why: 'Each provider of the pool, now or later, lets its callers become this account.',
        fix: 'Remove the member:',
        commands: [
          `gcloud iam service-accounts remove-iam-policy-binding ${quoted(account.email)} --role=${role} --member=${quoted(member)} --all`,
        ],
      });
    if (parsed.kind === 'attribute' && attributes && !attributes.includes(parsed.attribute))
      found.push({
        ...ofRule(loginRules, 'login-member-unmapped'),
        title: `A member in the policy of ${account.email} names attribute.${parsed.attribute}. The provider does not map it, so the member never matches.`,
        ...repair(),
      });
    if (mapped && differsOnlyInCase(parsed, mapped))
      found.push({
        ...ofRule(loginRules, 'login-member-case'),
        title: `A member in the policy of ${account.email} differs from this run only in upper and lower case: ${member}.`,
        why: 'IAM compares members case-sensitively.',
        ...repair(),
      });
  }
  const needed =
    account.email === facts.request.serviceAccount || account.email === facts.request.invokerServiceAccount;
  if (needed && mapped && !grants.some(({ parsed }) => admits(parsed, mapped) !== false))
    found.push({
      ...ofRule(loginRules, 'login-member-missing'),
      title: `No member in the policy of ${account.email} matches this run.`,
      why:
        grants.length > 0
          ? `Its members from this pool are ${grants
              .map(({ member }) => member)
              .slice(0, 5)
              .join(', ')}.`
          : 'It has no member from this pool.',
      ...repair(),
    });
  return found;
}

function keys(account: AccountFacts): Finding[] {
  const names = account.keys ?? [];
  if (names.length === 0) return [];
  const ids = names.map((name) => shortName(name));
  return [
    {
      ...ofRule(loginRules, 'login-user-managed-keys'),
      title: `${account.email} has ${ids.length} user-managed ${ids.length === 1 ? 'key' : 'keys'}.`,
      why: 'A key works from anywhere and does not expire. While it exists, the keyless login protects nothing.',
      fix: `Delete ${ids.length === 1 ? 'it' : 'them'}:`,
      commands: ids
        .slice(0, 5)
        .map(
          (id) =>
            `gcloud iam service-accounts keys delete ${quoted(id)} --iam-account=${quoted(account.email)}`,
        ),
    },
  ];
}

/** What a holder of the role may do in the whole project. */
const broadRoles: Record<string, string> = {
  'roles/owner': 'do everything, including changes of IAM',
  'roles/editor': 'change nearly everything',
  'roles/iam.serviceAccountTokenCreator': 'act as every service account',
  'roles/iam.serviceAccountUser': 'run code as every service account',
  'roles/iam.workloadIdentityPoolAdmin': 'change who may log in',
  'roles/resourcemanager.projectIamAdmin': 'grant itself any role',
  'roles/iam.serviceAccountKeyAdmin': 'create keys of every service account',
};

function roles(facts: IdentityFacts, account: AccountFacts): Finding[] {
  return (facts.projectPolicy ?? []).flatMap(({ role, members: list }) => {
    const grants = broadRoles[role];
    if (!grants || !list.includes(`serviceAccount:${account.email}`)) return [];
    return [
      {
        rule: 'login-broad-role',
        severity: role === 'roles/owner' || role === 'roles/editor' ? 'high' : 'medium',
        title: `${account.email} holds ${role} on the project, so it may ${grants}.`,
        why: 'Anyone who takes over a workflow that logs in as this account can do the same.',
        fix: 'Remove the role:',
        commands: [
          `gcloud projects remove-iam-policy-binding ${quoted(facts.request.projectId ?? 'PROJECT')} --role=${role} --member=${quoted(`serviceAccount:${account.email}`)} --all`,
        ],
      } satisfies Finding,
    ];
  });
}

function clock(facts: IdentityFacts): Finding[] {
  const ahead = facts.clockAheadSeconds;
  if (ahead === undefined || Math.abs(ahead) < 30) return [];
  return [
    {
      rule: 'login-clock',
      severity: Math.abs(ahead) > 240 ? 'high' : 'low',
      title: `The clock of the runner is ${Math.abs(Math.round(ahead))} s ${ahead > 0 ? 'ahead' : 'behind'}.`,
      why: 'Tokens live for minutes, so a wrong clock makes a fresh token look expired.',
      fix: 'Set the clock:',
      commands: ['timedatectl set-ntp true'],
    },
  ];
}
