import { ofRule } from '../../findings/of-rule.ts';
import { exposureRules } from '../../findings/rules/exposure.ts';
import { removeBinding } from '../commands.ts';
import type { ExposureFacts } from '../facts.ts';
import { placeName } from '../places.ts';
import { aboutBinding } from '../policy/holdings.ts';
import { type Impersonation, impersonations, type Seat } from '../policy/impersonation.ts';
import { asSubject, inWords, isPublic } from '../policy/members.ts';
import { conditionRemark } from '../policy/policy.ts';
import { poolStep } from './pools.ts';
import { type AttackStep, callStep, type Way } from './way.ts';

const held = ({ binding, fact }: Pick<Impersonation, 'binding' | 'fact'>): string =>
  `${binding.role} on ${placeName(fact.level, fact.resource)}`;

/** What the member may do: "mint ID tokens of invoker@p.iam.gserviceaccount.com (ROLE on project p)". */
export const actsAs = (one: Impersonation): string => `may ${one.means.may} ${one.seat.email} (${held(one)})`;

/** The steps from an account to the function. */
export function stepsOf(facts: ExposureFacts, { email, how }: Seat): AttackStep[] {
  if (how.kind === 'calls')
    return [{ text: `${email} may call ${facts.target.name} (${held(how.held)})`, call: how.held.call }];
  if (how.kind === 'runtime')
    return [
      { text: `${facts.target.name} runs as ${email}, so its holder acts as the function`, call: how.call },
    ];
  return [{ text: `${email} ${actsAs(how.as)}`, call: how.as.call }, ...stepsOf(facts, how.as.seat)];
}

function secondStepWay(facts: ExposureFacts, one: Impersonation, before: AttackStep[]): Way {
  const { fact, binding, member, grant, seat, others } = one;
  const conditional = binding.condition !== undefined;
  const rest = stepsOf(facts, seat);
  const more =
    others > 0
      ? ` The same binding reaches ${others} more such ${others === 1 ? 'account' : 'accounts'}.`
      : '';
  const reason =
    grant.power === 'unknown'
      ? 'The role could not be read, so it may allow this.'
      : `The role includes ${grant.permission}.`;
  return {
    seenIn: 'configuration',
    certain: grant.power !== 'unknown' && !(conditional && binding.holds !== 'yes'),
    anonymous: false,
    clause: `${inWords(member)} ${actsAs(one)}`,
    path: [
      ...before,
      { text: `${inWords(member)} ${actsAs(one)}`, call: one.call },
      ...rest,
      callStep(facts),
    ],
    finding: {
      ...ofRule(exposureRules, 'public-impersonation'),
      about: aboutBinding(fact, binding, member),
      title: `${asSubject(member)} ${actsAs(one)}.`,
      why: `${reason} Then ${rest.map(({ text }) => text).join('; ')}.${more}${conditionRemark(binding)}`,
      fix: 'Remove the binding:',
      commands: [
        removeBinding(fact.level, fact.resource, binding.role, member.text, facts.target, conditional),
      ],
      source: one.call,
    },
    repair: undefined,
  };
}

/** The public, and pools that the public can enter, on accounts with which the function can be called. */
export function secondStepWays(facts: ExposureFacts): Way[] {
  return impersonations(facts).flatMap((one) => {
    if (isPublic(one.member.reach)) return secondStepWay(facts, one, []);
    const before = poolStep(facts, one.member);
    return before ? secondStepWay(facts, one, [before]) : [];
  });
}
