import type { Finding } from '../../findings/finding.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { loginRules } from '../../findings/rules/login.ts';
import { conditionFor, describeProvider, poolName, providerName, updateProvider } from '../commands.ts';
import type { Provider } from '../identity.ts';
import { maxSubjectBytes, shortSubject } from '../subject.ts';
import { holds, type Mapped, type MappingProblem, mapClaims } from './cel.ts';
import { conjuncts, whyRejected, whyUnknown } from './condition.ts';
import { widened } from './edit-condition.ts';
import type { IdentityFacts, ProviderResource } from './facts.ts';
import { examineIssuer } from './issuer.ts';
import { rehearse } from './rehearse.ts';
import { examineSiblings } from './siblings.ts';
import { examineStrangers } from './strangers.ts';

/** Checks the provider against the claims of this run, and against those of runs that it should keep out. */
export function examineProvider(facts: IdentityFacts): Finding[] {
  const { provider: resource, request } = facts;
  const provider = request.provider;
  if (!resource || !provider) return [];
  return [
    ...usable(facts, provider, resource),
    ...examineIssuer(facts, provider, resource),
    ...ownClaims(facts, provider, resource),
    ...examineStrangers(facts, provider, resource),
    ...rehearse(facts, provider, resource),
    ...examineSiblings(facts, resource),
  ];
}

/** A pool or a provider that is deleted or disabled lets no one in. */
function usable(facts: IdentityFacts, provider: Provider, resource: ProviderResource): Finding[] {
  const pools = 'gcloud iam workload-identity-pools';
  const own = providerName(provider);
  return [
    ...unusable('provider', resource, {
      undelete: `${pools} providers undelete ${own}`,
      enable: `${pools} providers update-oidc ${own} --no-disabled`,
    }),
    ...unusable('pool', facts.pool, {
      undelete: `${pools} undelete ${poolName(provider)}`,
      enable: `${pools} update ${poolName(provider)} --no-disabled`,
    }),
  ];
}

function unusable(
  what: 'provider' | 'pool',
  resource: { state?: string | undefined; disabled?: boolean | undefined } | undefined,
  commands: { undelete: string; enable: string },
): Finding[] {
  const deleted = resource?.state === 'DELETED';
  if (!deleted && !resource?.disabled) return [];
  return [
    {
      ...ofRule(loginRules, 'login-provider-unusable'),
      title: `The ${what} is ${deleted ? 'deleted' : 'disabled'}.`,
      fix: deleted ? 'Restore it:' : 'Enable it:',
      commands: [deleted ? commands.undelete : commands.enable],
    },
  ];
}

/** An attribute without a claim stays unmapped, which takes access away and gives none. A subject is required. */
function mappingFinding(provider: Provider, problem: MappingProblem): Finding {
  const { target, expression, absent, why } = problem;
  const isSubject = target === 'google.subject';
  if (absent && !isSubject)
    return {
      ...ofRule(loginRules, 'login-attribute-absent'),
      title: `This run has no value for ${target} (${expression}), so the attribute is not mapped.`,
      why: `Members that name ${target} do not match this run. Nothing else changes.`,
    };
  return {
    rule: 'login-mapping',
    severity: isSubject ? 'critical' : 'high',
    title: `The mapping ${target} = ${expression} gives no text for this run: ${why}.`,
    fix: 'Correct the mapping. This shows the provider:',
    commands: [describeProvider(provider)],
  };
}

/** A mapping with a construct that the doctor does not evaluate may be right. */
const unknownMapping = ({ target, expression, why }: Mapped['unknown'][number]): Finding => ({
  ...ofRule(loginRules, 'login-mapping-unknown'),
  title: `The doctor cannot compute the mapping ${target} = ${expression}: ${why}.`,
});

function ownClaims(facts: IdentityFacts, provider: Provider, resource: ProviderResource): Finding[] {
  const found: Finding[] = [];
  const { claims } = facts;
  const mapped = mapClaims(resource.attributeMapping, claims);
  found.push(...mapped.problems.map((problem) => mappingFinding(provider, problem)));
  found.push(...mapped.unknown.map(unknownMapping));
  const truth = holds(resource.attributeCondition, claims, mapped);
  const parts = () => conjuncts(resource.attributeCondition ?? '', claims, mapped);
  if (truth === 'unknown')
    found.push({
      ...ofRule(loginRules, 'login-condition-unknown'),
      title: `The doctor cannot tell whether the condition lets this run in. ${whyUnknown(parts())}`,
    });
  else if (resource.attributeCondition && truth !== 'true')
    found.push({
      ...ofRule(loginRules, 'login-condition'),
      title: `The condition rejects this run. ${whyRejected(parts())}`,
      fix: 'If this run is meant to get in, widen the part that rejects it:',
      commands: [
        updateProvider(provider, {
          'attribute-condition': widened(resource.attributeCondition, claims, mapped) ?? conditionFor(claims),
        }),
      ],
    });
  const bytes = Buffer.byteLength(mapped.subject ?? '');
  if (bytes > maxSubjectBytes)
    found.push({
      rule: 'login-subject-length',
      severity: 'critical',
      title: `google.subject has ${bytes} bytes, and Google accepts ${maxSubjectBytes}.`,
      fix: `Map something shorter, such as google.subject=${shortSubject(resource.attributeMapping['google.subject'], mapped.subject)}`,
    });
  else if (bytes > maxSubjectBytes - 20)
    found.push({
      rule: 'login-subject-length',
      severity: 'medium',
      title: `google.subject has ${bytes} of at most ${maxSubjectBytes} bytes, so a longer name of a branch or environment would lock the run out.`,
    });
  const total = Buffer.byteLength(JSON.stringify(mapped.attributes));
  if (total > 8192)
    found.push({
      ...ofRule(loginRules, 'login-attributes-size'),
      title: `The mapped attributes have ${total} bytes, and Google accepts 8192.`,
    });
  return found;
}
