import { shortName } from '../../data/resource-name.ts';
import { quoted } from '../../data/shell.ts';
import type { Finding } from '../../findings/finding.ts';
import { grantImpersonation } from '../commands.ts';
import type { Provider } from '../identity.ts';
import { type Mapped, mapClaims } from './cel.ts';
import type { AccountFacts, IdentityFacts } from './facts.ts';
import { admits, admitsButForCase, impersonationRoles, poolGrants } from './members.ts';

/** Checks of the accounts and of the run's surroundings (D6, D7, D10, D12). */
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
  for (const { member, role, parsed } of grants) {
    if (parsed.kind === 'everyone')
      found.push({
        rule: 'login-pool-wide',
        severity: 'high',
        title: `The whole pool may act as ${account.email} (${role}).`,
        why: 'Whoever any provider of the pool lets in, now or later, is that account.',
        fix: `gcloud iam service-accounts remove-iam-policy-binding ${quoted(account.email)} --role=${role} --member=${quoted(member)}`,
      });
    if (parsed.kind === 'attribute' && attributes && !attributes.includes(parsed.attribute))
      found.push({
        rule: 'login-member-unmapped',
        severity: 'high',
        title: `A member of ${account.email} names attribute.${parsed.attribute}, which the provider does not map: it never matches.`,
        fix: grantImpersonation(provider, account.email, facts.claims, attributes),
      });
    if (mapped && admitsButForCase(parsed, mapped))
      found.push({
        rule: 'login-member-case',
        severity: 'high',
        title: `A member of ${account.email} differs from this run only in capital letters: ${member}.`,
        why: 'IAM compares letters exactly.',
        fix: grantImpersonation(provider, account.email, facts.claims, attributes),
      });
  }
  const needed =
    account.email === facts.request.serviceAccount || account.email === facts.request.invokerServiceAccount;
  if (needed && mapped && !grants.some(({ parsed }) => admits(parsed, mapped)))
    found.push({
      rule: 'login-member-missing',
      severity: 'critical',
      title: `No member of the policy of ${account.email} matches this run.`,
      why:
        grants.length > 0
          ? `It has: ${grants
              .map(({ member }) => member)
              .slice(0, 5)
              .join(', ')}.`
          : 'It has no member of this pool.',
      fix: grantImpersonation(provider, account.email, facts.claims, attributes),
    });
  return found;
}

function keys(account: AccountFacts): Finding[] {
  const names = account.keys ?? [];
  if (names.length === 0) return [];
  const ids = names.map((name) => shortName(name));
  return [
    {
      rule: 'login-user-managed-keys',
      severity: 'high',
      title: `${account.email} has ${ids.length} user-managed ${ids.length === 1 ? 'key' : 'keys'}.`,
      why: 'A key works from anywhere and does not expire: the keyless login protects nothing while it exists.',
      fix: ids
        .slice(0, 5)
        .map(
          (id) =>
            `gcloud iam service-accounts keys delete ${quoted(id)} --iam-account=${quoted(account.email)}`,
        )
        .join(' && '),
    },
  ];
}

const broadRoles: Record<string, string> = {
  'roles/owner': 'everything, IAM included',
  'roles/editor': 'nearly everything in the project',
  'roles/iam.serviceAccountTokenCreator': 'to act as every account of the project',
  'roles/iam.serviceAccountUser': 'to run code as every account of the project',
  'roles/iam.workloadIdentityPoolAdmin': 'to change who may log in',
  'roles/resourcemanager.projectIamAdmin': 'to give itself any role',
  'roles/iam.serviceAccountKeyAdmin': 'to make keys',
};

function roles(facts: IdentityFacts, account: AccountFacts): Finding[] {
  return (facts.projectPolicy ?? []).flatMap(({ role, members: list }) => {
    const grants = broadRoles[role];
    if (!grants || !list.includes(`serviceAccount:${account.email}`)) return [];
    return [
      {
        rule: 'login-broad-role',
        severity: role === 'roles/owner' || role === 'roles/editor' ? 'high' : 'medium',
        title: `${account.email} has ${role} on the whole project: ${grants}.`,
        why: 'A workflow that is taken over has all of it.',
        fix: `gcloud projects remove-iam-policy-binding ${quoted(facts.request.projectId ?? 'PROJECT')} --role=${role} --member=${quoted(`serviceAccount:${account.email}`)}`,
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
      title: `The runner's clock is ${Math.abs(Math.round(ahead))} s ${ahead > 0 ? 'ahead' : 'behind'}.`,
      why: 'Tokens live for minutes; a wrong clock makes fresh ones look stale.',
      fix: 'timedatectl set-ntp true',
    },
  ];
}
