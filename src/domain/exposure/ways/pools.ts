import type { PoolProvider, Reading } from '../facts.ts';

/** Who may enter a workload identity pool: whoever holds a token of an issuer that a provider accepts. */

/** Issuers with many tenants, where a token costs nothing but an account. */
const sharedIssuer =
  /^https:\/\/(token\.actions\.githubusercontent\.com|gitlab\.com|app\.terraform\.io|vstoken\.dev\.azure\.com|oidc\.circleci\.com|agent\.buildkite\.com|api\.bitbucket\.org|accounts\.google\.com|oidc\.vercel\.com|token\.actions\.[\w.-]+\.ghe\.com)(\/|$)/i;

/** Issuers whose URL names one tenant. */
const tenantIssuer =
  /^https:\/\/(sts\.windows\.net\/[\w-]{30,}|login\.microsoftonline\.com\/[\w-]{30,}|oidc\.circleci\.com\/org\/[\w-]+|container\.googleapis\.com\/v1\/projects\/|cognito-idp\.|oidc\.eks\.)/i;

/** Claims whose value the issuer binds to one owner. */
const ownedClaim =
  /\bassertion\.(repository|repository_id|repository_owner|repository_owner_id|sub|project_id|project_path|namespace_id|namespace_path|terraform_(organization|project|workspace)_id|arn|account)\b/;

const always = (condition: string) => /^(true)?$/.test(condition.trim());

/** `open`: anybody; `closed`: a condition, an owner or one tenant stands before it; `unknown`: it cannot be told. */
function doorOf(provider: PoolProvider, attribute: string | undefined): 'open' | 'closed' | 'unknown' {
  if (provider.disabled || provider.kind === 'aws' || provider.kind === 'saml' || !always(provider.condition))
    return 'closed';
  if (attribute !== undefined && ownedClaim.test(provider.mapping[`attribute.${attribute}`] ?? ''))
    return 'closed';
  if (tenantIssuer.test(provider.issuer)) return 'closed';
  return sharedIssuer.test(provider.issuer) ? 'open' : 'unknown';
}

export interface PoolDoor {
  state: 'open' | 'closed' | 'unknown';
  /** The provider that decides, where one does. */
  provider: PoolProvider | undefined;
}

/** @param attribute the mapped attribute that a member asks for; undefined for the whole pool */
export function poolDoor(
  reading: Reading<PoolProvider[]> | undefined,
  attribute: string | undefined,
): PoolDoor {
  if (!reading?.ok) return { state: 'unknown', provider: undefined };
  for (const state of ['open', 'unknown'] as const) {
    const provider = reading.value.find((candidate) => doorOf(candidate, attribute) === state);
    if (provider) return { state, provider };
  }
  return { state: 'closed', provider: undefined };
}
