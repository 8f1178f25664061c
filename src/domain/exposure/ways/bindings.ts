import { ofRule } from '../../findings/of-rule.ts';
import { exposureRules } from '../../findings/rules/exposure.ts';
import { removeBinding } from '../commands.ts';
import type { ExposureFacts } from '../facts.ts';
import { placeName } from '../places.ts';
import { aboutBinding, type Holding, holdings } from '../policy/holdings.ts';
import { impersonations } from '../policy/impersonation.ts';
import { asSubject, inWords, isPublic } from '../policy/members.ts';
import { conditionRemark } from '../policy/policy.ts';
import { rewriteOf } from '../policy/rewrites.ts';
import type { Grant } from '../policy/roles.ts';
import { poolStep } from './pools.ts';
import { type AttackStep, callStep, type Way } from './way.ts';

/** What the role allows, as the end of a sentence that begins with the role. */
function allows({ power, permission }: Grant): string {
  if (power === 'invoke') return `includes ${permission}`;
  if (power === 'takeover') return `includes ${permission}, with which its holder can grant itself the rest`;
  return 'could not be read, so it may allow calls';
}

/** @param before the steps that lead to the member, if it is not the public itself */
function bindingWay(facts: ExposureFacts, held: Holding, before: AttackStep[]): Way {
  const { fact, binding, member, grant } = held;
  const { level, resource } = fact;
  const own = level === 'service' || level === 'function';
  const place = placeName(level, resource);
  const clause = `${inWords(member)} holds ${binding.role} on ${place}`;
  const ownRule = own ? 'public-binding' : 'inherited-public-binding';
  const hidden = own ? '' : " The function inherits it, so the service's own policy does not show it.";
  const conditional = binding.condition !== undefined;
  return {
    seenIn: 'configuration',
    certain: grant.power !== 'unknown' && !(conditional && binding.holds !== 'yes'),
    anonymous: member.reach === 'anyone' && grant.power !== 'takeover',
    clause,
    path: [
      ...before,
      { text: clause, call: held.call },
      { text: `${binding.role} ${allows(grant)}`, call: grant.call },
      callStep(facts),
    ],
    finding: {
      ...ofRule(exposureRules, member.reach === 'pool' ? 'quasi-public-pool' : ownRule),
      about: aboutBinding(fact, binding, member),
      title: `${asSubject(member)} holds ${binding.role} on ${place}.`,
      why: `The role ${allows(grant)}.${hidden}${conditionRemark(binding)}`,
      fix: 'Remove the binding:',
      commands: [removeBinding(level, resource, binding.role, member.text, facts.target, conditional)],
      source: held.call,
    },
    repair: own
      ? { kind: 'unbind', removal: { role: binding.role, member: member.text }, conditional }
      : undefined,
  };
}

/** Bindings of the public, and of pools that the public can enter, on every level that decides about calls. */
export function bindingWays(facts: ExposureFacts): Way[] {
  const ways: Way[] = [];
  const all = holdings(facts);
  const callers = [...all.filter(({ grant }) => grant.power !== 'none'), ...impersonations(facts)];
  for (const each of all) {
    const rewrite = each.grant.power === 'none' ? rewriteOf(facts, each, all, callers) : undefined;
    const held: Holding = rewrite
      ? { ...each, grant: { ...each.grant, power: 'takeover', permission: rewrite } }
      : each;
    if (held.grant.power === 'none') continue;
    const before = poolStep(facts, held.member);
    if (isPublic(held.member.reach)) ways.push(bindingWay(facts, held, []));
    else if (before) ways.push(bindingWay(facts, held, [before]));
  }
  return ways;
}
