import { objectOf, textOrEmpty } from '../../../data/json.ts';
import { bindingFlags, removeBinding, shellWord } from '../../../exposure/commands.ts';
import type { Reading, Unread } from '../../../exposure/facts.ts';
import { classify, inWords, isPublic } from '../../../exposure/policy/members.ts';
import { type AllowPolicy, liveBindings } from '../../../exposure/policy/policy.ts';
import { updateService } from '../../commands.ts';
import type { BackendFact, PostureFacts } from '../../facts.ts';
import { defaultUrlOpen, serviceJson } from '../../read-service.ts';
import {
  absent,
  type Hole,
  type Judged,
  type Protection,
  unlessUnread,
  unread,
  withHoles,
} from '../../row.ts';

const accessor = /^roles\/(iap\.httpsResourceAccessor|owner|iap\.admin)$/;

/** Members of the public whom the proxy lets in. */
function publicHoles(
  policy: Reading<AllowPolicy> | undefined,
  where: string,
  remove: (member: string, role: string, conditional: boolean) => string,
): Hole[] {
  if (!policy?.ok) return [];
  return liveBindings(policy.value)
    .filter(({ role }) => accessor.test(role) || !role.startsWith('roles/'))
    .flatMap(({ role, members, condition }) =>
      members
        .map(classify)
        .filter(({ reach }) => isPublic(reach))
        .map((member) => ({
          about: ['public', where, role, member.text],
          text: `Identity-Aware Proxy on ${where} lets in ${inWords(member)} by ${role}.`,
          severity: 'critical' as const,
          fix: 'Remove the binding:',
          commands: [remove(member.text, role, condition !== undefined)],
          call: policy.call,
        })),
    );
}

/** Does a role that is granted above the proxy let people through it? Of a role of one's own, its permissions tell. */
function letsIn({ roles }: PostureFacts['exposure'], role: string): boolean {
  const known = roles.get(role);
  return (
    /accessor/i.test(role) ||
    (known?.ok === true && known.value.includes('iap.webServiceVersions.accessViaIAP'))
  );
}

const hasIap = ({ service }: BackendFact): boolean => objectOf(service.iap).enabled === true;

function judge(facts: PostureFacts): Judged {
  const { service, backends, exposure } = facts;
  const { target } = exposure;
  if (!service?.ok)
    return service
      ? unread('The service was', service)
      : {
          ...unread(
            'The service was',
            exposure.function.ok ? missing(exposure.function.call) : exposure.function,
          ),
        };
  const raw = serviceJson(facts);
  const direct = raw.iapEnabled === true;
  const behind = backends.ok ? backends.value.filter(hasIap) : [];
  const own = exposure.policies.find(({ level }) => level === 'iap')?.reading;
  const place = `--project=${shellWord(target.project)}`;
  const failed: Unread[] = [];
  const holes: Hole[] = [];
  if (direct) {
    if (own && !own.ok) failed.push(own);
    holes.push(
      ...publicHoles(own, 'the service', (member, role, conditional) =>
        removeBinding('iap', '', role, member, target, conditional),
      ),
    );
  }
  for (const { service: backend, access } of behind) {
    const name = textOrEmpty(backend.name);
    if (access && !access.ok) failed.push(access);
    holes.push(
      ...publicHoles(
        access,
        `the balancer's backend ${name}`,
        (member, role, conditional) =>
          `gcloud iap web remove-iam-policy-binding --resource-type=backend-services --service=${shellWord(name)} ${place} ${bindingFlags(member, role, conditional)}`,
      ),
    );
  }
  // The policy of the project, of a folder or of the organisation also lets people through every proxy below it.
  if (direct || behind.length > 0)
    for (const { level, resource, reading } of exposure.policies)
      if (level === 'project' || level === 'folder' || level === 'organization') {
        if (!reading.ok) failed.push(reading);
        holes.push(
          ...publicHoles(reading, `${level} ${resource}`, (member, role, conditional) =>
            removeBinding(level, resource, role, member, target, conditional),
          ).filter(({ about }) => letsIn(exposure, about[2] ?? '')),
        );
      }
  if (direct && behind.length > 0)
    holes.push({
      about: ['both'],
      text: 'Identity-Aware Proxy is on for the service and for the balancer, which Google says not to do: a request has to pass both, with two audiences.',
      severity: 'low',
      fix: 'Switch it off on the balancer. The one on the service protects every door.',
    });
  if (!direct && behind.length > 0) {
    if (defaultUrlOpen(raw))
      holes.push({
        about: ['default-url'],
        text: 'Only the balancer asks Identity-Aware Proxy. The URL of Cloud Run reaches the service without it.',
        severity: 'high',
        fix: 'Let in only what comes through the balancer:',
        commands: [updateService(target, '--ingress=internal-and-cloud-load-balancing')],
        call: service.call,
      });
    const without = backends.ok ? backends.value.filter((one) => !hasIap(one)) : [];
    for (const { service: backend } of without)
      holes.push({
        about: ['backend', textOrEmpty(backend.name)],
        text: `The backend ${textOrEmpty(backend.name)} sends requests to the same service without Identity-Aware Proxy.`,
        severity: 'high',
        fix: 'Switch it on there too, or remove the backend.',
        call: backends.call,
      });
  }
  if (direct || behind.length > 0) {
    const saw = direct
      ? 'Identity-Aware Proxy is on for the service.'
      : `Identity-Aware Proxy is on for ${behind.length} of ${backends.ok ? backends.value.length : 0} backends.`;
    return unlessUnread(
      withHoles(saw, direct ? service.call : backends.call, holes),
      'Its policy was',
      failed,
    );
  }
  if (!backends.ok && backends.cause !== 'api-off') return unread('The balancers were', backends);
  return absent('Identity-Aware Proxy is off, on the service and on every balancer.', service.call, {
    about: ['off'],
    text: 'No sign-in page comes before the service.',
    severity: 'info',
    fix: 'If people open it in a browser, switch it on. Programs need no sign-in page:',
    commands: [updateService(target, '--iap', 'beta ')],
  });
}

const missing = (call: string): Unread => ({
  ok: false,
  call,
  cause: 'absent',
  detail: 'no Cloud Run service',
});

export const iap: Protection = { id: 'posture-iap', title: 'Identity-Aware Proxy', judge };
