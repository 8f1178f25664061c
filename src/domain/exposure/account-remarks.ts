import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { exposureRules } from '../findings/rules/exposure.ts';
import { removeBinding } from './commands.ts';
import type { ExposureFacts } from './facts.ts';
import { placeName } from './places.ts';
import { aboutBinding } from './policy/holdings.ts';
import { type Impersonation, impersonations } from './policy/impersonation.ts';
import { asSubject, classify, isPublic } from './policy/members.ts';
import { liveBindings } from './policy/policy.ts';

/** The public on an account that can call, with a role that does not yet let it act as the account. */
function publicOnAccounts(facts: ExposureFacts): Finding[] {
  const acting = new Set(impersonations(facts).map(({ binding }) => binding));
  return facts.policies.flatMap((fact) => {
    const { level, reading } = fact;
    if (level !== 'account' || !reading.ok) return [];
    return liveBindings(reading.value)
      .filter((binding) => !acting.has(binding))
      .flatMap((binding) =>
        binding.members
          .map(classify)
          .filter(({ reach }) => isPublic(reach))
          .map((member) => ({
            ...ofRule(exposureRules, 'public-on-account'),
            about: aboutBinding(fact, binding, member),
            title: `${asSubject(member)} holds ${binding.role} on ${placeName(level, fact.resource)}.`,
            why: 'With a permission to deploy, in a project that may use this account, its holders could run code as an account that can call the function.',
            fix: 'Remove the binding:',
            commands: [
              removeBinding(
                level,
                fact.resource,
                binding.role,
                member.text,
                facts.target,
                binding.condition !== undefined,
              ),
            ],
            source: reading.call,
          })),
      );
  });
}

/** Identities that can call in two steps, by the account that they act as. Wider members have separate findings. */
function impersonationRemarks(facts: ExposureFacts): Finding[] {
  const byAccount = new Map<string, Impersonation[]>();
  for (const one of impersonations(facts)) {
    if (one.member.reach !== 'named' || facts.trusted.includes(one.member.text)) continue;
    byAccount.set(one.seat.email, [...(byAccount.get(one.seat.email) ?? []), one]);
  }
  return [...byAccount].map(([email, ones]) => {
    const names = [...new Set(ones.map(({ member }) => member.text))];
    const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
    const roles = [...new Set(ones.map(({ binding }) => binding.role))].join(', ');
    return {
      ...ofRule(exposureRules, 'impersonation'),
      about: [email],
      title: `${shown} may act as ${email}.`,
      why: `${roles} lets ${names.length === 1 ? 'this identity' : 'them'} mint tokens of an account with which the function can be called.`,
      source: ones[0]?.call,
    };
  });
}

/** Findings about the service accounts that can call, which do not change the verdict. */
export const accountRemarks = (facts: ExposureFacts): Finding[] => [
  ...impersonationRemarks(facts),
  ...publicOnAccounts(facts),
];
