import { textAt } from '../../../yaml/node.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Job } from '../../workflow/model.ts';
import type { Rule } from '../rule.ts';
import {
  branchesOf,
  deploySteps,
  isForTests,
  isOnlyForPulls,
  isPreview,
  isReleaseJob,
  ownAction,
} from '../shared/uses.ts';

/** A job that only watches, or that moves traffic back, releases nothing, and an approval would hold it up. */
const changesCode = (facts: Facts, job: Job): boolean =>
  job.uses !== undefined ||
  deploySteps(facts, job).some(({ uses }) => !['rollback', 'watch'].includes(ownAction(uses) ?? ''));

/** A release that neither an environment nor a rule for the branch protects. */
export const noEnvironment: Rule = (facts, report) => {
  for (const job of facts.jobs) {
    if (
      !isReleaseJob(facts, job) ||
      !changesCode(facts, job) ||
      job.environment !== undefined ||
      isOnlyForPulls(job)
    )
      continue;
    // A reusable workflow of ours takes the environment as an input and has a default.
    if (job.uses && ownAction(job.uses) !== undefined) continue;
    if (
      isPreview(job.id) ||
      isPreview(job.workflow.file) ||
      isForTests(facts, job) ||
      /github\.ref|ref_name/.test(textAt(job.node, 'if') ?? '')
    )
      continue;
    const first = job.node.entries[0];
    const indent = ' '.repeat((first?.keyColumn ?? 1) - 1);
    report.found({
      severity: 'medium',
      confidence: branchesOf(job, 'push').length > 0 ? 'low' : 'medium',
      at: job.at,
      title: `The job ${job.id} releases without an environment, so no approval and no rule for branches protects it.`,
      fix: 'Add environment: prod, with a rule for its branches, and ask for it in the login condition.',
      evidence: `${job.workflow.file} ${job.id} environment`,
      edits:
        first && first.keyLine !== job.at.line
          ? [
              {
                file: job.workflow.file,
                line: first.keyLine,
                column: first.keyColumn,
                old: '',
                new: `environment: prod\n${indent}`,
              },
            ]
          : [],
    });
  }
};
