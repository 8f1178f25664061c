import type { Reading } from '../exposure/facts.ts';

/**
 * Three narrow roles of Google that almost every service has, with the permissions that Google documents for them
 * (cloud.google.com/iam/docs/roles-permissions). Nobody can change a predefined role, so the table need not ask for them each night.
 */
const known: Readonly<Record<string, readonly string[]>> = {
  'roles/run.invoker': ['run.jobs.run', 'run.routes.invoke'],
  'roles/iam.serviceAccountUser': [
    'iam.serviceAccounts.actAs',
    'iam.serviceAccounts.get',
    'iam.serviceAccounts.list',
  ],
  'roles/iam.workloadIdentityUser': [
    'iam.serviceAccounts.get',
    'iam.serviceAccounts.getAccessToken',
    'iam.serviceAccounts.getOpenIdToken',
    'iam.serviceAccounts.list',
  ],
};

export const knownRoles = Object.keys(known);

/** What a role allows without a call. Undefined: it has to be read. */
export function knownRole(role: string): Reading<readonly string[]> | undefined {
  const value = Object.hasOwn(known, role) ? known[role] : undefined;
  return value && { ok: true, value, call: `GET iam/v1/${role} (not sent: Google documents it)` };
}
