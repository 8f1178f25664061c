import type { ExposureFacts, PolicyFact } from '../facts.ts';
import {
  accountOf,
  accountResource,
  inheritsFromProject,
  isBuildAccount,
  isGoogleManaged,
} from './accounts.ts';
import { type Holding, holdings } from './holdings.ts';
import { type Means, mayDeploy, meansIn, meansOfBuild } from './means.ts';
import { classify, isPublic, type Member } from './members.ts';
import { liveBindings } from './policy.ts';

/** A service account with which the function can be called, and how. */
export interface Seat {
  email: string;
  /** How it calls: by its own role, as the code of the function, or by acting as another account. */
  how:
    | { kind: 'calls'; held: Holding }
    | { kind: 'runtime'; call: string }
    | { kind: 'acts'; as: Impersonation };
}

/** A member that can act as an account which can call the function. `grant` names the permission that it uses. */
export interface Impersonation extends Holding {
  seat: Seat;
  means: Means;
  /** How many more accounts the same binding reaches. */
  others: number;
}

const canBeSeat = (email: string): boolean => !isGoogleManaged(email) || isBuildAccount(email);

/** Policies whose bindings reach an account: the account's own policy, and those that it inherits. */
function reaches(facts: ExposureFacts, { level, resource }: PolicyFact, email: string): boolean {
  if (level === 'account') return resource === accountResource(email);
  const inherited = level === 'project' || level === 'folder' || level === 'organization';
  return inherited && inheritsFromProject(email, facts);
}

/** Accounts that call by themselves: those with a role that allows calls, and the one that the code runs as. */
export function firstSeats(facts: ExposureFacts): Seat[] {
  const seats = new Map<string, Seat>();
  for (const held of holdings(facts)) {
    const email = accountOf(held.member.text);
    const own = held.fact.level === 'service' || held.fact.level === 'function';
    const calls = held.grant.power !== 'none' && (held.grant.power !== 'unknown' || own);
    if (email && calls && canBeSeat(email) && !seats.has(email))
      seats.set(email, { email, how: { kind: 'calls', held } });
  }
  const { function: described } = facts;
  const runtime = described.ok ? described.value.serviceAccount?.toLowerCase() : undefined;
  if (runtime && !seats.has(runtime))
    seats.set(runtime, { email: runtime, how: { kind: 'runtime', call: described.call } });
  return [...seats.values()];
}

/** Members who may start code in the project. What the public may do, everyone may do. */
function deployers(facts: ExposureFacts): (member: Member) => boolean {
  const texts = new Set<string>();
  let everyone = false;
  for (const { reading, level } of facts.policies) {
    if (!reading.ok || level === 'account' || level === 'source' || level === 'images' || level === 'iap')
      continue;
    for (const { role, members } of liveBindings(reading.value)) {
      const permissions = facts.roles.get(role);
      if (!permissions?.ok || !mayDeploy(permissions.value)) continue;
      for (const text of members) {
        texts.add(text.toLowerCase());
        everyone ||= isPublic(classify(text).reach);
      }
    }
  }
  return ({ text }) => everyone || texts.has(text.toLowerCase());
}

/** Everyone who can act as one of the accounts that can call, directly or through other accounts. */
export function impersonations(facts: ExposureFacts): Impersonation[] {
  const direct = new Set(
    holdings(facts)
      .filter(({ grant }) => grant.power === 'invoke' || grant.power === 'takeover')
      .map(({ member }) => member.text.toLowerCase()),
  );
  const queue = firstSeats(facts);
  const known = new Set(queue.map(({ email }) => email));
  const found = new Map<string, Impersonation>();
  const canDeploy = deployers(facts);
  for (const seat of queue) {
    for (const fact of facts.policies) {
      if (!fact.reading.ok || !reaches(facts, fact, seat.email)) continue;
      for (const binding of liveBindings(fact.reading.value)) {
        const role = facts.roles.get(binding.role);
        for (const text of new Set(binding.members)) {
          const member = classify(text);
          const means = role?.ok
            ? isBuildAccount(seat.email)
              ? meansOfBuild(role.value)
              : meansIn(role.value, { canDeploy: canDeploy(member), canDelegate: seat.how.kind === 'acts' })
            : fact.level === 'account' && member.reach !== 'named'
              ? { permission: 'an unread role', may: 'act as' }
              : undefined;
          const email = accountOf(text);
          if (!means || email === seat.email || direct.has(text.toLowerCase())) continue;
          const key = [fact.resource, binding.role, binding.condition, text].join('\n');
          const before = found.get(key);
          if (before) {
            before.others += 1;
            continue;
          }
          const grant = {
            power: role?.ok ? ('impersonate' as const) : ('unknown' as const),
            permission: means.permission,
            call: role?.call ?? fact.reading.call,
          };
          const one = { fact, binding, member, grant, call: fact.reading.call, seat, means, others: 0 };
          found.set(key, one);
          if (!email || known.has(email) || !canBeSeat(email)) continue;
          known.add(email);
          queue.push({ email, how: { kind: 'acts', as: one } });
        }
      }
    }
  }
  return [...found.values()];
}
