import { isObject } from '../data/json.ts';

/** Claims of a token, decoded and never verified: they explain a login, they do not decide one. */
export type Claims = Record<string, unknown>;

/** The payload of a JWT, or undefined where it is none. */
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

export const claimText = (claims: Claims | undefined, name: string): string | undefined => {
  const value = claims?.[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
};

/** Claims that are shown, in this order. `jti` and anything unknown stay out: the list is what a condition can use. */
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

/** Name and value of each claim worth showing, `repo_property_*` included, each value at most 300 characters. */
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
