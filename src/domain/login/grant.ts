import { quoted } from '../data/shell.ts';
import { type Claims, claimText } from './claims.ts';
import { readProvider } from './commands.ts';
import { type Provider, principalOf, principalSetOf } from './identity.ts';
import { lastingSubject } from './next-run.ts';

/** Grants that let a run act as a service account. */

const workloadUser = 'roles/iam.workloadIdentityUser';

/** @param member the member, or the word of a shell that holds it */
const binding = (account: string, role: string, member: string) =>
  `gcloud iam service-accounts add-iam-policy-binding ${quoted(account)} --role=${role} --member=${member} --condition=None`;

export const grantMember = (account: string, member: string, role = workloadUser): string =>
  binding(account, role, quoted(member));

export const grantTokenCreator = (account: string, caller: string) =>
  grantMember(account, `serviceAccount:${caller}`, 'roles/iam.serviceAccountTokenCreator');

/** What a subject stands for, in words. */
export function whoHas(claims: Claims | undefined): string {
  if (claimText(claims, 'environment')) return 'this environment of the repository';
  if (claimText(claims, 'event_name') === 'pull_request') return 'the pull requests of this repository';
  return claimText(claims, 'ref') ? 'this branch of the repository' : 'jobs with this subject';
}

/** Whom `grantAsMapped` lets in, in words. */
export const granteeOf = (claims: Claims | undefined): string =>
  lastingSubject(claims)
    ? `${whoHas(claims)} (to the whole repository if the provider does not map assertion.sub)`
    : 'this repository';

/**
 * Lets this run and later runs of the same job act as the account. What the provider maps is not known here, so the shell
 * reads it: a member that names something else would never match. The narrowest member comes first.
 */
export function grantAsMapped(
  provider: Provider,
  account: string,
  claims: Claims | undefined,
  role = workloadUser,
): string {
  const subject = lastingSubject(claims);
  const id = claimText(claims, 'repository_id');
  const name = claimText(claims, 'repository') ?? 'OWNER/REPOSITORY';
  const members: Readonly<Record<string, string | undefined>> = {
    'google.subject=assertion.sub': subject && principalOf(provider, subject),
    'attribute.repository_id=assertion.repository_id': id && principalSetOf(provider, 'repository_id', id),
    'attribute.repository=assertion.repository': principalSetOf(provider, 'repository', name),
  };
  const cases = Object.entries(members).flatMap(([entry, member]) =>
    member ? [`*";${entry};"*) member=${quoted(member)};;`] : [],
  );
  const none = `*) echo "The provider does not map attribute.repository_id" >&2; false;;`;
  return `mapping="$(${readProvider(provider, 'value(attributeMapping)')})" && case ";$mapping;" in ${[...cases, none].join(' ')} esac && ${binding(account, role, '"$member"')}`;
}
