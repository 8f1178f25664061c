import type { Finding } from '../report.ts';
import { conjuncts, holds, type Mapped, mapClaims, whyRejected } from './cel.ts';
import { claimText, isImmutableSubject } from './claims.ts';
import { conditionFor, describeProvider, updateProvider } from './commands.ts';
import type { IdentityFacts, ProviderResource } from './facts.ts';
import { afterRename, asImmutable, type Stranger, strangers } from './hostile.ts';
import { defaultOidcAudience, type Provider, parseProvider } from './identity.ts';
import { admits, mayActAs, poolGrants } from './members.ts';
import { maxSubjectBytes } from './rows-exchange.ts';

/** Checks of the provider against this run's claims, and against those of strangers (D1 to D5, D8, D9). */
export function examineProvider(facts: IdentityFacts): Finding[] {
  const { provider: resource, request } = facts;
  const provider = request.provider;
  if (!resource || !provider) return [];
  return [
    ...usable(facts, provider, resource),
    ...issuerAndAudience(facts, provider, resource),
    ...ownClaims(facts, provider, resource),
    ...whoElse(facts, provider, resource),
    ...rehearsals(facts, provider, resource),
    ...siblings(facts, resource),
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
      fix: updateProvider(provider, { 'attribute-condition': conditionFor(claims) }),
    });
  const bytes = Buffer.byteLength(mapped.subject ?? '');
  if (bytes > maxSubjectBytes)
    found.push({
      rule: 'login-subject-length',
      severity: 'critical',
      title: `google.subject has ${bytes} bytes; Google takes ${maxSubjectBytes}.`,
      fix: "Map something shorter, such as google.subject='repo:' + assertion.repository_id + ':' + assertion.run_id",
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

const severityOf = (kind: Stranger['kind'], reached: boolean | undefined): Finding['severity'] => {
  if (kind === 'outsider') return reached === false ? 'medium' : 'critical';
  if (kind === 'insider') return reached === false ? 'low' : 'high';
  return reached === false ? 'info' : 'low';
};

function whoElse(facts: IdentityFacts, provider: Provider, resource: ProviderResource): Finding[] {
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
      fix: updateProvider(provider, { 'attribute-condition': tighter(facts, stranger) }),
    });
  }
  return found;
}

/** A condition that keeps this stranger out and this run in. */
function tighter(facts: IdentityFacts, stranger: Stranger): string {
  const base = conditionFor(facts.claims);
  const quote = (text: string | undefined) => `'${(text ?? '').replace(/[\\']/g, (char) => `\\${char}`)}'`;
  if (stranger.id === 'pull-request') return `${base} && assertion.event_name != 'pull_request'`;
  if (stranger.id === 'other-branch')
    return `${base} && assertion.ref == ${quote(claimText(facts.claims, 'ref'))}`;
  if (stranger.id === 'self-hosted') return `${base} && assertion.runner_environment == 'github-hosted'`;
  return base;
}

/** A rename, and GitHub's immutable subject, tried before they happen. */
function rehearsals(facts: IdentityFacts, provider: Provider, resource: ProviderResource): Finding[] {
  const found: Finding[] = [];
  const own = mapClaims(resource.attributeMapping, facts.claims);
  if (holds(resource.attributeCondition, facts.claims, own) !== 'true') return [];
  const rehearse = (
    rule: string,
    event: string,
    claims: IdentityFacts['claims'],
    severity: Finding['severity'],
  ) => {
    const mapped = mapClaims(resource.attributeMapping, claims);
    const bytes = Buffer.byteLength(mapped.subject ?? '');
    const lostAccounts = facts.accounts.filter(
      (account) => mayActAs(account, provider, own) === true && mayActAs(account, provider, mapped) === false,
    );
    const rejected = holds(resource.attributeCondition, claims, mapped) !== 'true';
    if (!rejected && bytes <= maxSubjectBytes && lostAccounts.length === 0) return;
    const why = rejected
      ? whyRejected(conjuncts(resource.attributeCondition ?? '', claims, mapped))
      : bytes > maxSubjectBytes
        ? `google.subject would have ${bytes} bytes; Google takes ${maxSubjectBytes}.`
        : `The policy of ${lostAccounts.map((account) => account.email).join(', ')} names what would change.`;
    found.push({
      rule,
      severity,
      title: `${event} would lock this repository out.`,
      why: `${why} The subject would be ${claims.sub}.`,
      fix: updateProvider(provider, { 'attribute-condition': conditionFor(facts.claims) }),
    });
  };
  rehearse('login-rename', 'A rename of the repository', afterRename(facts.claims), 'low');
  const subject = claimText(facts.claims, 'sub') ?? '';
  const soon = facts.nextSubjectPrefix !== undefined && isImmutableSubject(facts.nextSubjectPrefix);
  if (!isImmutableSubject(subject))
    rehearse(
      'login-immutable-subject',
      soon
        ? "The immutable subject, which GitHub's settings announce for the next run,"
        : 'The immutable subject (a rename, a transfer or a setting brings it)',
      asImmutable(facts.claims),
      soon ? 'high' : 'medium',
    );
  return found;
}

/** Another provider of the pool with the same issuer is a door of its own into the same principals. */
function siblings(facts: IdentityFacts, own: ProviderResource): Finding[] {
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
