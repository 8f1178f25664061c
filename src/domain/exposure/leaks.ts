import type { Finding } from '../findings/finding.ts';
import { type FixedRule, ofRule } from '../findings/of-rule.ts';
import { exposureRules } from '../findings/rules/exposure.ts';
import { removeBinding } from './commands.ts';
import type { ExposureFacts } from './facts.ts';
import { placeName } from './places.ts';
import { aboutBinding, holdings } from './policy/holdings.ts';
import { asSubject, classify, inWords, isPublic } from './policy/members.ts';
import { liveBindings } from './policy/policy.ts';
import { controlsFunction, type HeldBinding, publicOnFunctionItself } from './public-control.ts';

/** The public cannot call the function, but it can replace, delete or download it. */
export interface Leak {
  finding: Finding;
  /** The finding as a clause for the middle of a sentence, without a full stop. */
  clause: string;
}

function leak(
  facts: ExposureFacts,
  held: HeldBinding,
  rule: FixedRule<typeof exposureRules>,
  end: string,
  why: string,
): Leak {
  const { fact, binding, member, call } = held;
  const { level, resource } = fact;
  const conditional = binding.condition !== undefined;
  const rest = `holds ${binding.role} on ${placeName(level, resource)}, ${end}`;
  return {
    clause: `${inWords(member)} ${rest}`,
    finding: {
      ...ofRule(exposureRules, rule),
      about: aboutBinding(fact, binding, member),
      title: `${asSubject(member)} ${rest}.`,
      why,
      fix: 'Remove the binding:',
      commands: [removeBinding(level, resource, binding.role, member.text, facts.target, conditional)],
      source: call,
    },
  };
}

function controlLeaks(facts: ExposureFacts): Leak[] {
  const held: HeldBinding[] = holdings(facts).filter(
    ({ grant, member }) => grant.power === 'none' && isPublic(member.reach),
  );
  const why =
    'The role does not allow calls, but its holder can change, delete or download the function. A role that could not be read counts too.';
  return [...held, ...publicOnFunctionItself(facts)]
    .filter(({ binding }) => controlsFunction(facts.roles.get(binding.role)))
    .map((each) => leak(facts, each, 'public-control', 'and so controls the function', why));
}

/** Public members on the bucket with the source, or on the repository with the images. */
function storageLeaks(facts: ExposureFacts): Leak[] {
  const why =
    'Anyone who can read it sees everything that the function contains, including secrets in its source.';
  return facts.policies.flatMap((fact) => {
    const { level, reading } = fact;
    if ((level !== 'source' && level !== 'images') || !reading.ok) return [];
    const end = level === 'source' ? 'which keeps the source of the function' : 'which keeps its images';
    const rule = level === 'source' ? 'source-readable' : 'images-readable';
    return liveBindings(reading.value).flatMap((binding) =>
      binding.members
        .map(classify)
        .filter(({ reach }) => isPublic(reach))
        .map((member) => leak(facts, { fact, binding, member, call: reading.call }, rule, end, why)),
    );
  });
}

export const leaksOf = (facts: ExposureFacts): Leak[] => [...controlLeaks(facts), ...storageLeaks(facts)];
