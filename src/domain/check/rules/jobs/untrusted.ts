import { grants, type Job, type Step } from '../../workflow/model.ts';
import type { Rule } from '../rule.ts';
import { canRunOn, canRunOnPull, deploySteps, isKeylessLogin, isPreview } from '../shared/uses.ts';
import { runsRepository } from './id-token.ts';

const risky = [
  'pull_request_target',
  'workflow_run',
  'issue_comment',
  'pull_request_review',
  'discussion_comment',
  'issues',
];

/** Does the step bring the code of a stranger into the job? */
const fetchesHead = (step: Step): boolean => {
  const ref = step.with.get('ref')?.text ?? '';
  const repository = step.with.get('repository')?.text ?? '';
  const fromEvent =
    /github\.(event\.(pull_request\.(head|number)|workflow_run\.(head|pull_requests)|issue\.number|number)|head_ref)|refs\/pull\/|head\.sha|head_sha|head_ref/;
  if (step.uses?.name === 'actions/checkout') return fromEvent.test(ref) || fromEvent.test(repository);
  if (/download-artifact/.test(step.uses?.name ?? ''))
    return (
      step.with.has('run-id') || step.with.has('run_id') || step.uses?.name.startsWith('dawidd6/') === true
    );
  const text = step.run?.text ?? '';
  return (
    /gh pr checkout|git (fetch|checkout|pull)[^\n]*(refs\/pull|pull\/|head)/.test(text) &&
    fromEvent.test(text + [...step.env.values()].map((value) => value.text).join(' '))
  );
};

export const untrustedLogin: Rule = (facts, report) => {
  for (const job of facts.jobs) {
    const events = [
      ...job.workflow.events.keys(),
      ...job.callers.flatMap((caller) => [...caller.workflow.events.keys()]),
    ];
    const event = events.find((name) => risky.includes(name) && canRunOn(name, job));
    if (!event || !mayMint(job)) continue;
    const at = job.steps.findIndex(fetchesHead);
    const head = job.steps[at];
    if (!head) continue;
    const after = job.steps.slice(at + 1);
    const runs =
      runsRepository(head.script?.commands ?? []) ||
      after.some(
        (step) =>
          runsRepository(step.script?.commands ?? []) ||
          step.uses?.name.startsWith('./') ||
          /^(docker\/build-push-action|gradle\/|pre-commit\/)/.test(step.uses?.name ?? ''),
      );
    const logsIn = job.steps.some(isKeylessLogin);
    if (!runs && !deploySteps(facts, job).some((step) => after.includes(step))) continue;
    report.found({
      severity: logsIn ? 'critical' : 'high',
      confidence: 'high',
      at: head.at,
      title: `The job ${job.id} runs the code of a pull request on ${event}, and can get an identity token.`,
      why: 'The event runs with the rights of the default branch. Since December 2025 its ref is the default branch too, so a login condition on the ref lets it in.',
      fix: 'Split it: test the code of the pull request on pull_request without id-token: write, and log in on push.',
      evidence: `${job.workflow.file} ${job.id} ${event}`,
    });
  }
};

/** With its own permission, or with a login whose key is in the job. */
const mayMint = (job: Job): boolean =>
  grants(job.permissions, 'id-token', 'write') || job.steps.some((step) => step.with.has('credentials_json'));

/** A deployment from the code of a pull request, to something that is no preview. */
export const deployFromPr: Rule = (facts, report) => {
  for (const job of facts.jobs) {
    const events = job.workflow.events.has('workflow_call')
      ? job.callers.map((caller) => caller.workflow.events)
      : [job.workflow.events];
    if (!events.some((names) => names.has('pull_request'))) continue;
    if (
      isPreview(job.environment) ||
      (job.environment?.includes('${{') ?? false) ||
      isPreview(job.id) ||
      isPreview(job.workflow.file)
    )
      continue;
    for (const step of deploySteps(facts, job)) {
      if (!canRunOnPull(job, step.inside ?? step) || job.callers.some((caller) => !canRunOnPull(caller)))
        continue;
      const text = `${step.run?.text ?? ''} ${[...step.with.values()].map((value) => value.text).join(' ')}`;
      // The name of a preview is made from the pull request.
      if (
        /preview|--tag|no-traffic|dry.?run|--validate-only|pull_request\.number|github\.head_ref|github\.event\.number|\bpr[-_]/i.test(
          text,
        )
      )
        continue;
      report.found({
        severity: 'high',
        confidence: 'high',
        at: step.at,
        title: `The job ${job.id} deploys on pull_request, without an environment for previews.`,
        fix: 'Deploy on push to the protected branch. If it is a preview, give the job an environment such as preview.',
        evidence: `${job.workflow.file} ${job.id} pull_request`,
      });
      break;
    }
  }
};
