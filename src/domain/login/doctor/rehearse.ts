import type { RuleId } from '../../findings/catalog.ts';
import type { Finding } from '../../findings/finding.ts';
import { loginRules } from '../../findings/rules/login.ts';
import { claimText, isImmutableSubject } from '../claims.ts';
import { setMapping, updateProvider } from '../commands.ts';
import { grantMember } from '../grant.ts';
import { type Provider, principalOf, principalSetOf } from '../identity.ts';
import { maxSubjectBytes, shortSubject } from '../subject.ts';
import { holds, type Mapped, mapClaims } from './cel.ts';
import { conjuncts, whyRejected } from './condition.ts';
import { closed, surviving } from './edit-condition.ts';
import type { AccountFacts, IdentityFacts, ProviderResource } from './facts.ts';
import { grantByNumber } from './grantee.ts';
import { admits, mayActAs, poolGrants } from './members.ts';
import { afterRename, asImmutable } from './moved-claims.ts';

/** Tries a rename and GitHub's immutable subject before they happen. */
export function rehearse(facts: IdentityFacts, provider: Provider, resource: ProviderResource): Finding[] {
  const found: Finding[] = [];
  const own = mapClaims(resource.attributeMapping, facts.claims);
  if (holds(resource.attributeCondition, facts.claims, own) !== 'true') return [];
  const attempt = (
    rule: RuleId,
    event: string,
    claims: IdentityFacts['claims'],
    severity: Finding['severity'],
  ) => {
    const mapped = mapClaims(resource.attributeMapping, claims);
    const bytes = Buffer.byteLength(mapped.subject ?? '');
    const lostAccounts = facts.accounts.filter(
      (account) => mayActAs(account, provider, own) === true && mayActAs(account, provider, mapped) === false,
    );
    const rejected = ['false', 'error'].includes(holds(resource.attributeCondition, claims, mapped));
    if (!rejected && bytes <= maxSubjectBytes && lostAccounts.length === 0) return;
    const why = rejected
      ? whyRejected(conjuncts(resource.attributeCondition ?? '', claims, mapped))
      : bytes > maxSubjectBytes
        ? `google.subject would have ${bytes} bytes, and Google accepts ${maxSubjectBytes}.`
        : `The policy of ${lostAccounts.map((account) => account.email).join(', ')} names a value that would change.`;
    found.push({
      rule,
      severity,
      title: `${event} would lock this repository out.`,
      why: `${why} The subject would be ${claims.sub}.`,
      fix: 'Prepare the set-up for it:',
      commands: rejected
        ? [
            updateProvider(provider, {
              'attribute-condition': closed(
                {
                  ...resource,
                  attributeCondition: surviving(resource.attributeCondition ?? '', facts.claims, {
                    claims,
                    mapped,
                  }),
                },
                facts.claims,
              ),
            }),
          ]
        : bytes > maxSubjectBytes
          ? [
              setMapping(
                provider,
                {
                  'google.subject': shortSubject(resource.attributeMapping['google.subject'], mapped.subject),
                },
                resource.attributeMapping,
              ),
            ]
          : lostAccounts.slice(0, 1).flatMap((account) => {
              const event = rule === 'login-rename' ? undefined : mapped;
              return kept(facts, provider, resource, account, own, event);
            }),
    });
  };
  attempt(
    'login-rename',
    'A rename of the repository',
    afterRename(facts.claims),
    loginRules['login-rename'].severity,
  );
  const subject = claimText(facts.claims, 'sub') ?? '';
  const soon = facts.nextSubjectPrefix !== undefined && isImmutableSubject(facts.nextSubjectPrefix);
  if (!isImmutableSubject(subject))
    attempt(
      'login-immutable-subject',
      soon
        ? "The immutable subject, which GitHub's settings announce for the next run,"
        : 'The immutable subject (after a rename, a transfer or a change of settings)',
      asImmutable(facts.claims),
      soon ? 'high' : 'medium',
    );
  return found;
}

/**
 * The grant that stays valid, as wide as the one that would be lost.
 * @param later what the provider maps afterwards. Undefined if the new name of the repository is not known.
 */
function kept(
  facts: IdentityFacts,
  provider: Provider,
  resource: ProviderResource,
  account: AccountFacts,
  own: Mapped,
  later: Mapped | undefined,
): string[] {
  const matching = poolGrants(account.policy, provider).filter(({ parsed }) => admits(parsed, own) === true);
  if (matching.length > 0 && matching.every(({ parsed }) => parsed.kind === 'subject'))
    return later?.subject
      ? [grantMember(account.email, principalOf(provider, later.subject))]
      : grantByNumber(provider, resource, account.email, facts.claims);
  if (resource.attributeMapping['attribute.repository_id'] === undefined)
    return [
      setMapping(
        provider,
        { 'attribute.repository_id': 'assertion.repository_id' },
        resource.attributeMapping,
      ),
    ];
  const id = claimText(facts.claims, 'repository_id') ?? 'REPOSITORY_ID';
  return [grantMember(account.email, principalSetOf(provider, 'repository_id', id))];
}
