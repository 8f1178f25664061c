import { checkInvoker, readPolicyOf, serviceOf, unbind } from '../commands.ts';
import type { ExposureFacts } from '../facts.ts';
import { classify, inWords, isPublic } from '../policy/members.ts';
import { bindingWays } from './bindings.ts';
import { type AttackStep, callStep, type Way } from './way.ts';

function invokerCheckWay(facts: ExposureFacts): Way[] {
  const { service, target } = facts;
  if (!service?.ok || !service.value.invokerIamDisabled) return [];
  return [
    {
      certain: true,
      anonymous: true,
      path: [
        {
          text: `the invoker check of ${serviceOf(target)} is off (invokerIamDisabled), so no policy is asked`,
          call: service.call,
        },
        callStep(facts),
      ],
      finding: {
        rule: 'invoker-check-disabled',
        severity: 'critical',
        title: `The invoker check of the service ${serviceOf(target)} is switched off.`,
        why: 'With invokerIamDisabled nobody needs a role, and the IAM policy still looks clean.',
        fix: checkInvoker(target),
        source: service.call,
      },
      repair: { kind: 'check-invoker' },
    },
  ];
}

/** IAP is asked first; whoever it lets in reaches the service through IAP's own agent. */
function iapWays(facts: ExposureFacts): Way[] {
  if (!facts.service?.ok || !facts.service.value.iapEnabled) return [];
  const ways: Way[] = [];
  for (const fact of facts.policies) {
    if (fact.level !== 'iap' || !fact.reading.ok) continue;
    for (const { role, members, condition } of fact.reading.value.bindings)
      for (const member of members.map(classify)) {
        const permissions = facts.roles.get(role);
        const opens =
          !permissions?.ok || permissions.value.some((name) => /^iap\.\w+\.accessViaIAP$/.test(name));
        if (!isPublic(member.reach) || !opens) continue;
        ways.push({
          certain: permissions?.ok === true,
          anonymous: member.reach === 'anyone',
          path: [
            { text: `${inWords(member)} holds ${role} on ${fact.resource}`, call: fact.reading.call },
            {
              text: 'Identity-Aware Proxy lets them in and calls with its own agent',
              call: facts.service.call,
            },
            callStep(facts),
          ],
          finding: {
            rule: 'iap-public',
            severity: 'critical',
            title: `Identity-Aware Proxy lets ${inWords(member)} in.`,
            why: `${role} is bound to ${member.text} on ${fact.resource}.`,
            fix: unbind('iap', fact.resource, role, member.text, facts.target, condition !== undefined),
            source: fact.reading.call,
          },
          repair: undefined,
        });
      }
  }
  return ways;
}

function gatewayWays(facts: ExposureFacts): Way[] {
  if (!facts.gateways?.ok) return [];
  const { value, call } = facts.gateways;
  return value
    .filter(
      ({ name, openOperations }) =>
        openOperations.length > 0 && !facts.trusted.includes(`gateway:${name.split('/').at(-1)}`),
    )
    .map(({ name, host, openOperations, totalOperations }) => ({
      certain: true,
      anonymous: false,
      path: [
        { text: `anyone calls ${openOperations[0]} on https://${host}, which asks for nothing`, call },
        { text: `the gateway ${name} calls the function with its own identity`, call },
      ],
      finding: {
        rule: 'open-gateway',
        severity: 'critical' as const,
        title: `API Gateway ${name.split('/').at(-1)} forwards ${openOperations.length} of ${totalOperations} operations to the function without asking for a key or a token.`,
        why: `${openOperations.slice(0, 5).join(', ')} ${openOperations.length === 1 ? 'has' : 'have'} no security requirement.`,
        fix: `Add \`security:\` to these operations and update the gateway; or, where it is meant so, list gateway:${name.split('/').at(-1)} in trusted_principals.`,
        source: call,
      },
      repair: undefined,
    }));
}

/** Where to look when an answer came in and nothing that was read explains it. */
function whereToLook(facts: ExposureFacts, explained: boolean): string {
  if (explained) return 'Close what the other findings name, then look again.';
  const late = 'If it has just been closed, IAM needs up to 7 minutes: run the job again then.';
  const blind = facts.policies.filter(
    ({ level, reading }) => !reading.ok && level !== 'source' && level !== 'images',
  );
  if (blind.length === 0) return `Nothing that was read explains it. ${late}`;
  const commands = blind.map(({ level, resource }) => readPolicyOf(level, resource, facts.target));
  return `What lets it in was not readable here. Somebody who may read it should look at: ${commands.join(' && ')} . ${late}`;
}

function probeWays(facts: ExposureFacts, explained: boolean): Way[] {
  const reached = facts.probes.filter((probe) => probe.class === 'reached');
  const [first] = reached;
  if (!first) return [];
  const text = `${first.method} ${first.url} without a token: ${first.note}`;
  const urls = new Set(reached.map(({ url }) => url));
  return [
    {
      certain: true,
      anonymous: true,
      path: [{ text, call: `${first.method} ${first.url}` }],
      finding: {
        rule: 'anonymous-answer',
        severity: 'critical',
        title: `The function answered a request without a token (${first.method} ${first.url}: ${first.status}).`,
        why: `${reached.length} of ${facts.probes.length} anonymous requests reached it, on ${urls.size} ${urls.size === 1 ? 'URL' : 'URLs'}.`,
        fix: whereToLook(facts, explained),
        source: `${first.method} ${first.url}`,
      },
      repair: undefined,
    },
  ];
}

export function waysIn(facts: ExposureFacts): Way[] {
  const read = [...invokerCheckWay(facts), ...bindingWays(facts), ...iapWays(facts), ...gatewayWays(facts)];
  return [
    ...read,
    ...probeWays(
      facts,
      read.some(({ anonymous }) => anonymous),
    ),
  ];
}

/** An answer that a way that was read explains is no further way: it confirms that one. */
export const countOf = (ways: readonly Way[]): number => {
  const read = ways.filter(({ finding }) => finding.rule !== 'anonymous-answer');
  return read.some(({ anonymous }) => anonymous) ? read.length : ways.length;
};

/** The shortest path: one that is shown before one that is assumed, and one that explains before a mere answer. */
export function shortestPath(ways: readonly Way[]): AttackStep[] | undefined {
  const unexplained = ({ finding }: Way) => Number(finding.rule === 'anonymous-answer');
  const order = [...ways].sort(
    (a, b) =>
      Number(b.certain) - Number(a.certain) ||
      unexplained(a) - unexplained(b) ||
      a.path.length - b.path.length,
  );
  return order[0]?.path;
}
