import type { Reading } from '../facts.ts';

/**
 * What a role lets its holder do with a function. The permissions of the role decide and never its name (iam.googleapis.com
 * v1 roles), since basic, predefined and custom roles may all hold the permission to call.
 */

export type Power =
  /** The holder may call the function. */
  | 'invoke'
  /** The holder may give itself that permission. */
  | 'takeover'
  /** The holder may act as an account that may call the function. */
  | 'impersonate'
  | 'none'
  /** The role could not be read, so it may allow calls. */
  | 'unknown';

/** The permission that a call needs: on the Cloud Run service for gen2, on the function for gen1. */
export const invokePermission = { 1: 'cloudfunctions.functions.invoke', 2: 'run.routes.invoke' } as const;

const takeover: Record<1 | 2, ReadonlySet<string>> = {
  1: new Set(['cloudfunctions.functions.setIamPolicy']),
  2: new Set(['run.services.setIamPolicy']),
};

/** An identity that may edit the policy of a project, folder or organisation may grant itself anything below. */
const editsAbove = /^resourcemanager\.(projects|folders|organizations)\.setIamPolicy$/;

export interface Grant {
  power: Power;
  /** The permission that decides. */
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
  const other = value.find((name) => takeover[generation].has(name) || editsAbove.test(name));
  return other ? { power: 'takeover', permission: other, call } : { power: 'none', permission, call };
}

/** Path of a role in the IAM API, or undefined if the text does not name a role. */
export function rolePath(role: string): string | undefined {
  return /^(roles|projects\/[a-z0-9.:-]+\/roles|organizations\/\d+\/roles)\/[\w.]+$/i.test(role)
    ? role
    : undefined;
}
