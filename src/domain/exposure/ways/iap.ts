import { ofRule } from '../../findings/of-rule.ts';
import { exposureRules } from '../../findings/rules/exposure.ts';
import { removeBinding } from '../commands.ts';
import type { ExposureFacts, PolicyFact } from '../facts.ts';
import { placeName } from '../places.ts';
import { aboutBinding } from '../policy/holdings.ts';
import { classify, inWords, isPublic, type Member } from '../policy/members.ts';
import { conditionRemark, liveBindings, type PolicyBinding } from '../policy/policy.ts';
import { callStep, type Way } from './way.ts';

/** Identity-Aware Proxy decides first. It calls the service with its own agent for everyone whom it lets in. */
export function iapWays(facts: ExposureFacts): Way[] {
  if (!facts.service?.ok || !facts.service.value.iapEnabled) return [];
  const proxyCall = facts.service.call;
  return facts.policies.flatMap((fact) => {
    const { level, reading } = fact;
    if (level !== 'iap' || !reading.ok) return [];
    return liveBindings(reading.value).flatMap((binding) => {
      const permissions = facts.roles.get(binding.role);
      const opens =
        !permissions?.ok || permissions.value.some((name) => /^iap\.\w+\.accessViaIAP$/.test(name));
      if (!opens) return [];
      return binding.members
        .map(classify)
        .filter(({ reach }) => isPublic(reach))
        .map((member) =>
          iapWay(
            facts,
            { fact, binding, member },
            reading.call,
            proxyCall,
            permissions?.ok === true && binding.holds !== 'unknown',
          ),
        );
    });
  });
}

function iapWay(
  facts: ExposureFacts,
  held: { fact: PolicyFact; binding: PolicyBinding; member: Member },
  call: string,
  proxyCall: string,
  certain: boolean,
): Way {
  const { role, condition } = held.binding;
  const { level, resource } = held.fact;
  const who = inWords(held.member);
  const place = placeName(level, resource);
  return {
    seenIn: 'configuration',
    certain,
    anonymous: held.member.reach === 'anyone',
    clause: `Identity-Aware Proxy lets ${who} in`,
    path: [
      { text: `${who} holds ${role} on ${place} in Identity-Aware Proxy`, call },
      { text: 'Identity-Aware Proxy lets them in and calls with its own agent', call: proxyCall },
      callStep(facts),
    ],
    finding: {
      ...ofRule(exposureRules, 'iap-public'),
      about: aboutBinding(held.fact, held.binding, held.member),
      title: `Identity-Aware Proxy lets ${who} in.`,
      why: `${role} is bound to ${held.member.text} on ${place}.${conditionRemark(held.binding)}`,
      fix: 'Remove the binding:',
      commands: [
        removeBinding(level, resource, role, held.member.text, facts.target, condition !== undefined),
      ],
      source: call,
    },
    repair: undefined,
  };
}
