import { shortName } from '../../data/resource-name.ts';
import type { ExposureFacts, PoolProvider, Reading } from '../facts.ts';
import type { Member } from '../policy/members.ts';
import type { AttackStep } from './way.ts';

/** Decides who may enter a workload identity pool: everyone with a token that one of its providers accepts. */

/** Issuers with many tenants. Anyone with an account can get a token from them. */
const sharedIssuer =
  /^https:\/\/(token\.actions\.githubusercontent\.com|gitlab\.com|app\.terraform\.io|vstoken\.dev\.azure\.com|oidc\.circleci\.com|agent\.buildkite\.com|api\.bitbucket\.org|accounts\.google\.com|oidc\.vercel\.com|token\.actions\.[\w.-]+\.ghe\.com)(\/|$)/i;

/** Issuers whose URL belongs to one tenant. */
const tenantIssuer =
  /^https:\/\/(sts\.windows\.net\/[\w-]{30,}|login\.microsoftonline\.com\/[\w-]{30,}|oidc\.circleci\.com\/org\/[\w-]+|container\.googleapis\.com\/v1\/projects\/|cognito-idp\.|oidc\.eks\.)/i;

/** Claims whose value the issuer binds to one owner. */
const ownedClaim =
  /\bassertion\.(repository|repository_id|repository_owner|repository_owner_id|sub|project_id|project_path|namespace_id|namespace_path|terraform_(organization|project|workspace)_id|arn|account)\b/;

const always = (condition: string) => /^(true)?$/.test(condition.trim());

/** `open`: anyone gets in. `closed`: a condition, an owned attribute or a single tenant limits who gets in. */
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
  /** The provider that makes the pool open or unknown. */
  provider: PoolProvider | undefined;
}

/** @param attribute the mapped attribute that the IAM member names, or undefined for the whole pool */
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

/** How the public becomes this member, if it is a pool that anyone can enter and for which the team does not vouch. */
export function poolStep(facts: ExposureFacts, member: Member): AttackStep | undefined {
  if (member.reach !== 'pool' || facts.trusted.includes(member.text)) return undefined;
  const reading = facts.pools.get(member.pool ?? '');
  const { state, provider } = poolDoor(reading, member.attribute);
  if (state !== 'open' || !provider || !reading) return undefined;
  const text = `anyone with a token of ${provider.issuer} enters the pool, since its provider ${shortName(provider.name)} has no condition`;
  return { text, call: reading.call };
}
