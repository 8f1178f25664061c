import { entryOf, nodeAt, scalarsOf, textAt } from '../../../yaml/node.ts';
import { lastOption } from '../../shell/gcloud.ts';
import { evaluateExpression, isTrue } from '../../workflow/expression.ts';
import type { Job } from '../../workflow/model.ts';
import type { Rule } from '../rule.ts';
import { onPush, ownAction } from '../shared/uses.ts';

const guarding = ['release', 'deploy', 'guard'];

/** A deploy of an HTTP function with no step after it that proves that the function is private. */
export const deployUnguarded: Rule = (facts, report) => {
  for (const job of facts.jobs) {
    const last = job.steps.findLastIndex((step) =>
      step.uses?.name === 'google-github-actions/deploy-cloud-functions'
        ? !step.with.has('event_trigger_type')
        : facts.calls.some((call) => call.step === step && !call.isAction && isHttpDeploy(call)),
    );
    const step = job.steps[last];
    if (!step) continue;
    const isGuarded = job.steps.slice(last + 1).some(({ uses }) => guarding.includes(ownAction(uses) ?? ''));
    if (
      isGuarded ||
      laterJobs(job).some((next) => next.steps.some(({ uses }) => guarding.includes(ownAction(uses) ?? '')))
    )
      continue;
    report.found({
      severity: 'medium',
      confidence: 'high',
      at: step.at,
      title: `The job ${job.id} deploys an HTTP function and never checks that it is private.`,
      fix: 'Add a step with actions/guard behind the deploy, or deploy with actions/deploy, which proves it itself.',
      evidence: `${job.workflow.file} ${job.id} unguarded`,
    });
  }
};

function isHttpDeploy(call: Parameters<typeof lastOption>[0]): boolean {
  if (call.verb === 'run deploy') return lastOption(call, '--function') !== undefined;
  if (call.verb !== 'functions deploy') return false;
  return !call.options.some(({ name }) =>
    /^--trigger-(topic|bucket|event|event-filters|resource|location)/.test(name),
  );
}

/** Jobs of the same workflow that need this one, directly or through others. */
function laterJobs(job: Job): Job[] {
  const later = new Set<Job>();
  let grown = true;
  while (grown) {
    grown = false;
    for (const other of job.workflow.jobs) {
      const needs = scalarsOf(nodeAt(other.node, 'needs'));
      if (!later.has(other) && needs.some((id) => id === job.id || [...later].some((one) => one.id === id))) {
        later.add(other);
        grown = true;
      }
    }
  }
  return [...later];
}

/** A guard whose failure is ignored, or that never runs. What changed since the base is judged in `compare/`. */
export const guardSoftened: Rule = (facts, report) => {
  for (const step of facts.steps) {
    const own = ownAction(step.uses);
    if (own === undefined || !['guard', 'release', 'deploy', 'check', 'smoke-test'].includes(own)) continue;
    for (const [node, what] of [
      [step.node, 'step'],
      [step.job.node, 'job'],
    ] as const) {
      const entry = entryOf(node, 'continue-on-error');
      if (!entry || (what === 'job' && own !== 'guard')) continue;
      const text = entry.value.kind === 'text' ? entry.value.text : '';
      const at = {
        file: what === 'job' ? step.job.workflow.file : step.at.file,
        line: entry.keyLine,
        column: entry.keyColumn,
      };
      if (text === 'true')
        report.found({
          severity: 'high',
          confidence: 'high',
          at,
          title: `continue-on-error lets the job go on after ${own} has failed.`,
          fix: 'Remove it. If the finding is accepted, silence it with a reason instead.',
          evidence: `${step.job.workflow.file} ${step.job.id} ${own} continue-on-error`,
          edits:
            entry.value.kind === 'text'
              ? [{ ...at, line: entry.value.line, column: entry.value.column, old: 'true', new: 'false' }]
              : [],
        });
      else if (text.includes('${{'))
        report.unknown(at, `Only a run knows whether the job goes on after ${own} has failed.`);
    }
    const condition = textAt(step.node, 'if');
    const runs =
      condition === undefined
        ? true
        : isTrue(evaluateExpression(condition.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1'), onPush));
    if (own === 'guard' && runs === false)
      report.found({
        severity: 'high',
        confidence: 'medium',
        at: step.at,
        title: `The condition of the guard (${condition}) is false for a push, so it does not run after a release.`,
        fix: 'Remove the condition.',
        evidence: `${step.job.workflow.file} ${step.job.id} guard if ${condition}`,
      });
  }
  for (const { verb, command, isLoose, at, isAction } of facts.calls)
    if (!isAction && !isLoose && command.excused && /^(functions|run) deploy$/.test(verb))
      report.found({
        severity: 'medium',
        confidence: 'medium',
        at,
        title: `The job stays green if gcloud ${verb} fails.`,
        fix: 'Remove || true, so that a failed deploy fails the job.',
        evidence: `${verb} || true`,
      });
};
