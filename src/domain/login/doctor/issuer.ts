import type { Finding } from '../../findings/finding.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { loginRules } from '../../findings/rules/login.ts';
import { claimText } from '../claims.ts';
import { describeProvider, updateProvider } from '../commands.ts';
import { defaultOidcAudience, type Provider } from '../identity.ts';
import type { IdentityFacts, ProviderResource } from './facts.ts';

/** GitHub's own issuers, those of enterprises on github.com and of data residency included. */
const githubIssuer = /^https:\/\/token\.actions\.(githubusercontent\.com|[\w-]+\.ghe\.com)(\/|$)/i;

/** Uploaded keys replace those of the issuer, so their owner can sign any token of that issuer. */
function uploadedKeys(provider: Provider, { oidc }: ProviderResource): Finding[] {
  if (!oidc?.jwksJson) return [];
  if (!githubIssuer.test(oidc.issuerUri ?? ''))
    return [
      {
        rule: 'login-uploaded-keys',
        severity: 'info',
        title: "The provider uses uploaded keys instead of the issuer's own keys.",
        why: 'When the issuer rotates its keys, logins fail until the new keys are uploaded.',
      },
    ];
  return [
    {
      rule: 'login-uploaded-keys',
      severity: 'high',
      title: "The provider verifies GitHub's tokens with uploaded keys instead of GitHub's own keys.",
      why: 'Anyone who holds the private key to an uploaded key can log in as any repository. Google can fetch the keys of this issuer itself.',
      fix: "Remove oidc.jwksJson from the provider, so that Google uses GitHub's own keys. This shows the provider:",
      commands: [describeProvider(provider)],
    },
  ];
}

/** The server at this address names the keys, so its owner can sign any token of the issuer. */
function foreignDiscovery(provider: Provider, { oidc }: ProviderResource): Finding[] {
  const { discoveryUri: address, issuerUri: issuer = '' } = oidc ?? {};
  if (!address) return [];
  const own = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  if (address.replace(/\/$/, '') === own) return [];
  return [
    {
      rule: 'login-foreign-discovery',
      severity: githubIssuer.test(issuer) ? 'high' : 'medium',
      title: `The provider reads the keys of ${issuer} from ${address}, which is another address than the issuer's own.`,
      why: 'Whoever answers at that address decides which keys are right, and can log in as any repository.',
      fix: 'Remove oidc.discoveryUri from the provider, so that Google asks the issuer itself. This shows the provider:',
      commands: [describeProvider(provider)],
    },
  ];
}

/** Checks the issuer, the audiences and the keys that the provider accepts. */
export function examineIssuer(
  facts: IdentityFacts,
  provider: Provider,
  resource: ProviderResource,
): Finding[] {
  const found: Finding[] = [];
  const issuer = claimText(facts.claims, 'iss') ?? '';
  const trusted = resource.oidc?.issuerUri;
  if (trusted !== undefined && trusted.replace(/\/$/, '') !== issuer.replace(/\/$/, ''))
    found.push({
      ...ofRule(loginRules, 'login-issuer'),
      title: `The provider accepts the issuer ${trusted}, but the issuer of this run is ${issuer}.`,
      fix: 'Set the issuer:',
      commands: [updateProvider(provider, { 'issuer-uri': issuer })],
    });
  const allowed = resource.oidc?.allowedAudiences ?? [];
  const standard = defaultOidcAudience(provider, facts.request.universe);
  const audience = claimText(facts.claims, 'aud') ?? '';
  const accepted =
    allowed.length > 0
      ? allowed
      : [standard, standard.replace('https:', ''), standard.replace('https://', '')];
  if (!accepted.includes(audience))
    found.push({
      ...ofRule(loginRules, 'login-audience'),
      title: `The provider accepts the audiences ${accepted.slice(0, 5).join(', ')}, but the audience of this run is ${audience}.`,
      fix: `Set the input \`audience: ${accepted[0]}\`.`,
    });
  if (allowed.length > 1)
    found.push({
      ...ofRule(loginRules, 'login-many-audiences'),
      title: `The provider accepts ${allowed.length} audiences.`,
      why: 'A token for one of the other audiences works here too.',
      fix: 'Keep only the audience of this run:',
      commands: [updateProvider(provider, { 'allowed-audiences': audience })],
    });
  return [...found, ...uploadedKeys(provider, resource), ...foreignDiscovery(provider, resource)];
}
