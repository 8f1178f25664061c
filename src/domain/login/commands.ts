import { quoted } from '../data/shell.ts';
import { type Claims, claimText } from './claims.ts';
import { type Provider, principalSetOf } from './identity.ts';

/** Commands that repair a login. A stranger may have written the claims, so every value is quoted. */

const providerFlags = (provider: Provider) =>
  `${provider.provider} --workload-identity-pool=${provider.pool} --location=global --project=${provider.projectNumber}`;

export const describeProvider = (provider: Provider) =>
  `gcloud iam workload-identity-pools providers describe ${providerFlags(provider)}`;

export const updateProvider = (provider: Provider, flags: Record<string, string>) =>
  [
    `gcloud iam workload-identity-pools providers update-oidc ${providerFlags(provider)}`,
    ...Object.entries(flags).map(([flag, value]) => `--${flag}=${quoted(value)}`),
  ].join(' ');

/** The condition that lets in only this repository, by numeric ids that no one else can get. */
export function conditionFor(claims: Claims | undefined): string {
  const owner = claimText(claims, 'repository_owner_id') ?? 'OWNER_ID';
  const repository = claimText(claims, 'repository_id') ?? 'REPOSITORY_ID';
  return `assertion.repository_owner_id == '${celText(owner)}' && assertion.repository_id == '${celText(repository)}'`;
}

/** Escapes text for a CEL string literal. */
export const celText = (text: string) => text.replace(/[\\']/g, (char) => `\\${char}`);

/**
 * Lets the workflows of this repository act as the account.
 * @param attributes names of the attributes that the provider maps, if they are known
 */
export function grantImpersonation(
  provider: Provider,
  account: string,
  claims: Claims | undefined,
  attributes?: readonly string[],
  role = 'roles/iam.workloadIdentityUser',
): string {
  const attribute = attributes?.includes('repository_id') ? 'repository_id' : 'repository';
  const value =
    claimText(claims, attribute) ?? (attribute === 'repository' ? 'OWNER/REPOSITORY' : 'REPOSITORY_ID');
  return `gcloud iam service-accounts add-iam-policy-binding ${quoted(account)} --role=${role} --member=${quoted(
    principalSetOf(provider, attribute, value),
  )}`;
}

export const grantTokenCreator = (account: string, caller: string) =>
  `gcloud iam service-accounts add-iam-policy-binding ${quoted(account)} --role=roles/iam.serviceAccountTokenCreator --member=${quoted(`serviceAccount:${caller}`)}`;

/** One sentence with the claims that a condition usually looks at. */
export function claimsSentence(claims: Claims | undefined): string {
  if (!claims) return 'The token of this run could not be decoded.';
  const parts = [
    'repository',
    'repository_id',
    'repository_owner_id',
    'ref',
    'event_name',
    'environment',
    'sub',
  ].flatMap((name) => {
    const text = claimText(claims, name);
    return text ? [`${name}=${text.slice(0, 150)}`] : [];
  });
  return `The token of this run has ${parts.join(', ')}.`;
}
