import type { Finding } from '../report/report.ts';
import { shellWord, unbind } from './commands.ts';
import type { ExposureFacts, PolicyFact, Reading } from './facts.ts';
import { asSubject, classify, isPublic } from './policy/members.ts';
import type { PolicyBinding } from './policy/policy.ts';
import { preventionOf } from './policy/prevention.ts';
import { generationOf, holdings } from './ways/holdings.ts';

export interface Remarks {
  /** What is worth knowing and does not make the function callable. */
  findings: Finding[];
  /** What is not a way to call the function, but gives it away all the same: anybody may replace or download it. */
  leaks: Finding[];
}

function bindingRemarks(facts: ExposureFacts): Finding[] {
  const findings: Finding[] = [];
  for (const { fact, binding, member, grant, call } of holdings(facts)) {
    if (facts.trusted.includes(member.text)) continue;
    const place = `${binding.role} on ${fact.resource}`;
    if (grant.power === 'none') {
      if (isPublic(member.reach) && !controls(facts.roles.get(binding.role)))
        findings.push({
          rule: 'public-non-invoker',
          severity: 'low',
          title: `${asSubject(member)} holds ${place}, which does not allow calling the function.`,
          fix: unbindOf(facts, fact, binding, member.text),
          source: call,
        });
      continue;
    }
    if (member.reach === 'domain')
      findings.push({
        rule: 'domain-wide-access',
        severity: 'medium',
        title: `Everybody of ${member.text} holds ${place}.`,
        why: 'That is not the public, but it is everybody there.',
        fix: `Bind service accounts instead, or vouch for it: trusted_principals: ${member.text}`,
        source: call,
      });
    if (member.reach === 'pool' && facts.pools.get(member.pool ?? '')?.ok)
      findings.push({
        rule: 'pool-wide-access',
        severity: 'medium',
        title: `Every identity of the pool that ${member.text} names holds ${place}.`,
        why: 'Only the condition of the pool’s provider stands between its issuer’s other tenants and the function.',
        fix: 'Bind principal://…/subject/… or principalSet://…/attribute.repository_id/… instead.',
        source: call,
      });
  }
  return findings;
}

const unbindOf = (facts: ExposureFacts, fact: PolicyFact, binding: PolicyBinding, member: string): string =>
  unbind(fact.level, fact.resource, binding.role, member, facts.target, binding.condition !== undefined);

/** What lets its holder change, delete or download the function without calling it. */
const controlling =
  /^(run\.services\.(update|delete)|cloudfunctions\.functions\.(update|delete|setIamPolicy|sourceCodeSet|sourceCodeGet))$/;

const controls = (reading: Reading<readonly string[]> | undefined): boolean =>
  !reading?.ok || reading.value.some((name) => controlling.test(name));

/** Bindings of the public on the policy of a 2nd gen function itself, which has no say in who may call. */
function onFunctionItself(
  facts: ExposureFacts,
): { fact: PolicyFact; binding: PolicyBinding; member: string; call: string }[] {
  if (generationOf(facts) === 1) return [];
  return facts.policies.flatMap((fact) => {
    const { level, reading } = fact;
    if (level !== 'function' || !reading.ok) return [];
    return reading.value.bindings.flatMap((binding) =>
      binding.members
        .filter((member) => isPublic(classify(member).reach))
        .map((member) => ({ fact, binding, member, call: reading.call })),
    );
  });
}

function functionPolicyRemarks(facts: ExposureFacts): Finding[] {
  return onFunctionItself(facts)
    .filter(({ binding }) => !controls(facts.roles.get(binding.role)))
    .map(({ fact, binding, member, call }) => ({
      rule: 'ineffective-function-binding',
      severity: 'low' as const,
      title: `${member} holds ${binding.role} on the function itself, which has no effect on a 2nd gen function.`,
      why: 'Calls are decided by the policy of the Cloud Run service; the binding only misleads.',
      fix: unbindOf(facts, fact, binding, member),
      source: call,
    }));
}

/** The public may not call it, but may replace, delete or download it. */
function controlLeaks(facts: ExposureFacts): Finding[] {
  const held = holdings(facts)
    .filter(({ grant, member }) => grant.power === 'none' && isPublic(member.reach))
    .map(({ fact, binding, member, call }) => ({ fact, binding, member: member.text, call }));
  return [...held, ...onFunctionItself(facts)]
    .filter(({ binding }) => controls(facts.roles.get(binding.role)))
    .map(({ fact, binding, member, call }) => ({
      rule: 'public-control',
      severity: 'critical' as const,
      title: `${asSubject(classify(member))} holds ${binding.role} on ${fact.resource}, and with it the function.`,
      why: 'The role does not call the function, but it can change, delete or download it, or could not be read.',
      fix: unbindOf(facts, fact, binding, member),
      source: call,
    }));
}

function transportRemarks(facts: ExposureFacts): Finding[] {
  if (!facts.function.ok || facts.function.value.securityLevel !== 'SECURE_OPTIONAL') return [];
  const { target } = facts;
  return [
    {
      rule: 'insecure-http',
      severity: 'medium',
      title: 'The function also answers over plain http (securityLevel is SECURE_OPTIONAL).',
      why: 'A token sent that way can be read on the network.',
      fix: `gcloud functions deploy ${shellWord(target.name)} --project=${shellWord(target.project)} --region=${shellWord(target.region)} --security-level=secure-always`,
      source: facts.function.call,
    },
  ];
}

function leaksOf(facts: ExposureFacts): Finding[] {
  return facts.policies.flatMap(({ level, resource, reading }) => {
    if ((level !== 'source' && level !== 'images') || !reading.ok) return [];
    return reading.value.bindings.flatMap(({ role, members, condition }) =>
      members
        .filter((member) => isPublic(classify(member).reach))
        .map(
          (member): Finding => ({
            rule: level === 'source' ? 'source-readable' : 'images-readable',
            severity: 'critical',
            title: `${asSubject(classify(member))} holds ${role} on ${resource}, where the ${level === 'source' ? 'source' : 'images'} of the function ${level === 'source' ? 'is' : 'are'} kept.`,
            why: 'Whoever can read it knows everything that the function knows, secrets in the source included.',
            fix: unbind(level, resource, role, member, facts.target, condition !== undefined),
            source: reading.call,
          }),
        ),
    );
  });
}

export function remarksOf(facts: ExposureFacts): Remarks {
  const findings = [
    ...bindingRemarks(facts),
    ...functionPolicyRemarks(facts),
    ...transportRemarks(facts),
    ...preventionOf(facts),
  ];
  return { findings, leaks: [...controlLeaks(facts), ...leaksOf(facts)] };
}
