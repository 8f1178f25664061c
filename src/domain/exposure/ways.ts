import type { Finding } from '../report.ts';
import { checkInvoker, readPolicyOf, serviceOf, unbind } from './commands.ts';
import type { ExposureFacts, PolicyFact } from './facts.ts';
import { classify, inWords, isPublic, type Member } from './members.ts';
import type { PolicyBinding, Removal } from './policy.ts';
import { poolDoor } from './pools.ts';
import { type Grant, powerOf } from './roles.ts';

/** One step from nobody to the function, with the call that shows it. */
export interface AttackStep {
  text: string;
  call: string;
}

/** A change that an enforcer may make by itself: only to the function's own service, never to anything above it. */
export type Repair = { kind: 'unbind'; removal: Removal } | { kind: 'check-invoker' };

/** One way in which somebody without an invitation can call the function. */
export interface Way {
  finding: Finding;
  path: AttackStep[];
  /** False where a role could not be read, so that the way is assumed and not shown. */
  certain: boolean;
  repair: Repair | undefined;
}

/** A binding whose members may matter, with what its role allows. */
export interface Holding {
  fact: PolicyFact;
  binding: PolicyBinding;
  member: Member;
  grant: Grant;
  call: string;
}

/** Levels whose bindings let somebody call the function. The function's own policy counts in gen1 only. */
export function decides(fact: PolicyFact, generation: 1 | 2): boolean {
  if (fact.level === 'function') return generation === 1;
  return (
    fact.level === 'service' ||
    fact.level === 'project' ||
    fact.level === 'folder' ||
    fact.level === 'organization'
  );
}

export const generationOf = (facts: ExposureFacts): 1 | 2 =>
  facts.function.ok ? facts.function.value.generation : 2;

/** Every member of every binding that may decide, whatever its reach. */
export function holdings(facts: ExposureFacts): Holding[] {
  const generation = generationOf(facts);
  const found: Holding[] = [];
  for (const fact of facts.policies) {
    if (!fact.reading.ok || !decides(fact, generation)) continue;
    for (const binding of fact.reading.value.bindings)
      for (const text of new Set(binding.members))
        found.push({
          fact,
          binding,
          member: classify(text),
          grant: powerOf(binding.role, facts.roles.get(binding.role), generation),
          call: fact.reading.call,
        });
  }
  return found;
}

const levelWords = {
  service: 'the service',
  function: 'the function',
  project: 'the project',
  folder: 'the folder',
  organization: 'the organisation',
} as const;

function callStep(facts: ExposureFacts): AttackStep {
  const { target, service } = facts;
  const url = service?.ok
    ? service.value.urls[0]
    : facts.function.ok
      ? facts.function.value.urls[0]
      : undefined;
  const ingress =
    (service?.ok ? service.value.ingress : undefined) ??
    (facts.function.ok ? facts.function.value.ingress : undefined);
  const from = /INTERNAL/.test(ingress ?? '') ? ' from the VPC (ingress is internal)' : '';
  return { text: `call ${url ?? target.name}${from}`, call: service?.call ?? facts.function.call };
}

function bindingWay(facts: ExposureFacts, held: Holding, why: AttackStep[]): Way {
  const { fact, binding, member, grant } = held;
  const place = levelWords[fact.level as keyof typeof levelWords];
  const own = fact.level === 'service' || fact.level === 'function';
  const who = inWords(member);
  const can =
    grant.power === 'invoke'
      ? `includes ${grant.permission}`
      : grant.power === 'takeover'
        ? `includes ${grant.permission}, which can grant the rest`
        : `could not be read, so it is not proved harmless`;
  const rule =
    member.reach === 'pool' ? 'quasi-public-pool' : own ? 'public-binding' : 'inherited-public-binding';
  return {
    certain: grant.power !== 'unknown',
    path: [
      ...why,
      { text: `${who} holds ${binding.role} on ${place} ${fact.resource}`, call: held.call },
      { text: `${binding.role} ${can}`, call: grant.call },
      callStep(facts),
    ],
    finding: {
      rule,
      severity: 'critical',
      title: `${who} holds ${binding.role} on ${place} ${fact.resource}.`,
      why: `The role ${can}.${own ? '' : ` It is inherited: the service's own policy does not show it.`}`,
      fix: unbind(
        fact.level,
        fact.resource,
        binding.role,
        member.text,
        facts.target,
        binding.condition !== undefined,
      ),
      source: held.call,
    },
    repair: own ? { kind: 'unbind', removal: { role: binding.role, member: member.text } } : undefined,
  };
}

function bindingWays(facts: ExposureFacts): Way[] {
  const ways: Way[] = [];
  for (const held of holdings(facts)) {
    if (held.grant.power === 'none') continue;
    if (isPublic(held.member.reach)) ways.push(bindingWay(facts, held, []));
    else if (held.member.reach === 'pool' && !facts.trusted.includes(held.member.text)) {
      const reading = facts.pools.get(held.member.pool ?? '');
      const { state, provider } = poolDoor(reading, held.member.attribute);
      if (state !== 'open' || !provider || !reading) continue;
      const text = `anyone with a token of ${provider.issuer} enters the pool: its provider ${provider.name.split('/').at(-1)} has no condition`;
      ways.push(bindingWay(facts, held, [{ text, call: reading.call }]));
    }
  }
  return ways;
}

function invokerCheckWay(facts: ExposureFacts): Way[] {
  const { service, target } = facts;
  if (!service?.ok || !service.value.invokerIamDisabled) return [];
  return [
    {
      certain: true,
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
  return [...read, ...probeWays(facts, read.length > 0)];
}

/** The shortest path; among equals one that is shown rather than assumed, and a policy before a probe. */
export function shortestPath(ways: readonly Way[]): AttackStep[] | undefined {
  const order = [...ways].sort(
    (a, b) => Number(b.certain) - Number(a.certain) || a.path.length - b.path.length,
  );
  return order[0]?.path;
}
