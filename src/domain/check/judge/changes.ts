import type { Facts } from '../facts/facts.ts';
import type { Found } from '../found.ts';
import { deploySteps, ownAction } from '../rules/shared/uses.ts';
import type { Job, Step } from '../workflow/model.ts';

/** What a change takes away from the guards of a repository: seen only by comparing two commits. */

const guarding = ['guard', 'check', 'smoke-test', 'release'];

/** Inputs whose value may only get stricter: values from strict to loose. */
const ladders: Readonly<Record<string, readonly string[]>> = {
  mode: ['enforce', 'verify'],
  require_proof: ['complete', 'partial'],
  policy: ['evidence', 'burn-rate', 'threshold'],
  fail_on: ['any', 'new', 'never'],
  fail_severity: ['low', 'medium', 'high', 'critical'],
  on_blind: ['roll_back', 'hold', 'promote'],
  if_missing: ['fail', 'pass'],
};
const standard: Readonly<Record<string, string>> = {
  mode: 'verify',
  require_proof: 'partial',
  policy: 'evidence',
  fail_on: 'new',
  fail_severity: 'medium',
  on_blind: 'hold',
  if_missing: 'fail',
};

export function softenedSince(base: Facts, head: Facts): Found[] {
  const found: Found[] = [];
  for (const before of base.jobs) {
    const workflow = head.workflows.find(({ file }) => file === before.workflow.file);
    const after = workflow?.jobs.find(({ id }) => id === before.id);
    const guards = before.steps.filter(({ uses }) => guarding.includes(ownAction(uses) ?? ''));
    for (const guard of guards) {
      const name = ownAction(guard.uses) ?? '';
      const now = (workflow?.jobs ?? [])
        .flatMap((job) => job.steps)
        .filter(({ uses }) => ownAction(uses) === name);
      const twin = after?.steps.find(({ uses }) => ownAction(uses) === name) ?? now[0];
      if (twin) found.push(...loosened(name, guard, twin));
      else if (workflow && (name === 'check' || stillDeploys(head, workflow.jobs)))
        found.push({
          rule: 'guard-softened',
          severity: 'high',
          confidence: 'high',
          at: after?.at ?? { file: workflow.file, line: 1, column: 1 },
          title: `This change removes ${name} from the job ${before.id}.`,
          fix: 'Keep the step, or let an owner review why it is no longer needed.',
          evidence: `${workflow.file} ${before.id} ${name} removed`,
        });
    }
  }
  return found;
}

const stillDeploys = (facts: Facts, jobs: readonly Job[]): boolean =>
  jobs.some((job) => deploySteps(facts, job).length > 0);

function loosened(name: string, before: Step, after: Step): Found[] {
  const found: Found[] = [];
  for (const [input, ladder] of Object.entries(ladders)) {
    const [was, is] = [before, after].map((step) =>
      ladder.indexOf(step.with.get(input)?.known?.trim() || (standard[input] ?? '')),
    );
    if (was === undefined || is === undefined || was < 0 || is <= was) continue;
    const at = after.with.get(input)?.at ?? after.at;
    found.push({
      rule: 'guard-softened',
      severity: 'high',
      confidence: 'high',
      at,
      title: `This change sets ${input} of ${name} from ${ladder[was]} to ${ladder[is]}.`,
      fix: 'Keep the stricter value, or let an owner review the change.',
      evidence: `${after.job.workflow.file} ${after.job.id} ${name} ${input}=${ladder[is]}`,
    });
  }
  const added = (after.with.get('trusted_principals')?.text ?? '')
    .split(/[,\n]/)
    .map((text) => text.trim())
    .filter(Boolean);
  const had = (before.with.get('trusted_principals')?.text ?? '').split(/[,\n]/).map((text) => text.trim());
  for (const member of added.filter((one) => !had.includes(one)))
    found.push({
      rule: 'guard-softened',
      severity: 'high',
      confidence: 'high',
      at: after.with.get('trusted_principals')?.at ?? after.at,
      title: `This change makes the guard trust ${member}.`,
      fix: 'Let an owner review who may call the function.',
      evidence: `${after.job.workflow.file} ${after.job.id} trusts ${member}`,
    });
  return found;
}
