import type { Finding } from '../../findings/finding.ts';
import { claimText } from '../claims.ts';
import { celText, conditionFor, updateProvider } from '../commands.ts';
import { type Provider, parseProvider } from '../identity.ts';
import { holds, type Mapped, mapClaims } from './cel.ts';
import { narrowed } from './edit-condition.ts';
import type { IdentityFacts, ProviderResource } from './facts.ts';
import { admits, mayActAs, poolGrants } from './members.ts';
import { type Stranger, strangers } from './other-runs.ts';

/** The accounts, or for direct federation the project, that these claims would reach beyond the pool. */
function reach(
  facts: IdentityFacts,
  provider: Provider,
  mapped: Mapped,
): { places: string[]; unread: boolean } {
  const places: string[] = [];
  let unread = false;
  for (const account of facts.accounts) {
    const may = mayActAs(account, provider, mapped);
    if (may) places.push(account.email);
    if (may === undefined) unread = true;
  }
  if (!facts.request.serviceAccount) {
    if (!facts.projectPolicy) unread = true;
    else
      for (const grant of poolGrants(facts.projectPolicy, provider))
        if (admits(grant.parsed, mapped)) places.push(`${grant.role} on the project`);
  }
  return { places: [...new Set(places)], unread };
}

/** Where the stranger gets beyond the pool, where that could not be read, and where it is stopped there. */
const severities: Record<Stranger['kind'], [Finding['severity'], Finding['severity'], Finding['severity']]> =
  {
    outsider: ['critical', 'high', 'medium'],
    insider: ['high', 'medium', 'low'],
    softer: ['low', 'low', 'info'],
  };

const severityOf = (kind: Stranger['kind'], reached: boolean | undefined): Finding['severity'] => {
  const [open, unknown, stopped] = severities[kind];
  return reached === undefined ? unknown : reached ? open : stopped;
};

/** Who else passes the condition, and how far that leads (D4, D8). */
export function examineStrangers(
  facts: IdentityFacts,
  provider: Provider,
  resource: ProviderResource,
): Finding[] {
  const found: Finding[] = [];
  if (!resource.attributeCondition?.trim())
    found.push({
      rule: 'login-no-condition',
      severity: 'high',
      title: 'The provider has no attribute condition: every repository on GitHub gets into the pool.',
      why: 'Only the members of each policy are left to tell them apart.',
      fix: updateProvider(provider, { 'attribute-condition': conditionFor(facts.claims) }),
    });
  for (const stranger of strangers(facts.claims)) {
    const mapped = mapClaims(resource.attributeMapping, stranger.claims);
    if (
      mapped.subject === undefined ||
      holds(resource.attributeCondition, stranger.claims, mapped) !== 'true'
    )
      continue;
    const { places, unread } = reach(facts, provider, mapped);
    const reached = places.length > 0 ? true : unread ? undefined : false;
    const beyond = reached
      ? `It reaches ${places.slice(0, 4).join(', ')}.`
      : reached === undefined
        ? 'Whether it gets beyond the pool could not be read.'
        : 'No policy that could be read lets it go further.';
    found.push({
      rule: `login-stranger-${stranger.id}`,
      severity: severityOf(stranger.kind, reached),
      title: `${stranger.who} passes the condition.`,
      why: `${beyond} Claims that pass: repository=${stranger.claims.repository}, repository_id=${stranger.claims.repository_id}, repository_owner_id=${stranger.claims.repository_owner_id}, sub=${stranger.claims.sub}.`,
      fix: updateProvider(provider, { 'attribute-condition': tighter(facts, resource, stranger) }),
    });
  }
  return found;
}

/** A condition that keeps this stranger out and this run in; the parts that are there stay. */
function tighter(facts: IdentityFacts, resource: ProviderResource, stranger: Stranger): string {
  const { claims } = facts;
  const own = mapClaims(resource.attributeMapping, claims);
  const narrow = (extra?: string) => narrowed(resource.attributeCondition, claims, own, extra);
  if (stranger.id === 'pull-request') return narrow("assertion.event_name != 'pull_request'");
  if (stranger.id === 'other-branch')
    return narrow(`assertion.ref == '${celText(claimText(claims, 'ref') ?? '')}'`);
  if (stranger.id === 'self-hosted') return narrow("assertion.runner_environment == 'github-hosted'");
  return narrow();
}

/** Another provider of the pool with the same issuer is a door of its own into the same principals. */
export function examineSiblings(facts: IdentityFacts, own: ProviderResource): Finding[] {
  const found: Finding[] = [];
  for (const sibling of facts.siblings ?? []) {
    if (sibling.disabled || sibling.state === 'DELETED') continue;
    if (sibling.oidc?.issuerUri?.replace(/\/$/, '') !== own.oidc?.issuerUri?.replace(/\/$/, '')) continue;
    const weaker = strangers(facts.claims).filter(({ claims }) => {
      const passes = (resource: ProviderResource) => {
        const mapped = mapClaims(resource.attributeMapping, claims);
        return mapped.subject !== undefined && holds(resource.attributeCondition, claims, mapped) === 'true';
      };
      return passes(sibling) && !passes(own);
    });
    if (weaker.length === 0) continue;
    let provider: Provider;
    try {
      provider = parseProvider(sibling.name);
    } catch {
      continue;
    }
    found.push({
      rule: 'login-sibling',
      severity: weaker.some(({ kind }) => kind === 'outsider') ? 'high' : 'medium',
      title: `The provider ${provider.provider} of the same pool trusts the same issuer and lets in more: ${weaker.map(({ who }) => who.toLowerCase()).join('; ')}.`,
      why: 'Both lead to the same principals, so the weaker condition is the one that counts.',
      fix: updateProvider(provider, {
        'attribute-condition': own.attributeCondition ?? conditionFor(facts.claims),
      }),
    });
  }
  return found;
}
