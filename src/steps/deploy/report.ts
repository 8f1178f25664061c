import { contentWord, planLines, planSentence } from '../../domain/deploy/plan-text.ts';
import type { Deployed } from '../ports/target.ts';
import { heldText } from './hold.ts';
import type { DeployResult, DeployRun } from './ports.ts';

/** Logs the plan, as a collapsed group. */
export function logPlan({ ports, result }: DeployRun): void {
  ports.log.detail(`Plan: ${planSentence(result.plan)}`, planLines(result.plan));
}

/** Ends a dry run, or a deploy whose serving revision already has this source and configuration. */
export function finishWithoutWrites(run: DeployRun, live: Deployed | undefined): DeployResult {
  const { request, result } = run;
  const { action } = result.plan;
  result.unchanged = action === 'unchanged';
  if (action === 'unchanged' || action === 'reuse') result.revision = live?.revision;
  result.verdict = 'pass';
  result.reason = request.dryRun
    ? `Dry run, nothing was changed. ${planSentence(result.plan)}`
    : `Unchanged: ${result.revision} already serves this ${contentWord(result.plan)} and configuration, so nothing was ${result.image ? 'changed' : 'uploaded or built'}.`;
  return result;
}

/** Ends a deploy whose new revision must not get traffic: the traffic stays pinned. */
export function finishPinned(run: DeployRun): DeployResult {
  if (run.held) run.result.reason = `${run.result.reason} ${heldText(run)}`;
  return run.result;
}

const servingText = (result: DeployResult) =>
  `${
    result.traffic
      .filter((status) => (status.percent ?? 0) > 0)
      .map((status) => status.revision)
      .join(', ') || 'what served before'
  } still serves`;

/** Says in one sentence what was built and how much traffic it gets. */
export function doneSentence(run: DeployRun, moved: boolean): string {
  const { request, result } = run;
  const percent = result.traffic
    .filter((status) => status.revision === result.revision)
    .reduce((sum, status) => sum + (status.percent ?? 0), 0);
  const traffic =
    request.noTraffic && !result.created
      ? `and gets no traffic yet; ${servingText(result)}`
      : moved || result.created
        ? `and serves ${percent} % of the traffic`
        : `with ${percent} % of the traffic, as the service's settings say`;
  return `${result.created ? 'Created' : result.plan.action === 'reuse' ? 'Reused' : 'Deployed'} ${request.name}: ${result.revision} ${result.plan.action === 'reuse' ? 'was built before' : 'is built'} ${traffic}.`;
}
