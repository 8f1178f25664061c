import { mapClaims } from '../../../login/doctor/cel.ts';
import { maxSubjectBytes, shortSubject } from '../../../login/subject.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Rule } from '../rule.ts';
import { branchesOf, isKeylessLogin } from '../shared/uses.ts';
import { type Identity, ownClaims } from './claims.ts';
import { providersOf } from './provider.ts';

/** The longest subject that the names in the files give: of the branches and environments of jobs that log in. */
export const wifSubjectLong =
  (identity: Identity): Rule =>
  (facts, report) => {
    const contexts = contextsOf(facts);
    for (const provider of providersOf(facts)) {
      const expression = provider.mapping?.['google.subject'];
      const [base] = ownClaims(typeof provider.condition === 'string' ? provider.condition : '', identity);
      if (!provider.mapping || expression === undefined || !base) continue;
      const [owner = '', name = ''] = String(base.repository).split('/');
      const longest = contexts
        .map((context) => {
          const sub = `repo:${owner}@${base.repository_owner_id}/${name}@${base.repository_id}:${context}`;
          const environment = /^environment:(.*)$/.exec(context)?.[1];
          const ref = /^ref:(.*)$/.exec(context)?.[1] ?? base.ref;
          const mapped = mapClaims(
            { 'google.subject': expression },
            { ...base, sub, ref, ...(environment ? { environment } : {}) },
          );
          return { context, bytes: Buffer.byteLength(mapped.subject ?? '') };
        })
        .sort((a, b) => b.bytes - a.bytes)[0];
      if (!longest || longest.bytes <= maxSubjectBytes) continue;
      report.found({
        severity: 'medium',
        confidence: 'high',
        at: provider.at,
        title: `google.subject of ${provider.name} has ${longest.bytes} bytes for ${longest.context}, more than ${maxSubjectBytes}.`,
        fix: `Map a short text: google.subject=${shortSubject}`,
        evidence: `${provider.name} subject ${longest.context}`,
      });
    }
  };

function contextsOf({ jobs }: Facts): string[] {
  const all = jobs
    .filter(({ steps }) => steps.some(isKeylessLogin))
    .flatMap((job) => [
      ...(job.environment && !job.environment.includes('${{') ? [`environment:${job.environment}`] : []),
      ...branchesOf(job, 'push')
        .filter((name) => !/[*?[!+]/.test(name))
        .map((name) => `ref:refs/heads/${name}`),
    ]);
  return [...new Set(all)];
}
