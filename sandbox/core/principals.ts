import type { Principal } from './types.ts';

/**
 * Finds the IAM members that a caller matches (cloud.google.com/iam/docs/principal-identifiers). `allAuthenticatedUsers`
 * includes Google accounts and service accounts. Google's page says that it does not include federated identities.
 */

/** The caller of a request without a credential. */
export const anonymous: Principal = { member: 'anonymous', members: ['allUsers'] };

export function serviceAccount(email: string): Principal {
  const member = `serviceAccount:${email}`;
  const project = /@(.+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1];
  const sets = project
    ? [`principalSet://cloudresourcemanager.googleapis.com/projects/${project}/type/ServiceAccount`]
    : [];
  return { member, members: [member, ...sets, 'allAuthenticatedUsers', 'allUsers'] };
}

export function user(email: string): Principal {
  const member = `user:${email}`;
  const domain = email.split('@')[1] ?? '';
  return { member, members: [member, `domain:${domain}`, 'allAuthenticatedUsers', 'allUsers'] };
}

/**
 * The caller behind a federated token.
 * @param pool `projects/NUMBER/locations/global/workloadIdentityPools/POOL`
 * @param attributes mapped attributes without the `attribute.` prefix
 */
export function federated(
  pool: string,
  subject: string,
  attributes: Readonly<Record<string, string>>,
  groups: readonly string[] = [],
): Principal {
  const base = `iam.googleapis.com/${pool}`;
  const member = `principal://${base}/subject/${subject}`;
  const sets = Object.entries(attributes).map(
    ([name, value]) => `principalSet://${base}/attribute.${name}/${value}`,
  );
  const inGroups = groups.map((group) => `principalSet://${base}/group/${group}`);
  return { member, members: [member, ...sets, ...inGroups, `principalSet://${base}/*`, 'allUsers'] };
}

/** The e-mail of a service account or user; undefined for a federated identity and an anonymous caller. */
export const emailOf = (principal: Principal): string | undefined =>
  /^(?:serviceAccount|user):(.+)$/.exec(principal.member)?.[1];

export const matchesMember = (principal: Principal, member: string): boolean =>
  principal.members.includes(member);
