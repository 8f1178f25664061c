import type { Finding } from '../report.ts';
import { shellWord, unbind } from './commands.ts';
import type { ExposureFacts } from './facts.ts';
import { generationOf, holdings } from './holdings.ts';
import { classify, inWords, isPublic } from './members.ts';
import { preventionOf } from './prevention.ts';

export interface Remarks {
  /** What is worth knowing and does not make the function callable. */
  findings: Finding[];
  /** What is not a way to call the function, but gives it away all the same: its source or image is readable. */
  leaks: Finding[];
}

function bindingRemarks(facts: ExposureFacts): Finding[] {
  const findings: Finding[] = [];
  for (const { fact, binding, member, grant, call } of holdings(facts)) {
    if (facts.trusted.includes(member.text)) continue;
    const place = `${binding.role} on ${fact.resource}`;
    if (grant.power === 'none') {
      if (isPublic(member.reach))
        findings.push({
          rule: 'public-non-invoker',
          severity: 'low',
          title: `${inWords(member)} holds ${place}, which does not allow calling the function.`,
          fix: unbind(
            fact.level,
            fact.resource,
            binding.role,
            member.text,
            facts.target,
            binding.condition !== undefined,
          ),
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

/** A binding on a gen2 function itself grants no call: Cloud Run's policy decides. gcloud says so too. */
function functionPolicyRemarks(facts: ExposureFacts): Finding[] {
  if (generationOf(facts) === 1) return [];
  return facts.policies.flatMap(({ level, resource, reading }) => {
    if (level !== 'function' || !reading.ok) return [];
    const open = reading.value.bindings.find(({ members }) =>
      members.some((member) => isPublic(classify(member).reach)),
    );
    const member = open?.members.find((text) => isPublic(classify(text).reach));
    if (!open || !member) return [];
    return {
      rule: 'ineffective-function-binding',
      severity: 'low' as const,
      title: `${member} holds ${open.role} on the function itself, which has no effect on a 2nd gen function.`,
      why: 'Calls are decided by the policy of the Cloud Run service; the binding only misleads.',
      fix: unbind('function', resource, open.role, member, facts.target, open.condition !== undefined),
      source: reading.call,
    };
  });
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
            title: `${inWords(classify(member)).replace(/^a/, 'A')} holds ${role} on ${resource}, where the ${level === 'source' ? 'source' : 'images'} of the function ${level === 'source' ? 'is' : 'are'} kept.`,
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
  return { findings, leaks: leaksOf(facts) };
}
