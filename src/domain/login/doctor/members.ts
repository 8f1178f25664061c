import type { Provider } from '../identity.ts';
import type { Mapped } from './cel.ts';
import type { AccountFacts, Binding } from './facts.ts';

/** A member of an IAM policy that names identities of a workload identity pool. */
export type PoolMember =
  | { kind: 'subject'; value: string }
  | { kind: 'attribute'; attribute: string; value: string }
  | { kind: 'group'; value: string }
  | { kind: 'everyone' };

const memberPattern =
  /^principal(?:Set)?:\/\/iam\.[^/]+\/projects\/([^/]+)\/locations\/global\/workloadIdentityPools\/([^/]+)\/(.+)$/s;

/** Parses a member of this pool. Undefined for members of other pools and other kinds of members. */
export function poolMember(member: string, provider: Provider): PoolMember | undefined {
  const [, project, pool, rest = ''] = memberPattern.exec(member) ?? [];
  if (project !== provider.projectNumber || pool !== provider.pool) return undefined;
  if (rest === '*') return { kind: 'everyone' };
  const [head = '', ...tail] = rest.split('/');
  const value = tail.join('/');
  if (head === 'subject') return { kind: 'subject', value };
  if (head === 'group') return { kind: 'group', value };
  if (head.startsWith('attribute.'))
    return { kind: 'attribute', attribute: head.slice('attribute.'.length), value };
  return undefined;
}

/** True if the member includes a run with these mapped attributes. Undefined if only Google can compute the attribute. */
export function admits(member: PoolMember, mapped: Mapped): boolean | undefined {
  if (member.kind === 'everyone') return true;
  const target =
    member.kind === 'attribute'
      ? `attribute.${member.attribute}`
      : member.kind === 'group'
        ? 'google.groups'
        : 'google.subject';
  if (mapped.unknown.some((mapping) => mapping.target === target)) return undefined;
  if (member.kind === 'subject') return member.value === mapped.subject;
  if (member.kind === 'group') return mapped.groups?.includes(member.value) ?? false;
  return mapped.attributes[member.attribute] === member.value;
}

/** True if only upper and lower case keep the member from matching. IAM compares case-sensitively. */
export function differsOnlyInCase(member: PoolMember, mapped: Mapped): boolean {
  if (member.kind !== 'subject' && member.kind !== 'attribute') return false;
  const found = member.kind === 'subject' ? mapped.subject : mapped.attributes[member.attribute];
  return found !== undefined && found !== member.value && found.toLowerCase() === member.value.toLowerCase();
}

/** Roles that let a federated identity act as an account. */
export const impersonationRoles: readonly string[] = [
  'roles/iam.workloadIdentityUser',
  'roles/iam.serviceAccountTokenCreator',
  'roles/iam.serviceAccountOpenIdTokenCreator',
];

export interface Grant {
  role: string;
  member: string;
  parsed: PoolMember;
}

/** Every member of this pool in a policy. */
export function poolGrants(policy: readonly Binding[] | undefined, provider: Provider): Grant[] {
  return (policy ?? []).flatMap(({ role, members }) =>
    members.flatMap((member) => {
      const parsed = poolMember(member, provider);
      return parsed ? [{ role, member, parsed }] : [];
    }),
  );
}

/** True if a run with these mapped attributes may act as the account. Undefined if that could not be found out. */
export function mayActAs(account: AccountFacts, provider: Provider, mapped: Mapped): boolean | undefined {
  if (!account.policy) return undefined;
  const answers = poolGrants(account.policy, provider)
    .filter(({ role }) => impersonationRoles.includes(role))
    .map(({ parsed }) => admits(parsed, mapped));
  return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
}
