import { unbind } from '../commands.ts';
import type { ExposureFacts } from '../facts.ts';
import { asSubject, inWords, isPublic } from '../policy/members.ts';
import { type Holding, holdings } from './holdings.ts';
import { poolDoor } from './pools.ts';
import { type AttackStep, callStep, type Way } from './way.ts';

const levelWords = {
  service: 'the service',
  function: 'the function',
  project: 'the project',
  folder: 'the folder',
  organization: 'the organisation',
} as const;

function bindingWay(facts: ExposureFacts, held: Holding, why: AttackStep[]): Way {
  const { fact, binding, member, grant } = held;
  const place = levelWords[fact.level as keyof typeof levelWords];
  const own = fact.level === 'service' || fact.level === 'function';
  const who = inWords(member);
  const where = `${place} ${fact.resource.split('/').at(-1)}`;
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
    anonymous: member.reach === 'anyone' && grant.power !== 'takeover',
    path: [
      ...why,
      { text: `${who} holds ${binding.role} on ${where}`, call: held.call },
      { text: `${binding.role} ${can}`, call: grant.call },
      callStep(facts),
    ],
    finding: {
      rule,
      severity: 'critical',
      title: `${asSubject(member)} holds ${binding.role} on ${where}.`,
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

/** Bindings of the public, and of pools that let the public in, on every level that decides. */
export function bindingWays(facts: ExposureFacts): Way[] {
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
