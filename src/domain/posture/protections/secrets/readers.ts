import { shortName } from '../../../data/resource-name.ts';
import { bindingFlags, removeBinding } from '../../../exposure/commands.ts';
import type { Unread } from '../../../exposure/facts.ts';
import { placeName } from '../../../exposure/places.ts';
import { classify, inWords, isPublic } from '../../../exposure/policy/members.ts';
import { liveBindings } from '../../../exposure/policy/policy.ts';
import { secretPlace } from '../../commands.ts';
import type { PostureFacts } from '../../facts.ts';
import { runtimeAccount, serviceJson } from '../../read-service.ts';
import {
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  unlessUnread,
  unread,
  withHoles,
} from '../../row.ts';
import { withoutService } from './generation.ts';

const predefined = /^roles\/(secretmanager\.(secretAccessor|admin)|owner)$/;

/** Who can read the payload of the secrets that the service uses. */
function judge(facts: PostureFacts): Judged {
  const { secrets, exposure, service } = facts;
  if (!service) return withoutService(facts);
  if (!service.ok) return unread('The service was', service);
  const [first] = secrets;
  if (first === undefined)
    return notApplicable('The service reads no secret of Secret Manager.', service.call);
  const reads = (role: string): boolean => {
    const known = exposure.roles.get(role);
    return (
      predefined.test(role) || (known?.ok === true && known.value.includes('secretmanager.versions.access'))
    );
  };
  // A role of one's own says nothing by its name, and on a secret it is there for a reason.
  const hides = (role: string): boolean =>
    !role.startsWith('roles/') && exposure.roles.get(role)?.ok !== true;
  const unreadRole = (role: string): Unread => {
    const known = exposure.roles.get(role);
    return known && !known.ok
      ? known
      : {
          ok: false,
          call: `GET iam/v1/${role} (not read)`,
          cause: 'failed',
          detail: `nobody asked what ${role} allows`,
        };
  };
  const runtime = `serviceaccount:${runtimeAccount(serviceJson(facts)) ?? ''}`.toLowerCase();
  const holes: Hole[] = [];
  const failed: Unread[] = [];
  let readers = 0;
  for (const { name, policy } of secrets) {
    if (!policy.ok) {
      failed.push(policy);
      continue;
    }
    for (const { role, members } of liveBindings(policy.value))
      if (hides(role) && members.some((member) => member.toLowerCase() !== runtime))
        failed.push(unreadRole(role));
    for (const { role, members, condition } of liveBindings(policy.value).filter((one) => reads(one.role)))
      for (const member of members.map(classify)) {
        readers++;
        if (member.text.toLowerCase() === runtime) continue;
        const open = isPublic(member.reach);
        holes.push({
          about: [name, role, member.text],
          text: `${inWords(member)} can read ${shortName(name)}, which is a secret of this service.`,
          severity: open ? 'critical' : member.reach === 'named' ? 'low' : 'medium',
          fix: 'Remove the binding, unless another service shares this secret:',
          commands: [
            `gcloud secrets remove-iam-policy-binding ${secretPlace(name)} ${bindingFlags(member.text, role, condition !== undefined)}`,
          ],
          call: policy.call,
        });
      }
  }
  for (const { level, resource, reading } of exposure.policies) {
    if (level !== 'project' && level !== 'folder' && level !== 'organization') continue;
    if (!reading.ok) {
      failed.push(reading);
      continue;
    }
    for (const { role } of liveBindings(reading.value))
      if (exposure.roles.get(role)?.ok === false && hides(role)) failed.push(unreadRole(role));
    for (const { role, members, condition } of liveBindings(reading.value).filter((one) => reads(one.role)))
      for (const member of members.map(classify)) {
        if (role === 'roles/owner' && member.reach === 'named') continue;
        holes.push({
          about: [level, resource, role, member.text],
          text: `${inWords(member)} holds ${role} on ${placeName(level, resource)}, and so reads every secret there.`,
          severity: isPublic(member.reach) ? 'critical' : 'medium',
          fix: 'Grant it on the secrets that it needs, and then remove it here:',
          commands: [
            removeBinding(level, resource, role, member.text, exposure.target, condition !== undefined),
          ],
          call: reading.call,
        });
      }
  }
  const saw = `${secrets.length} ${secrets.length === 1 ? 'secret' : 'secrets'} of the service, ${readers} ${readers === 1 ? 'binding' : 'bindings'} that can read them.`;
  return unlessUnread(withHoles(saw, first.policy.call, holes), 'A policy or a role was', failed);
}

export const secretReaders: Protection = {
  id: 'posture-secret-readers',
  title: 'IAM: who can read the secrets',
  judge,
};
