import { shortName } from '../../data/resource-name.ts';
import type { Finding } from '../../findings/finding.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { exposureRules } from '../../findings/rules/exposure.ts';
import type { ExposureFacts } from '../facts.ts';
import { placeName } from '../places.ts';
import { aboutBinding, type Holding, holdings } from '../policy/holdings.ts';
import { impersonations } from '../policy/impersonation.ts';
import { poolDoor } from '../ways/pools.ts';
import { type Doubt, unreadDoubt } from './doubt.ts';

/** The doubts about members that are neither plainly public nor plainly one identity, at most one for each member. */
export function memberDoubts(facts: ExposureFacts): Doubt[] {
  const doubts = new Map<string, Doubt>();
  for (const holding of [...holdings(facts), ...impersonations(facts)]) {
    const { member, grant } = holding;
    if (grant.power === 'none' || facts.trusted.includes(member.text)) continue;
    const doubt = doubtOf(facts, holding);
    const previous = doubts.get(member.text);
    if (doubt && (!previous || (previous.blocks === 'complete' && doubt.blocks === 'private')))
      doubts.set(member.text, doubt);
  }
  return [...doubts.values()];
}

function doubtOf(facts: ExposureFacts, holding: Holding): Doubt | undefined {
  switch (holding.member.reach) {
    case 'group':
      return groupDoubt(holding);
    case 'unknown':
      return unknownMemberDoubt(holding);
    case 'pool':
      return poolDoubt(facts, holding);
    default:
      return undefined;
  }
}

const heldBy = ({ binding, fact }: Holding) => `${binding.role} on ${placeName(fact.level, fact.resource)}`;

function groupDoubt(holding: Holding): Doubt {
  const { member, grant, call } = holding;
  const unread = grant.power === 'unknown' ? ' The role could not be read either.' : '';
  const finding: Finding = {
    ...ofRule(exposureRules, 'opaque-group'),
    about: aboutBinding(holding.fact, holding.binding, member),
    title: `${member.text} holds ${heldBy(holding)}, and the guard cannot read who is in the group.`,
    why: `A group that anyone may join makes the function public.${unread}`,
    fix: `Bind service accounts instead. If you know the group, vouch for it: trusted_principals: ${member.text}`,
    source: call,
  };
  const what = `the members of ${member.text}`;
  const clause = `the guard cannot read who is in ${member.text}`;
  return { blocks: 'complete', what, clause, call, permission: undefined, finding };
}

function unknownMemberDoubt(holding: Holding): Doubt {
  const { member, call } = holding;
  const finding: Finding = {
    ...ofRule(exposureRules, 'unknown-member'),
    about: aboutBinding(holding.fact, holding.binding, member),
    title: `"${member.text.slice(0, 120)}" holds ${heldBy(holding)}, and the guard does not know this kind of member.`,
    why: 'A member of an unknown kind may include the public.',
    source: call,
  };
  const shown = `"${member.text.slice(0, 80)}"`;
  const clause = `the guard does not know what kind of member ${shown} is`;
  return { blocks: 'private', what: `the meaning of ${shown}`, clause, call, permission: undefined, finding };
}

/** The members of the pool may call the function, and it is not known who may enter the pool. */
function poolDoubt(facts: ExposureFacts, holding: Holding): Doubt | undefined {
  const { member, call } = holding;
  const pool = facts.pools.get(member.pool ?? '');
  const { state, provider } = poolDoor(pool, member.attribute);
  if (state !== 'unknown') return undefined;
  const name = shortName(member.pool);
  const about = aboutBinding(holding.fact, holding.binding, member);
  const what = `who may enter the pool ${name}, whose members hold ${heldBy(holding)}`;
  if (pool && !pool.ok) return unreadDoubt(facts, 'private', what, pool, about);
  const why = provider
    ? `Its provider ${shortName(provider.name)} accepts every token of ${provider.issuer || 'its issuer'} without a condition.`
    : 'The guard did not read the pool.';
  const source = pool?.call ?? call;
  const title = `The guard cannot tell ${what}.`;
  const finding: Finding = { rule: 'not-read', severity: 'high', about, title, why, source };
  const clause = `the guard cannot tell ${what}`;
  return { blocks: 'private', what, clause, call: source, permission: undefined, finding };
}
