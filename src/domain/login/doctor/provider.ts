import type { Finding } from '../../findings/finding.ts';
import { claimText } from '../claims.ts';
import { conditionFor, describeProvider, updateProvider } from '../commands.ts';
import { maxSubjectBytes, shortSubject } from '../failure/rows-exchange.ts';
import { defaultOidcAudience, type Provider } from '../identity.ts';
import { conjuncts, holds, mapClaims, whyRejected } from './cel.ts';
import { widened } from './edit-condition.ts';
import type { IdentityFacts, ProviderResource } from './facts.ts';
import { rehearse } from './rehearse.ts';
import { examineSiblings, examineStrangers } from './strangers.ts';

/** Checks of the provider against this run's claims, and against those of strangers (D1 to D5, D8, D9). */
export function examineProvider(facts: IdentityFacts): Finding[] {
  const { provider: resource, request } = facts;
  const provider = request.provider;
  if (!resource || !provider) return [];
  return [
    ...usable(facts, provider, resource),
    ...issuerAndAudience(facts, provider, resource),
    ...ownClaims(facts, provider, resource),
    ...examineStrangers(facts, provider, resource),
    ...rehearse(facts, provider, resource),
    ...examineSiblings(facts, resource),
  ];
}

function usable(facts: IdentityFacts, provider: Provider, resource: ProviderResource): Finding[] {
  const found: Finding[] = [];
  const check = (
    what: string,
    state: { state?: string | undefined; disabled?: boolean | undefined } | undefined,
    repair: string,
  ) => {
    const problem = state?.state === 'DELETED' ? 'deleted' : state?.disabled ? 'disabled' : undefined;
    if (problem)
      found.push({
        rule: 'login-provider-unusable',
        severity: 'critical',
        title: `The ${what} is ${problem}.`,
        fix:
          problem === 'deleted'
            ? repair
                .replace(' update-oidc ', ' undelete ')
                .replace(' update ', ' undelete ')
                .replace(' --no-disabled', '')
            : repair,
      });
  };
  check('provider', resource, `${updateProvider(provider, {})} --no-disabled`);
  check(
    'pool',
    facts.pool,
    `gcloud iam workload-identity-pools update ${provider.pool} --location=global --project=${provider.projectNumber} --no-disabled`,
  );
  return found;
}

function issuerAndAudience(facts: IdentityFacts, provider: Provider, resource: ProviderResource): Finding[] {
  const found: Finding[] = [];
  const issuer = claimText(facts.claims, 'iss') ?? '';
  const trusted = resource.oidc?.issuerUri;
  if (trusted !== undefined && trusted.replace(/\/$/, '') !== issuer.replace(/\/$/, ''))
    found.push({
      rule: 'login-issuer',
      severity: 'critical',
      title: `The provider trusts ${trusted}; this run's issuer is ${issuer}.`,
      fix: updateProvider(provider, { 'issuer-uri': issuer }),
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
      rule: 'login-audience',
      severity: 'critical',
      title: `The provider accepts ${accepted.slice(0, 5).join(', ')}; this run's audience is ${audience}.`,
      fix: `audience: ${accepted[0]}`,
    });
  if (allowed.length > 1)
    found.push({
      rule: 'login-many-audiences',
      severity: 'low',
      title: `The provider accepts ${allowed.length} audiences.`,
      why: 'A token that was made for one of the others can be used here.',
      fix: updateProvider(provider, { 'allowed-audiences': audience }),
    });
  if (resource.oidc?.jwksJson)
    found.push({
      rule: 'login-uploaded-keys',
      severity: 'info',
      title: "The provider uses uploaded keys instead of the issuer's own.",
      why: 'Logins stop when the issuer rotates its keys, until the new ones are uploaded.',
    });
  return found;
}

function ownClaims(facts: IdentityFacts, provider: Provider, resource: ProviderResource): Finding[] {
  const found: Finding[] = [];
  const { claims } = facts;
  const mapped = mapClaims(resource.attributeMapping, claims);
  for (const problem of mapped.problems)
    found.push({
      rule: 'login-mapping',
      severity: problem.target === 'google.subject' ? 'critical' : 'high',
      title: `The mapping ${problem.target} = ${problem.expression} gives no text for this run: ${problem.why}.`,
      fix: describeProvider(provider),
    });
  if (resource.attributeCondition && holds(resource.attributeCondition, claims, mapped) !== 'true')
    found.push({
      rule: 'login-condition',
      severity: 'critical',
      title: `The condition rejects this run. ${whyRejected(conjuncts(resource.attributeCondition, claims, mapped))}`,
      fix: updateProvider(provider, {
        'attribute-condition': widened(resource.attributeCondition, claims, mapped) ?? conditionFor(claims),
      }),
    });
  const bytes = Buffer.byteLength(mapped.subject ?? '');
  if (bytes > maxSubjectBytes)
    found.push({
      rule: 'login-subject-length',
      severity: 'critical',
      title: `google.subject has ${bytes} bytes; Google takes ${maxSubjectBytes}.`,
      fix: `Map something shorter, such as google.subject=${shortSubject}`,
    });
  else if (bytes > maxSubjectBytes - 20)
    found.push({
      rule: 'login-subject-length',
      severity: 'medium',
      title: `google.subject has ${bytes} of at most ${maxSubjectBytes} bytes: a longer branch or environment name locks the run out.`,
    });
  const total = Buffer.byteLength(JSON.stringify(mapped.attributes));
  if (total > 8192)
    found.push({
      rule: 'login-attributes-size',
      severity: 'critical',
      title: `The mapped attributes have ${total} bytes; Google takes 8192.`,
    });
  return found;
}
