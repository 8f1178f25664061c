import { type JsonObject, objectOf, textOf, textOrEmpty } from '../../../data/json.ts';
import { updateArmorRule, updateService } from '../../commands.ts';
import type { BackendFact, PostureFacts } from '../../facts.ts';
import { serviceJson } from '../../read-service.ts';
import {
  absent,
  type Hole,
  type Judged,
  type Protection,
  unlessUnread,
  unread,
  withHoles,
} from '../../row.ts';
import { asked, isEdge, isLimit, type RateKey, rulesOf } from './armor-rules.ts';
import { aroundBalancer } from './around.ts';

/** Keys whose value the caller writes into the request. Cloud Armor counts each value apart, so a new value is a new limit. */
const callerWrites: Readonly<Record<string, string>> = {
  HTTP_HEADER: 'a header',
  HTTP_COOKIE: 'a cookie',
  HTTP_PATH: 'the path',
  XFF_IP: 'X-Forwarded-For',
  USER_IP: 'the header that names the user',
};

const inWords = ({ type, name }: RateKey): string =>
  `${callerWrites[type] ?? type}${name ? ` (${name})` : ''}`;

/** True if the service itself has an upper bound of instances. */
function instancesOf(facts: PostureFacts): number | undefined {
  const raw = serviceJson(facts);
  const own = objectOf(raw.scaling).maxInstanceCount;
  const template = objectOf(objectOf(raw.template).scaling).maxInstanceCount;
  const found = [own, template].map(Number).filter((count) => Number.isInteger(count) && count > 0);
  return found.length > 0 ? Math.min(...found) : undefined;
}

function holesOf(
  policy: Record<string, unknown>,
  project: string,
  call: string,
): { limits: number; holes: Hole[] } {
  const name = textOrEmpty(policy.name);
  const link = textOf(policy.selfLink) ?? name;
  const rules = rulesOf(policy as Parameters<typeof rulesOf>[0]);
  const met = asked(rules);
  const limits = rules.filter(isLimit);
  const holes: Hole[] = [];
  for (const rule of limits) {
    const about = (what: string) => [what, name, String(rule.priority)];
    const at = `Rule ${rule.priority} of ${name}`;
    const spoofed = rule.keys.find(({ type }) => type in callerWrites);
    if (rule.preview)
      holes.push({
        about: about('preview'),
        text: `${at} is in preview: it counts and limits nothing.`,
        severity: 'high',
        fix: 'Enforce it:',
        commands: [updateArmorRule(link, project, String(rule.priority), '--no-preview')],
        call,
      });
    else if (!met.includes(rule))
      holes.push({
        about: about('never'),
        text: `${at} is never asked, because a rule before it allows every request.`,
        severity: 'high',
        fix: 'Give it a lower number than the rule that allows everything.',
        call,
      });
    else if (spoofed)
      holes.push({
        about: about('key'),
        text: `${at} counts by ${inWords(spoofed)}, which the caller writes: a new value is a new limit.`,
        severity: 'high',
        fix: 'Count by the address of the connection:',
        commands: [updateArmorRule(link, project, String(rule.priority), '--enforce-on-key=IP')],
        call,
      });
    else if (rule.keys.every(({ type }) => type === 'ALL'))
      holes.push({
        about: about('all'),
        text: `${at} has one limit for the whole world, so one caller can use up everyone's.`,
        severity: 'medium',
        fix: 'Count by the address of the connection:',
        commands: [updateArmorRule(link, project, String(rule.priority), '--enforce-on-key=IP')],
        call,
      });
    else if (!rule.everything)
      holes.push({
        about: about('part'),
        text: `${at} limits only some requests: ${(rule.expression ?? 'those of named addresses').slice(0, 120)}.`,
        severity: 'low',
        fix: 'If other paths cost as much, add a limit for them.',
        call,
      });
  }
  // One limit that holds for everyone is enough: what the others do not limit, this one does.
  const whole = limits.some(
    (rule) =>
      met.includes(rule) &&
      !rule.preview &&
      rule.everything &&
      rule.keys.every(({ type }) => type !== 'ALL' && !(type in callerWrites)),
  );
  return { limits: limits.length, holes: whole ? [] : holes };
}

/** The policies that see a request to the backend: its own, and those of the organisation. */
const policiesOf = ({ policy, above }: BackendFact): { value: JsonObject; call: string }[] => [
  ...(policy?.ok && !isEdge(policy.value) ? [policy] : []),
  ...(above?.ok ? above.value : [])
    .filter((one) => !isEdge(one))
    .map((value) => ({ value, call: above?.call ?? '' })),
];

function judge(facts: PostureFacts): Judged {
  const { backends, service, exposure } = facts;
  if (service && !service.ok) return unread('The service was', service);
  const instances = instancesOf(facts);
  const bound =
    instances === undefined
      ? 'The service has no limit of instances.'
      : `The service has at most ${instances} instances.`;
  const call = service?.call ?? exposure.function.call;
  const unbounded: Hole[] =
    instances === undefined
      ? [
          {
            about: ['instances'],
            text: 'Nothing bounds the number of instances, so a flood of requests becomes a bill.',
            severity: 'medium',
            fix: 'Set a bound, which ends in 429 instead of more cost:',
            commands: [updateService(exposure.target, '--max-instances=10')],
            call,
          },
        ]
      : [];
  if (!backends.ok && backends.cause !== 'api-off')
    return { ...unread('The load balancers were', backends), holes: unbounded };
  const found = backends.ok ? backends.value : [];
  const policies = found.flatMap((one) => policiesOf(one));
  const failed = found.flatMap(({ policy }) => (policy && !policy.ok ? [policy] : []));
  const each = policies.map(({ value, call: shown }) => holesOf(value, exposure.target.project, shown));
  const limits = each.reduce((sum, one) => sum + one.limits, 0);
  if (limits === 0) {
    if (failed[0]) return unread('A policy was', failed[0], failed.slice(1));
    const hole: Hole = {
      about: ['none'],
      text: 'No caller has a limit of its own: one client can use all instances.',
      severity: 'low',
      fix: 'Limit callers by a quota of the gateway (x-google-management), or by a rule of Cloud Armor on the balancer.',
    };
    return {
      ...absent(`No rule limits how often a caller may call. ${bound}`, call, hole),
      holes: [...unbounded, hole],
    };
  }
  const bare = found.filter(
    (one) =>
      (one.policy === undefined || one.policy.ok) &&
      !policiesOf(one).some(({ value }) => rulesOf(value).some(isLimit)),
  );
  const without = bare.map(
    ({ service: backend }): Hole => ({
      about: ['backend', textOrEmpty(backend.name)],
      text: `The backend ${textOrEmpty(backend.name)} has no limit.`,
      severity: 'medium',
      fix: 'Attach the same policy to it.',
      call: backends.call,
    }),
  );
  const holes = [...each.flatMap((one) => one.holes), ...without, ...aroundBalancer(facts), ...unbounded];
  const saw = `${limits === 1 ? 'One rule limits' : `${limits} rules limit`} requests at the balancer. ${bound}`;
  return unlessUnread(withHoles(saw, policies[0]?.call ?? call, holes), 'A policy was', failed);
}

export const rateLimit: Protection = { id: 'posture-rate-limit', title: 'Rate limits', judge };
