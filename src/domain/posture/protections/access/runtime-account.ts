import { removeBinding } from '../../../exposure/commands.ts';
import { classify } from '../../../exposure/policy/members.ts';
import { liveBindings } from '../../../exposure/policy/policy.ts';
import { updateService } from '../../commands.ts';
import type { PostureFacts } from '../../facts.ts';
import { runtimeAccount } from '../../read-service.ts';
import {
  absent,
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  unlessUnread,
  unread,
  withHoles,
} from '../../row.ts';

/** What the code itself may do, once it has a hole. */
function judge(facts: PostureFacts): Judged {
  const { service, exposure } = facts;
  if (!service) return notApplicable('There is no Cloud Run service.');
  if (!service.ok) return unread('The service was', service);
  const account = runtimeAccount(service.value);
  const isDefault = account === undefined || /^\d+-compute@developer\.gserviceaccount\.com$/.test(account);
  const member = `serviceaccount:${account ?? ''}`.toLowerCase();
  const policies = exposure.policies.filter(({ level }) =>
    ['project', 'folder', 'organization'].includes(level),
  );
  const holes = policies.flatMap(({ level, resource, reading }): Hole[] =>
    reading.ok
      ? liveBindings(reading.value)
          .filter(({ role }) => /^roles\/(owner|editor|viewer)$/.test(role))
          .filter(({ members }) => members.map(classify).some(({ text }) => text.toLowerCase() === member))
          .map(({ role, condition }) => ({
            about: [level, resource, role],
            text: `The service runs as ${account ?? ''}, which holds ${role} on ${resource}: a hole in the code opens the project.`,
            severity: role === 'roles/viewer' ? ('medium' as const) : ('high' as const),
            fix: 'Grant the roles that the code needs, and then remove this one:',
            commands: [
              removeBinding(
                level,
                resource,
                role,
                `serviceAccount:${account ?? ''}`,
                exposure.target,
                condition !== undefined,
              ),
            ],
            call: reading.call,
          }))
      : [],
  );
  if (isDefault)
    return {
      ...absent('The service runs as the default account of Compute Engine.', service.call, {
        about: ['default'],
        text: 'Everything in the project without an account of its own runs as the default account of Compute Engine too, and shares its roles.',
        severity: 'medium',
        fix: 'Make an account for this service, grant it what the code needs, and set it: service_account in the release, or',
        commands: [updateService(exposure.target, `--service-account=${serviceAccountFor(exposure.target)}`)],
      }),
      ...(holes.length > 0 ? { state: 'absent' as const } : {}),
    };
  const failed = policies.flatMap(({ reading }) => (reading.ok ? [] : [reading]));
  return unlessUnread(
    withHoles(`The service runs as ${account}.`, service.call, holes),
    'A policy was',
    failed,
  );
}

const serviceAccountFor = ({ name, project }: PostureFacts['exposure']['target']): string =>
  `${name
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 30)}@${project}.iam.gserviceaccount.com`;

export const ownAccount: Protection = {
  id: 'posture-runtime-account',
  title: 'An account of its own',
  judge,
};
