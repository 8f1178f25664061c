import type { Finding } from '../../findings/finding.ts';
import { ofRule } from '../../findings/of-rule.ts';
import { exposureRules } from '../../findings/rules/exposure.ts';
import { shellWord } from '../commands.ts';
import type { ExposureFacts } from '../facts.ts';
import { classify, isPublic } from './members.ts';
import { invokePermission } from './roles.ts';

/**
 * Organisation policies and deny policies that would have kept the function closed. The verdict does not rely on them:
 * a policy that restricts new bindings leaves old ones in place.
 */

/** Constraints that matter, and what each of them stops (cloud.google.com/resource-manager/docs/organization-policy). */
export const constraints = {
  'iam.allowedPolicyMemberDomains': 'bindings',
  'iam.managed.allowedPolicyMembers': 'bindings',
  'run.managed.requireInvokerIam': 'invoker-check',
  'run.allowedIngress': 'ingress',
  'cloudfunctions.allowedIngressSettings': 'ingress',
} as const;

export type Constraint = keyof typeof constraints;

/** Deny policies write permissions with the host of the service (cloud.google.com/iam/docs/deny-permissions-support). */
const deniedNames = (generation: 1 | 2): string[] =>
  generation === 1
    ? [`cloudfunctions.googleapis.com/functions.invoke`]
    : [
        `run.googleapis.com/${invokePermission[2].replace(/^run\./, '')}`,
        'run.googleapis.com/routes.*',
        'run.googleapis.com/*',
      ];

/** Deny rules that refuse calls by the public. `gaps` is true if the rule has a condition or exceptions. */
export function denyRulesForPublic(facts: ExposureFacts): { policy: string; gaps: boolean; call: string }[] {
  const names = deniedNames(facts.function.ok ? facts.function.value.generation : 2);
  return facts.denies.flatMap((reading) =>
    reading.ok
      ? reading.value
          .filter(
            ({ permissions, principals }) =>
              permissions.some((name) => names.includes(name)) &&
              principals.some((member) => isPublic(classify(member).reach)),
          )
          .map(({ policy, exceptions, conditional }) => ({
            policy,
            gaps: conditional || exceptions.length > 0,
            call: reading.call,
          }))
      : [],
  );
}

/** Constraints that would stop this and are not enforced. Empty if one of them is. */
function openConstraints(facts: ExposureFacts, stops: 'bindings' | 'invoker-check'): string[] {
  const ours = facts.orgPolicies.filter(({ constraint }) => constraints[constraint as Constraint] === stops);
  if (ours.some(({ reading }) => reading.ok && reading.value.enforced)) return [];
  return ours.filter(({ reading }) => reading.ok).map(({ constraint }) => constraint);
}

function advice(facts: ExposureFacts, constraint: string, what: string, happened: boolean): Finding {
  const call = facts.orgPolicies.find((fact) => fact.constraint === constraint)?.reading.call;
  const project = shellWord(facts.target.project);
  const boolean = constraint === 'run.managed.requireInvokerIam';
  const organisation = facts.ancestry.ok
    ? facts.ancestry.value.find(({ type }) => type === 'organization')?.id
    : undefined;
  const spec = boolean
    ? 'rules: [{enforce: true}]'
    : organisation &&
      `rules: [{enforce: true, parameters: {allowedPrincipalSets: [//cloudresourcemanager.googleapis.com/organizations/${organisation}]}}]`;
  return {
    rule: 'no-preventive-policy',
    about: [constraint],
    severity: happened ? 'medium' : 'info',
    title: happened
      ? `The organisation policy ${constraint} would have prevented this, but it is not enforced.`
      : `The organisation policy ${constraint} is not enforced, so nothing prevents ${what}.`,
    fix: `An administrator of the organisation can enforce it${spec ? ':' : '.'}`,
    commands: spec
      ? [
          `printf 'name: projects/${project}/policies/${constraint}\\nspec: {${spec}}\\n' > policy.yaml && gcloud org-policies set-policy policy.yaml`,
        ]
      : undefined,
    source: call,
  };
}

export function preventionOf(facts: ExposureFacts): Finding[] {
  const findings: Finding[] = [];
  const isBound = facts.policies.some(
    ({ level, reading }) =>
      level === 'service' &&
      reading.ok &&
      reading.value.bindings.some(({ members }) =>
        members.some((member) => isPublic(classify(member).reach)),
      ),
  );
  const isUnchecked = facts.service?.ok === true && facts.service.value.invokerIamDisabled;
  const bindings = openConstraints(facts, 'bindings');
  const modern = bindings.find((constraint) => constraint.startsWith('iam.managed')) ?? bindings[0];
  if (modern) findings.push(advice(facts, modern, 'a binding to allUsers', isBound));
  const check = openConstraints(facts, 'invoker-check')[0];
  if (check) findings.push(advice(facts, check, 'switching off the invoker check', isUnchecked));
  for (const { policy, gaps, call } of denyRulesForPublic(facts))
    findings.push({
      ...ofRule(exposureRules, 'deny-policy'),
      about: [policy],
      title: `The deny policy ${policy} refuses calls by the public${gaps ? ', with exceptions or a condition' : ''}.`,
      why: 'The verdict does not rely on it. It rests on the allow policies and on refused requests.',
      source: call,
    });
  return findings;
}
