import type { Level, PolicyFact } from '../facts.ts';
import { accountOf, isBuildAccount, isGoogleManaged } from './accounts.ts';
import { classify, isPublic, type Reach } from './members.ts';
import { liveBindings } from './policy.ts';

/**
 * Chooses what to read next: the roles of members that may be many people, those of service accounts, all that are on the
 * service or on a service account itself, the accounts, and the pools.
 */

const rank: Record<Reach, number> = {
  anyone: 0,
  'any-account': 0,
  pool: 1,
  unknown: 2,
  group: 3,
  domain: 3,
  named: 4,
};

const inherited = (level: Level): boolean =>
  level === 'project' || level === 'folder' || level === 'organization' || level === 'iap';

const isAccount = (member: string): boolean => {
  const email = accountOf(member);
  return email !== undefined && !isGoogleManaged(email);
};
const isSeat = (member: string): boolean => isAccount(member) || isBuildAccount(accountOf(member) ?? '');

/**
 * A project has dozens of roles for service accounts. These may allow calls, or acting as another account: basic roles, custom
 * roles, and those of the services through which one can do it. The name only decides what is read, never what a role allows.
 */
const leads =
  /^(projects|organizations)\/|^roles\/(owner|editor|(run|cloudfunctions|firebase|iam|serverless)\.|resourcemanager\.\w+Admin$)/;
const isLead = (role: string): boolean => leads.test(role) && !/viewer$|reviewer$/i.test(role);

/** The service accounts whose own policies decide who can call in two steps. */
export function accountsToRead(policies: readonly PolicyFact[], runtime: string | undefined): string[] {
  const found = policies.flatMap(({ level, reading }) =>
    reading.ok && level !== 'iap' && level !== 'source' && level !== 'images'
      ? liveBindings(reading.value)
          .filter(({ role }) => !inherited(level) || isLead(role))
          .flatMap(({ members }) => members.filter(isAccount).flatMap((member) => accountOf(member) ?? []))
      : [],
  );
  const own = runtime && !isGoogleManaged(runtime) ? [runtime.toLowerCase()] : [];
  return [...new Set([...own, ...found])];
}

/**
 * The roles to read, those of public members first.
 * @param most limits the number of calls; roles of public members are read even beyond it
 */
export function rolesToRead(policies: readonly PolicyFact[], most = 20): string[] {
  const ranked = new Map<string, number>();
  for (const { level, reading } of policies) {
    if (!reading.ok || level === 'source' || level === 'images') continue;
    for (const { role, members } of liveBindings(reading.value))
      for (const { reach, text } of members.map(classify)) {
        if (reach === 'named' && inherited(level) && !(isSeat(text) && isLead(role))) continue;
        if (level === 'iap' && !isPublic(reach)) continue;
        ranked.set(role, Math.min(rank[reach], ranked.get(role) ?? 9));
      }
  }
  const ordered = [...ranked].sort((a, b) => a[1] - b[1]).map(([role]) => role);
  const pressing = [...ranked].filter(([, value]) => value === 0).length;
  return ordered.slice(0, Math.max(most, pressing));
}

/** Every workload identity pool that a binding names. */
export function poolsToRead(policies: readonly PolicyFact[]): string[] {
  const pools = policies.flatMap(({ level, reading }) =>
    reading.ok && level !== 'source' && level !== 'images'
      ? liveBindings(reading.value).flatMap(({ members }) =>
          members.flatMap((member) => classify(member).pool ?? []),
        )
      : [],
  );
  return [...new Set(pools)];
}
