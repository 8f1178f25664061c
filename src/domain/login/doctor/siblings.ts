import type { Finding } from '../../findings/finding.ts';
import { updateProvider } from '../commands.ts';
import { type Provider, parseProvider } from '../identity.ts';
import { mapClaims } from './cel.ts';
import { closed } from './edit-condition.ts';
import type { IdentityFacts, ProviderResource } from './facts.ts';
import { strangers } from './other-runs.ts';
import { passes } from './passes.ts';

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** Finds other providers of the pool that accept the same issuer and let in more than this one. */
export function examineSiblings(facts: IdentityFacts, own: ProviderResource): Finding[] {
  const found: Finding[] = [];
  for (const sibling of facts.siblings ?? []) {
    if (sibling.disabled || sibling.state === 'DELETED') continue;
    if (sibling.oidc?.issuerUri?.replace(/\/$/, '') !== own.oidc?.issuerUri?.replace(/\/$/, '')) continue;
    const weaker = strangers(facts.claims).filter(({ claims }) => {
      const truth = (resource: ProviderResource) => {
        const mapped = mapClaims(resource.attributeMapping, claims);
        return passes(resource, claims, mapped);
      };
      return truth(sibling) === 'true' && ['false', 'error'].includes(truth(own));
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
      title: `The provider ${provider.provider} of the same pool accepts the same issuer and lets in more: ${weaker.map(({ who }) => lowerFirst(who)).join('; ')}.`,
      why: 'Both providers lead to the same principals, so the weaker condition counts.',
      fix: 'Give it a condition that is as strict:',
      commands: [updateProvider(provider, { 'attribute-condition': closed(own, facts.claims) })],
    });
  }
  return found;
}
