import { planLines, planSentence } from '../../domain/deploy/plan-text.ts';
import { manifestLines } from '../../domain/source/manifest.ts';
import { revisionOf } from '../../domain/traffic/function.ts';
import type { LeftOut, SourceTree } from '../ports/source.ts';
import { heldText } from './hold.ts';
import type { Live } from './state.ts';
import type { DeployResult, DeployRun } from './types.ts';

const leftText = ({ path, why }: LeftOut) => `${path}: ${why}`;

/** Logs the files of the upload and the plan, as collapsed groups. */
export function logPlan(run: DeployRun, tree: SourceTree): void {
  const { ports, request, result } = run;
  const left = tree.ignored.count > 0 ? `, ${tree.ignored.count} left out` : '';
  ports.log.detail(
    `Upload of ${request.sourceDir}: ${tree.files.length} files ${tree.rules === 'no ignore file' ? `with ${tree.rules}` : `by ${tree.rules}`}${left}, sha256 ${tree.sha256}`,
    manifestLines(tree.files),
  );
  const leavings = tree.left.filter(({ kind }) => kind === 'leaving');
  if (leavings.length > 0)
    ports.log.detail(`Not uploaded: ${leavings.map(({ path }) => path).join(', ')}`, leavings.map(leftText));
  const links = tree.left.filter(({ kind }) => kind === 'link');
  if (links.length > 0)
    ports.log.warning(
      `Not uploaded, because gcloud does not follow links to folders either: ${links.map(leftText).join('; ')}. If the function needs such a folder, put a copy in the place of the link. A line in .gcloudignore ends this warning.`,
    );
  ports.log.detail(`Plan: ${planSentence(result.plan)}`, planLines(result.plan));
}

/** Ends a dry run, or a deploy whose serving revision already has this source and configuration. */
export function finishWithoutWrites(run: DeployRun, live: Live): DeployResult {
  const { request, result } = run;
  const { action } = result.plan;
  result.unchanged = action === 'unchanged';
  if (action === 'unchanged' || action === 'reuse') result.revision = revisionOf(live.function);
  result.verdict = 'pass';
  result.reason = request.dryRun
    ? `Dry run, nothing was changed. ${planSentence(result.plan)}`
    : `Unchanged: ${result.revision} already serves this source and configuration, so nothing was uploaded or built.`;
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
