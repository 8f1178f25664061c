import { attributeOf } from '../../hcl/node.ts';
import type { Rule } from '../rule.ts';
import { type Grant, grantsOf } from '../shared/members.ts';
import { invokes, isHarmless, isPublicMember } from '../shared/roles.ts';

/** A public member with a role that allows calls: on the service, on its account, on the project or above. */
export const publicBinding: Rule = (facts, report) => {
  for (const { at, language, isRead } of facts.programs)
    report.unknown(
      at,
      isRead
        ? `Of the Pulumi program in ${language}, only literal arguments are read.`
        : `A Pulumi program in ${language} is not read.`,
    );
  for (const grant of grantsOf(facts)) {
    const { member, role, sure, on, at } = grant;
    if (!isPublicMember(member) || !opens(grant)) continue;
    const certain = sure && !grant.isLoose && (role !== undefined || on === 'service');
    report.found({
      severity: certain ? 'critical' : 'high',
      confidence: certain && role !== undefined ? 'high' : 'medium',
      at,
      title: sure
        ? `${member} gets ${role ?? 'a role'}${on === 'project' ? ' on the whole project' : ''}, so ${member === 'allUsers' ? 'anyone' : 'anyone with a Google account'} can call the function.`
        : `${member} gets ${role ?? 'a role'} if a condition or a variable of this file says so.`,
      fix: 'Name the callers: a service account, a group of yours or a gateway.',
      evidence: `${member} ${role ?? ''} ${grant.resource ? `${grant.resource.type}.${grant.resource.name}` : on}`,
    });
  }
};

function opens({ role, on, resource }: Grant): boolean {
  if (on === 'other') return false;
  if (role === undefined) return on === 'service' && !(resource && attributeOf(resource.body, 'policy_data'));
  return invokes(role) || (on === 'service' && !isHarmless(role) && resource?.type !== 'google_iam_policy');
}
