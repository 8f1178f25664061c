import type { Reading } from '../facts.ts';

/**
 * What a role lets its holder do to a function. Roles are never known by name: their permissions are read
 * (iam.googleapis.com v1 roles), since basic, predefined and custom roles all may hold the one that counts.
 */

export type Power =
  /** Holds the permission to call it. */
  | 'invoke'
  /** May give itself that permission. */
  | 'takeover'
  | 'none'
  /** The role could not be read: not proved harmless. */
  | 'unknown';

/** The permission that a call needs: on the Run service for gen2, on the function for gen1. */
export const invokePermission = { 1: 'cloudfunctions.functions.invoke', 2: 'run.routes.invoke' } as const;

const takeover: Record<1 | 2, ReadonlySet<string>> = {
  1: new Set(['cloudfunctions.functions.setIamPolicy']),
  2: new Set(['run.services.setIamPolicy']),
};

/** At a level above the function, whoever may edit that level's policy may grant itself anything below. */
const upwards = /^resourcemanager\.(projects|folders|organizations)\.setIamPolicy$/;

export interface Grant {
  power: Power;
  /** The permission that decides, for the citation. */
  permission: string;
  call: string;
}

export function powerOf(
  role: string,
  reading: Reading<readonly string[]> | undefined,
  generation: 1 | 2,
): Grant {
  const permission = invokePermission[generation];
  if (!reading) return { power: 'unknown', permission, call: `GET iam/v1/${role} (not read)` };
  if (!reading.ok) return { power: 'unknown', permission, call: reading.call };
  const { value, call } = reading;
  if (value.includes(permission)) return { power: 'invoke', permission, call };
  const other = value.find((name) => takeover[generation].has(name) || upwards.test(name));
  return other ? { power: 'takeover', permission: other, call } : { power: 'none', permission, call };
}

/** A role's path in the IAM API; undefined where the text is no role at all. */
export function rolePath(role: string): string | undefined {
  return /^(roles|projects\/[a-z0-9.:-]+\/roles|organizations\/\d+\/roles)\/[\w.]+$/i.test(role)
    ? role
    : undefined;
}
