import type { PolicyFact } from '../facts.ts';
import { classify, isPublic, type Reach } from './members.ts';

/** Chooses the roles and pools to read: those of members that may be many people, and all that are on the service itself. */

const rank: Record<Reach, number> = {
  anyone: 0,
  'any-account': 0,
  pool: 1,
  unknown: 2,
  group: 3,
  domain: 3,
  named: 4,
};

/**
 * The roles to read, those of public members first.
 * @param most limits the number of calls; roles of public members are read even beyond it
 */
export function rolesToRead(policies: readonly PolicyFact[], most = 12): string[] {
  const ranked = new Map<string, number>();
  for (const { level, reading } of policies) {
    if (!reading.ok || level === 'source' || level === 'images') continue;
    for (const { role, members } of reading.value.bindings)
      for (const { reach } of members.map(classify)) {
        if (reach === 'named' && level !== 'service' && level !== 'function') continue;
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
      ? reading.value.bindings.flatMap(({ members }) =>
          members.flatMap((member) => classify(member).pool ?? []),
        )
      : [],
  );
  return [...new Set(pools)];
}
