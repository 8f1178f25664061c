import type { Finding } from '../../findings/finding.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { loginRules } from '../../findings/rules/login.ts';
import { conditionFor, updateProvider } from '../commands.ts';
import type { Provider } from '../identity.ts';
import { type Mapped, mapClaims } from './cel.ts';
import { closed } from './edit-condition.ts';
import type { IdentityFacts, ProviderResource } from './facts.ts';
import { admits, mayActAs, poolGrants } from './members.ts';
import { type Stranger, strangers } from './other-runs.ts';
import { passes } from './passes.ts';

/** The accounts that a run could act as. For direct federation, the roles that it would hold on the project. */
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
      for (const grant of poolGrants(facts.projectPolicy, provider)) {
        const may = admits(grant.parsed, mapped);
        if (may) places.push(`${grant.role} on the project`);
        if (may === undefined) unread = true;
      }
  }
  return { places: [...new Set(places)], unread };
}

/** Severity if the stranger gets beyond the pool, if the doctor cannot tell, and if the policies stop it. */
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

/** Finds out who else passes the condition, and how far that leads. */
export function examineStrangers(
  facts: IdentityFacts,
  provider: Provider,
  resource: ProviderResource,
): Finding[] {
  const found: Finding[] = [];
  if (!resource.attributeCondition?.trim())
    found.push({
      ...ofRule(loginRules, 'login-no-condition'),
      title: 'The provider has no attribute condition, so every repository on GitHub gets into the pool.',
      why: 'Only the members in each policy tell them apart then.',
      fix: 'Let in only this repository, and only runs like this one:',
      commands: [updateProvider(provider, { 'attribute-condition': conditionFor(facts.claims) })],
    });
  const unsure: Stranger[] = [];
  for (const stranger of strangers(facts.claims)) {
    const mapped = mapClaims(resource.attributeMapping, stranger.claims);
    const truth = passes(resource, stranger.claims, mapped);
    if (truth === 'unknown') unsure.push(stranger);
    if (truth !== 'true') continue;
    const { places, unread } = reach(facts, provider, mapped);
    const reached = places.length > 0 ? true : unread ? undefined : false;
    const beyond = reached
      ? `It gets access to ${places.slice(0, 4).join(', ')}.`
      : reached === undefined
        ? 'The doctor could not read whether it gets beyond the pool.'
        : 'No policy that the doctor could read lets it go further.';
    found.push({
      rule: `login-stranger-${stranger.id}`,
      severity: severityOf(stranger.kind, reached),
      title: `${stranger.who} passes the condition.`,
      why: `${beyond} These claims pass: repository=${stranger.claims.repository}, repository_id=${stranger.claims.repository_id}, repository_owner_id=${stranger.claims.repository_owner_id}, sub=${stranger.claims.sub}.`,
      fix: 'A tighter condition keeps it out, and every other run that these findings name:',
      commands: [updateProvider(provider, { 'attribute-condition': tighter(facts, resource, stranger) })],
    });
  }
  return [...found, ...unknownStrangers(unsure)];
}

/** One finding for all runs about which only Google can decide. */
function unknownStrangers(unsure: readonly Stranger[]): Finding[] {
  if (unsure.length === 0) return [];
  const names = unsure.map(({ who }) => who.charAt(0).toLowerCase() + who.slice(1)).join('; ');
  return [
    {
      ...ofRule(loginRules, 'login-stranger-unknown'),
      title: `The doctor cannot tell whether the condition keeps these out: ${names}.`,
    },
  ];
}

/** A condition that keeps this run out and every other one that passes. It keeps every part of the present condition. */
const tighter = (facts: IdentityFacts, resource: ProviderResource, { id }: Stranger): string =>
  closed(
    resource,
    facts.claims,
    id === 'self-hosted' ? ["assertion.runner_environment == 'github-hosted'"] : [],
  );
