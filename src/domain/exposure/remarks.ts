import { patchFields } from '../data/commands.ts';
import { encodeName, functionPath } from '../data/resource-name.ts';
import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { exposureRules } from '../findings/rules/exposure.ts';
import { accountRemarks } from './account-remarks.ts';
import { removeBinding } from './commands.ts';
import type { ExposureFacts } from './facts.ts';
import { placeName } from './places.ts';
import { aboutBinding, type Holding, holdings } from './policy/holdings.ts';
import { impersonations } from './policy/impersonation.ts';
import { asSubject, classify, isPublic } from './policy/members.ts';
import { preventionOf } from './policy/prevention.ts';
import { controlsFunction, type HeldBinding, publicOnFunctionItself } from './public-control.ts';

/** Findings that are worth knowing and do not make the function callable by the public. */
export function remarksOf(facts: ExposureFacts): Finding[] {
  return [
    ...[...holdings(facts), ...impersonations(facts)].flatMap((holding) => bindingRemarks(facts, holding)),
    ...accountRemarks(facts),
    ...functionPolicyRemarks(facts),
    ...falseConditionRemarks(facts),
    ...transportRemarks(facts),
    ...preventionOf(facts),
  ];
}

const removal = (facts: ExposureFacts, { fact, binding, member }: Omit<HeldBinding, 'call'>): string =>
  removeBinding(
    fact.level,
    fact.resource,
    binding.role,
    member.text,
    facts.target,
    binding.condition !== undefined,
  );

function bindingRemarks(facts: ExposureFacts, holding: Holding): Finding[] {
  const { fact, binding, member, grant, call } = holding;
  if (facts.trusted.includes(member.text)) return [];
  const held = `${binding.role} on ${placeName(fact.level, fact.resource)}`;
  if (grant.power === 'none') {
    if (!isPublic(member.reach) || controlsFunction(facts.roles.get(binding.role))) return [];
    return [
      {
        ...ofRule(exposureRules, 'public-non-invoker'),
        about: aboutBinding(fact, binding, member),
        title: `${asSubject(member)} holds ${held}, which does not allow calls of the function.`,
        fix: 'Remove the binding:',
        commands: [removal(facts, holding)],
        source: call,
      },
    ];
  }
  if (member.reach === 'domain')
    return [
      {
        ...ofRule(exposureRules, 'domain-wide-access'),
        about: aboutBinding(fact, binding, member),
        title: `Everyone in ${member.text} holds ${held}.`,
        why: 'This is not the public, but it is everyone in that company.',
        fix: `Bind service accounts instead, or vouch for the domain: trusted_principals: ${member.text}`,
        source: call,
      },
    ];
  if (member.reach === 'pool' && facts.pools.get(member.pool ?? '')?.ok)
    return [
      {
        ...ofRule(exposureRules, 'pool-wide-access'),
        about: aboutBinding(fact, binding, member),
        title: `Every identity in ${member.text} holds ${held}.`,
        why: 'Only the condition of the provider keeps other tenants of its issuer away from the function.',
        fix: 'Bind principal://…/subject/… or principalSet://…/attribute.repository_id/… instead.',
        source: call,
      },
    ];
  return [];
}

function functionPolicyRemarks(facts: ExposureFacts): Finding[] {
  return publicOnFunctionItself(facts)
    .filter(({ binding }) => !controlsFunction(facts.roles.get(binding.role)))
    .map((held) => ({
      ...ofRule(exposureRules, 'ineffective-function-binding'),
      about: aboutBinding(held.fact, held.binding, held.member),
      title: `${held.member.text} holds ${held.binding.role} on the function itself, which has no effect on a 2nd gen function.`,
      why: 'The policy of the Cloud Run service decides who may call. This binding only misleads readers.',
      fix: 'Remove the binding:',
      commands: [removal(facts, held)],
      source: held.call,
    }));
}

/** Bindings of the public that would count if their condition were not false. */
function falseConditionRemarks(facts: ExposureFacts): Finding[] {
  return facts.policies.flatMap((fact) => {
    const { reading } = fact;
    if (!reading.ok || fact.level === 'source' || fact.level === 'images') return [];
    return reading.value.bindings
      .filter(({ holds }) => holds === 'no')
      .flatMap((binding) =>
        binding.members
          .map(classify)
          .filter(({ reach }) => isPublic(reach))
          .map((member) => ({
            ...ofRule(exposureRules, 'public-under-false-condition'),
            about: aboutBinding(fact, binding, member),
            title: `${asSubject(member)} holds ${binding.role} on ${placeName(fact.level, fact.resource)}, but only under a condition that is false for the function.`,
            why: `The condition: ${binding.condition?.slice(0, 200)}`,
            fix: 'Remove the binding:',
            commands: [removal(facts, { fact, binding, member })],
            source: reading.call,
          })),
      );
  });
}

function transportRemarks({ function: described, target }: ExposureFacts): Finding[] {
  if (!described.ok || described.value.securityLevel !== 'SECURE_OPTIONAL') return [];
  return [
    {
      ...ofRule(exposureRules, 'insecure-http'),
      title: 'The function also answers over plain http (securityLevel is SECURE_OPTIONAL).',
      why: 'Anyone on the network path can read a token that is sent over http.',
      fix: 'Accept https only:',
      // gcloud functions deploy would also upload the folder in which it runs.
      commands: [
        patchFields(
          `cloudfunctions.googleapis.com/v1/${encodeName(functionPath(target))}`,
          ['httpsTrigger.securityLevel'],
          { httpsTrigger: { securityLevel: 'SECURE_ALWAYS' } },
        ),
      ],
      source: described.call,
    },
  ];
}
