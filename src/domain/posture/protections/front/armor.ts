import { type JsonObject, textOf, textOrEmpty } from '../../../data/json.ts';
import type { Unread } from '../../../exposure/facts.ts';
import { countText } from '../../../text/numbers.ts';
import { updateArmor, updateArmorRule } from '../../commands.ts';
import type { BackendFact, PostureFacts } from '../../facts.ts';
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
import { asked, endOf, inspectedBytes, isDeny, isEdge, isLimit, rulesOf } from './armor-rules.ts';
import { aroundBalancer } from './around.ts';

const largestInspection = 64 * 1024;

function withoutPolicy({ service }: BackendFact, call: string): Hole {
  const name = textOrEmpty(service.name);
  return {
    about: ['none', name],
    text: `The backend ${name} has no policy of Cloud Armor.`,
    severity: 'high',
    fix: 'Attach a policy with rules for SQL injection, scripts and remote code: the option --security-policy of its update.',
    call,
  };
}

/** Policies of the organisation and its folders that look at requests to the service. */
const abovesOf = ({ above }: BackendFact): JsonObject[] =>
  above?.ok ? above.value.filter((one) => !isEdge(one)) : [];

/** What is wrong with what protects one backend: its own policy, and those above it, which are asked first. */
function holesIn(backend: BackendFact, facts: PostureFacts, call: string): Hole[] {
  const aboves = abovesOf(backend);
  const shown = backend.above?.call ?? call;
  if (aboves.length === 0) return holesOfOwn(backend, facts, call);
  const ends: Hole[] = aboves.flatMap((one) => {
    const early = endOf(rulesOf(one));
    if (!early || isDeny(early) || early.action !== 'allow') return [];
    return [
      {
        about: ['above', textOrEmpty(one.name)],
        text: `Rule ${early.priority} of ${textOrEmpty(one.name)}, a policy of the organisation, allows every request, so no later policy is asked.`,
        severity: 'high',
        fix: 'Ask whoever manages that policy to let the rule go to the next policy (goto_next).',
        call: shown,
      },
    ];
  });
  // Their commands are for policies of the project, and others manage these.
  const each = aboves.map((one) =>
    holesOfOwn({ ...backend, policy: { ok: true, value: one, call: shown } }, facts, call).map(
      ({ commands: _, ...hole }) => hole,
    ),
  );
  const best = each.sort((a, b) => a.length - b.length)[0] ?? [];
  if (ends.length > 0) return [...ends, ...best];
  if (backend.policy === undefined) return best;
  const own = holesOfOwn(backend, facts, call);
  // What a policy above does already need not be done twice.
  return best.length === 0
    ? own.filter(({ about }) => !['signatures', 'allows'].includes(about[0] ?? ''))
    : own;
}

/** What is wrong with the policy of one backend. */
function holesOfOwn(backend: BackendFact, facts: PostureFacts, call: string): Hole[] {
  const { project } = facts.exposure.target;
  const { policy } = backend;
  if (policy === undefined) return [withoutPolicy(backend, call)];
  if (!policy.ok) return [];
  const raw = policy.value;
  const link = textOf(raw.selfLink) ?? textOrEmpty(raw.name);
  const name = textOrEmpty(raw.name);
  const hole = (
    about: string,
    text: string,
    severity: Hole['severity'],
    fix: string,
    commands?: string[],
  ) => ({ about: [about, name], text, severity, fix, commands, call: policy.call });
  if (isEdge(raw))
    return [
      hole(
        'edge',
        `The policy ${name} only guards the cache: it never sees a request that reaches the service.`,
        'high',
        'Attach a policy of the type CLOUD_ARMOR.',
      ),
    ];
  const rules = rulesOf(raw);
  const met = asked(rules);
  const signatures = rules.filter((rule) => rule.signatures && isDeny(rule));
  const enforced = met.filter((rule) => !rule.preview && (isDeny(rule) || isLimit(rule)));
  const early = endOf(rules);
  const never =
    early && !isDeny(early) ? rules.filter((rule) => rule.priority > early.priority && isDeny(rule)) : [];
  const holes: Hole[] = [];
  for (const rule of signatures.filter(({ preview }) => preview))
    holes.push(
      hole(
        `preview ${rule.priority}`,
        `Rule ${rule.priority} of ${name} is in preview: it writes to the log and refuses nothing.`,
        'high',
        'Read what it would have refused in the log, and enforce it:',
        [updateArmorRule(link, project, String(rule.priority), '--no-preview')],
      ),
    );
  if (early && never.length > 0)
    holes.push(
      hole(
        `early ${early.priority}`,
        `Rule ${early.priority} of ${name} fits every request${isLimit(early) ? ' and allows those below its limit' : ''}, so rule ${never[0]?.priority} after it is never asked.`,
        'high',
        'Give the rule that fits everything a higher number than all rules that refuse.',
      ),
    );
  if (enforced.length === 0 && holes.length === 0)
    holes.push(
      hole(
        'allows',
        `No rule of ${name} refuses anything.`,
        'high',
        'Add rules for SQL injection, scripts and remote code, and a rate limit.',
      ),
    );
  else if (
    !signatures.some((rule) => !rule.preview && met.includes(rule)) &&
    !holes.length &&
    !enforced.some((rule) => isDeny(rule) && rule.everything)
  )
    holes.push(
      hole(
        'signatures',
        `No enforced rule of ${name} looks for attacks in a request (evaluatePreconfiguredWaf).`,
        'low',
        'Add rules for SQL injection, scripts and remote code, first in preview.',
      ),
    );
  const effective = signatures.filter((rule) => !rule.preview && met.includes(rule));
  const [part] = effective;
  if (part && effective.every(({ narrow }) => narrow))
    holes.push(
      hole(
        `part ${part.priority}`,
        `Rule ${part.priority} of ${name} looks for attacks only in some requests: ${(part.expression ?? '').slice(0, 120)}.`,
        'medium',
        'Ask the signatures without another condition, or add a rule for the other requests.',
      ),
    );
  const inspected = inspectedBytes(raw);
  if (signatures.length > 0 && inspected < facts.largestBody && inspected < largestInspection)
    holes.push(
      hole(
        'body',
        `Only the first ${inspected / 1024} KB of a body are inspected, and an upload has up to ${countText(facts.largestBody / 1024)} KB.`,
        'low',
        'Inspect as much as Cloud Armor can. The rest of a larger image stays unseen:',
        [updateArmor(link, project, '--request-body-inspection-size=64KB')],
      ),
    );
  return holes;
}

function judge(facts: PostureFacts): Judged {
  const { backends } = facts;
  if (!backends.ok && backends.cause === 'api-off')
    return notApplicable(
      'Compute Engine is not enabled, and Cloud Armor needs a load balancer.',
      backends.call,
    );
  if (!backends.ok) return unread('The load balancers were', backends);
  const found = backends.value;
  if (found.length === 0)
    return notApplicable('Cloud Armor needs a load balancer, and there is none.', backends.call);
  const guarded = found.filter((one) => one.policy !== undefined || abovesOf(one).length > 0);
  const [first] = found;
  if (guarded.length === 0 && first)
    return absent(
      'No backend has a policy of Cloud Armor.',
      backends.call,
      withoutPolicy(first, backends.call),
    );
  const failed = found.flatMap(({ policy }): Unread[] => (policy && !policy.ok ? [policy] : []));
  const readable = guarded.map((one) => [...abovesOf(one), ...(one.policy?.ok ? [one.policy.value] : [])]);
  const inspected = Math.min(
    ...readable.map((all) => (all.length > 0 ? Math.max(...all.map(inspectedBytes)) : largestInspection)),
  );
  const names = readable.flatMap((all) =>
    all.length > 0 ? all.map(({ name }) => textOrEmpty(name)) : ['a policy'],
  );
  const saw = `${[...new Set(names)].join(', ')} on ${guarded.length} of ${found.length} backends, which inspects the first ${inspected / 1024} KB of a body.`;
  const holes = [...found.flatMap((one) => holesIn(one, facts, backends.call)), ...aroundBalancer(facts)];
  return unlessUnread(
    withHoles(saw, guarded[0]?.policy?.call ?? backends.call, holes),
    'A policy was',
    failed,
  );
}

export const armor: Protection = { id: 'posture-armor', title: 'Cloud Armor', judge };
