import { planLines, planSentence } from '../../domain/deploy/plan-text.ts';
import { manifestLines } from '../../domain/source/manifest.ts';
import { revisionOf } from '../../domain/traffic/function.ts';
import type { SourceTree } from '../ports/source.ts';
import { heldText } from './hold.ts';
import type { Live } from './state.ts';
import type { DeployResult, DeployRun } from './types.ts';

/** The manifest of the upload and the plan, as collapsed groups of the log. */
export function tellPlan(run: DeployRun, tree: SourceTree): void {
  const { ports, request, result } = run;
  const left = tree.ignored.count > 0 ? `, ${tree.ignored.count} left out` : '';
  ports.log.detail(
    `Upload of ${request.sourceDir}: ${tree.files.length} files ${tree.rules === 'no ignore file' ? `with ${tree.rules}` : `by ${tree.rules}`}${left}, sha256 ${tree.sha256}`,
    manifestLines(tree.files),
  );
  ports.log.detail(`Plan: ${planSentence(result.plan)}`, planLines(result.plan));
}

/** A dry run, or a serving revision that carries all this already. */
export function finishWithoutWrites(run: DeployRun, live: Live): DeployResult {
  const { request, result } = run;
  const { action } = result.plan;
  result.unchanged = action === 'unchanged';
  if (action === 'unchanged' || action === 'reuse') result.revision = revisionOf(live.function);
  result.verdict = 'pass';
  result.reason = request.dryRun
    ? `Dry run, nothing was changed. ${planSentence(result.plan)}`
    : `Unchanged: ${result.revision} serves this source and configuration already; upload and build were skipped.`;
  return result;
}

/** The build is there but must not serve: its traffic stays where it was, by name. */
export function stillHeld(run: DeployRun): DeployResult {
  if (run.held) run.result.reason = `${run.result.reason} ${heldText(run)}`;
  return run.result;
}

const servingText = (result: DeployResult) =>
  `${
    result.traffic
      .filter((status) => (status.percent ?? 0) > 0)
      .map((status) => status.revision)
      .join(', ') || 'what served before'
  } serves`;

/** One sentence: what was built, and what it serves. */
export function doneSentence(run: DeployRun, moved: boolean): string {
  const { request, result } = run;
  const share = result.traffic
    .filter((status) => status.revision === result.revision)
    .reduce((sum, status) => sum + (status.percent ?? 0), 0);
  const traffic =
    request.noTraffic && !result.created
      ? `and gets no traffic yet; ${servingText(result)} by name`
      : moved || result.created
        ? `and serves ${share} % of the traffic`
        : `with ${share} % of the traffic, as the service shares it`;
  return `${result.created ? 'Created' : result.plan.action === 'reuse' ? 'Took' : 'Deployed'} ${request.name}: ${result.revision} ${result.plan.action === 'reuse' ? 'was built before' : 'is built'} ${traffic}.`;
}
