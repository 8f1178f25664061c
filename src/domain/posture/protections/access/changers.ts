import { removeBinding } from '../../../exposure/commands.ts';
import type { Unread } from '../../../exposure/facts.ts';
import { placeName } from '../../../exposure/places.ts';
import { classify, inWords, isPublic, type Member } from '../../../exposure/policy/members.ts';
import { liveBindings } from '../../../exposure/policy/policy.ts';
import { poolStep } from '../../../exposure/ways/pools.ts';
import type { Severity } from '../../../findings/rule.ts';
import type { PostureFacts } from '../../facts.ts';
import { runtimeAccount, serviceJson } from '../../read-service.ts';
import { type Hole, type Judged, type Protection, unlessUnread, withHoles } from '../../row.ts';

/** Predefined roles with which a service can be replaced, at once or with a role that they grant themselves. Of other roles, the permissions decide, where the guard has read them. */
const changing =
  /^roles\/(owner|editor|run\.(admin|developer|sourceDeveloper|builder)|cloudfunctions\.(admin|developer)|firebase\.admin|serverless\.\w+|iam\.securityAdmin|resourcemanager\.(projectIamAdmin|folderAdmin|folderIamAdmin|organizationAdmin))$/;
const changes =
  /^(run\.services\.(update|setIamPolicy)|cloudfunctions\.functions\.(update|setIamPolicy)|resourcemanager\.(projects|folders|organizations)\.setIamPolicy)$/;

/** Accounts that many other things of the project run as by default. */
const isShared = (member: string): boolean =>
  /^serviceAccount:(\d+-compute@developer|[^@]+@appspot)\.gserviceaccount\.com$/i.test(member);

/** Why a member should not be able to replace the service. Undefined for a person or an account of its own. */
function reasonAgainst(facts: PostureFacts, member: Member, role: string): [Severity, string] | undefined {
  const runtime = runtimeAccount(serviceJson(facts));
  if (isPublic(member.reach)) return ['critical', 'anyone can replace the code'];
  if (poolStep(facts.exposure, member))
    return ['critical', 'anyone can enter this pool and replace the code'];
  if (runtime && member.text.toLowerCase() === `serviceaccount:${runtime.toLowerCase()}`)
    return ['high', 'the service runs as this account, so a hole in its code lets a caller replace it'];
  if (isShared(member.text))
    return ['high', 'every virtual machine and function without an account of its own runs as this account'];
  if (member.reach === 'domain') return ['medium', 'everyone of the company can replace the code'];
  if (member.reach === 'pool') return ['medium', 'every identity of this pool can replace the code'];
  if (member.reach === 'named' && /^user:/i.test(member.text) && /^roles\/(owner|editor)$/.test(role))
    return ['low', 'a person can replace the code without a review'];
  return undefined;
}

function judge(facts: PostureFacts): Judged {
  const { exposure } = facts;
  const levels = exposure.policies.filter(({ level }) =>
    ['service', 'function', 'project', 'folder', 'organization'].includes(level),
  );
  const holes: Hole[] = [];
  const unreadRoles = new Set<Unread>();
  let holders = 0;
  for (const { level, resource, reading } of levels) {
    if (!reading.ok) continue;
    for (const { role, members, condition } of liveBindings(reading.value)) {
      const known = exposure.roles.get(role);
      // A role of one's own says nothing by its name.
      if (known?.ok === false && !role.startsWith('roles/')) unreadRoles.add(known);
      if (!(changing.test(role) || (known?.ok && known.value.some((name) => changes.test(name))))) continue;
      for (const member of members.map(classify)) {
        holders++;
        const against = reasonAgainst(facts, member, role);
        if (!against) continue;
        const [severity, because] = against;
        holes.push({
          about: [level, resource, role, member.text],
          text: `${inWords(member)} holds ${role} on ${placeName(level, resource)}: ${because}.`,
          severity,
          fix: 'Remove the binding, once a deployer of its own has replaced it:',
          commands: [
            removeBinding(level, resource, role, member.text, exposure.target, condition !== undefined),
          ],
          call: reading.call,
        });
      }
    }
  }
  const call = levels.find(({ level }) => level === 'project')?.reading.call ?? '';
  const failed = levels.flatMap(({ reading }) => (reading.ok ? [] : [reading]));
  const saw = `${holders} ${holders === 1 ? 'member holds' : 'members hold'} a role that can replace the service.`;
  return unlessUnread(withHoles(saw, call, holes), failed.length > 0 ? 'A policy was' : 'A role was', [
    ...failed,
    ...unreadRoles,
  ]);
}

export const changers: Protection = { id: 'posture-changers', title: 'IAM: who can deploy', judge };
