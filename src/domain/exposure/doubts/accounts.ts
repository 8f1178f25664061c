import { shortName } from '../../data/resource-name.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { exposureRules } from '../../findings/rules/exposure.ts';
import type { ExposureFacts, PolicyFact } from '../facts.ts';
import { inheritsFromProject, projectOfAccount } from '../policy/accounts.ts';
import { grantFor } from '../policy/grant.ts';
import { firstSeats } from '../policy/impersonation.ts';
import { type Doubt, fixOf } from './doubt.ts';

const list = (names: readonly string[]): string =>
  names.length > 2 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(' and ');

/** Undefined if the policy is known, or if the account does not exist. */
function problemOf({ reading }: PolicyFact): string | undefined {
  if (reading.ok) return reading.value.problems[0];
  return reading.cause === 'absent' ? undefined : reading.detail;
}

/** Accounts that can call the function although their own policy was not read: one doubt for all of them. */
function unreadPolicies(facts: ExposureFacts): Doubt[] {
  const unread = facts.policies.filter((fact) => fact.level === 'account' && problemOf(fact) !== undefined);
  const [first] = unread;
  if (!first) return [];
  const names = list(unread.map(({ resource }) => shortName(resource)));
  const denied = unread.find(({ reading }) => !reading.ok && reading.cause === 'denied')?.reading;
  const permission = denied && !denied.ok ? denied.permission : undefined;
  const grant = permission === undefined ? undefined : grantFor(permission, facts);
  const what = `who may act as ${names}`;
  return [
    {
      blocks: 'complete',
      what: permission ? `${what} (${permission})` : what,
      clause: `the guard could not read ${what}`,
      call: first.reading.call,
      permission,
      grant,
      finding: {
        ...ofRule(exposureRules, 'account-unread'),
        about: ['policies of accounts'],
        title: `The guard could not read ${what}${permission ? `: this identity lacks ${permission}` : ''}.`,
        why: `A member who can mint tokens of such an account can call the function. ${problemOf(first)}`,
        ...(grant ? fixOf(grant) : {}),
        source: first.reading.call,
      },
    },
  ];
}

/** Accounts of other projects inherit from a project that the guard does not read. */
function foreignAccounts(facts: ExposureFacts): Doubt[] {
  const foreign = firstSeats(facts).filter(({ email }) => !inheritsFromProject(email, facts));
  const [first] = foreign;
  if (!first) return [];
  const names = list(foreign.map(({ email }) => email));
  const projects = list([
    ...new Set(foreign.map(({ email }) => projectOfAccount(email) ?? 'an unknown project')),
  ]);
  const what = `the policy of ${projects}, which decides who may act as ${names}`;
  const call = `POST cloudresourcemanager/v3/projects/${projectOfAccount(first.email) ?? '-'}:getIamPolicy (not read)`;
  return [
    {
      blocks: 'complete',
      what,
      clause: `the guard does not read ${what}`,
      call,
      permission: undefined,
      finding: {
        ...ofRule(exposureRules, 'account-unread'),
        about: ['policies of other projects'],
        title: `The guard does not read ${what}.`,
        why: 'A service account inherits the bindings of its own project.',
        source: call,
      },
    },
  ];
}

export const accountDoubts = (facts: ExposureFacts): Doubt[] => [
  ...unreadPolicies(facts),
  ...foreignAccounts(facts),
];
