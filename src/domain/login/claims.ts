import { isObject } from '../data/json.ts';

/** Claims of a token, decoded but not verified. They explain a login and never decide one. */
export type Claims = Record<string, unknown>;

/** The payload of a JWT, or undefined if the text is not a JWT. */
export function decodeClaims(jwt: string): Claims | undefined {
  const part = jwt.split('.')[1];
  if (part === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A claim as text, or undefined if it is absent, a list or an object. */
export const claimText = (claims: Claims | undefined, name: string): string | undefined => {
  const value = claims?.[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
};

/** Claims to show, in this order. These are the ones that a condition can use, so `jti` and unknown claims stay out. */
const shown = [
  'iss',
  'aud',
  'sub',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'repository_visibility',
  'ref',
  'ref_type',
  'base_ref',
  'head_ref',
  'environment',
  'event_name',
  'actor',
  'actor_id',
  'workflow_ref',
  'job_workflow_ref',
  'runner_environment',
  'enterprise',
  'enterprise_id',
  'run_id',
  'run_attempt',
  'iat',
  'exp',
] as const;

/** Name and value of each claim to show, including `repo_property_*`. A value has at most 300 characters. */
export function shownClaims(claims: Claims): [name: string, value: string][] {
  const names = [
    ...shown,
    ...Object.keys(claims)
      .filter((name) => /^repo_property_\w+$/.test(name))
      .slice(0, 20),
  ];
  return names.flatMap((name) => {
    const text = claimText(claims, name);
    return text === undefined || text === '' ? [] : [[name, text.slice(0, 300)] as [string, string]];
  });
}

/** GitHub's immutable subject carries the numeric ids: `repo:OWNER@OID/REPO@RID:...`. */
export const isImmutableSubject = (subject: string) => /^repo:[^/@:]+@\d+\/[^/@:]+@\d+(:|$)/.test(subject);
