import { costOf } from '../../release/cost.ts';
import type { ReleaseFacts, StageFacts } from '../../release/facts.ts';
import type { Report } from '../../report/report.ts';
import { linkedText } from '../../text/linked-text.ts';
import { countText } from '../../text/numbers.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { spanText } from '../../text/span.ts';
import { leftText, backText as settingsText } from '../../traffic/outside/facts.ts';
import { healthText, type ServingHealth } from '../../watch/serving-health.ts';
import { nextLines } from './next.ts';

/** What happened, what became of the traffic and what to do next. Empty if all went well without a warning. */
export function alert(report: Report<'release'>, facts: ReleaseFacts): string[] {
  if (report.verdict === 'pass' && facts.warnings.length === 0) return [];
  const level =
    report.verdict === 'pass'
      ? 'WARNING'
      : report.verdict === 'fail' || report.errors.length > 0
        ? 'CAUTION'
        : 'WARNING';
  const back = facts.stages.findLast((stage) => stage.kind === 'back');
  const lines = [`> [!${level}]`];
  // The headline of a good release already says it all, so its alert only holds warnings.
  if (report.verdict !== 'pass' && report.outcome !== 'promoted')
    lines.push(`> **${markdownText(facts.cause, 1500)}**`);
  if (facts.unjudged)
    lines.push(
      '> Nothing speaks against the code: what failed is around it. The next run may release the same code again.',
    );
  if (report.outcome === 'rejected')
    lines.push(
      '> This is the first release, so there is nothing to go back to. The function stays as it is, and private.',
    );
  if (back?.verdict === 'pass' && report.outcome !== 'held' && facts.before)
    lines.push(`> ${backText(facts, facts.before, back)}`);
  lines.push(...outsideLines(facts));
  if (back?.verdict === 'pass' && facts.after && facts.before)
    lines.push(`> ${afterText(facts.before, facts.after)}`);
  const { extra } = costOf(facts);
  if (extra >= 1 && report.outcome !== 'held')
    lines.push(`> About ${countText(extra)} requests failed because of this release.`);
  if (facts.kept_pin && facts.before && report.outcome !== 'promoted')
    lines.push(
      `> Traffic is pinned to ${codeSpan(facts.before)} by name, because a newer revision exists. Deploys by other tools get no traffic until a release or a person moves it.`,
    );
  for (const warning of facts.warnings.slice(0, 6)) lines.push(`> ${markdownText(warning, 600)}`);
  for (const error of report.errors.slice(0, 4)) {
    if (!error.in_reason) lines.push(`> ${markdownText(error.what, 1000)}`);
    if (error.why) lines.push(`> ${linkedText(error.why, 600)}`);
  }
  return [...lines, ...nextLines(report, facts), ''];
}

/** Where the traffic went, and whether the old revision has answered since. */
function backText({ moved, shares }: ReleaseFacts, before: string, back: StageFacts): string {
  const verified = back.answered;
  if (moved || shares.some(({ percent }) => percent > 0))
    return `Traffic went back to ${codeSpan(before)} in ${spanText(back.seconds)}${verified ? ' and was verified' : ''}.`;
  return `No traffic had reached the new revision: ${codeSpan(before)} serves as before${verified ? ', and this was verified' : ''}.`;
}

/** The settings that traffic does not carry: which are back, and which are not. */
function outsideLines({ before, outside }: ReleaseFacts): string[] {
  const back = settingsText(outside);
  const left = leftText(outside);
  // They belong to the service, so traffic does not limit whom they reach.
  const reach = before ? ` From the build until then, the new values held for ${codeSpan(before)} too.` : '';
  const put = back ? [`> Put back with the traffic: ${markdownText(back, 600)}.${reach}`] : [];
  return left ? [...put, `> **Not as before the release: ${markdownText(left, 600)}.**`] : put;
}

/** How the old revision has been doing since the traffic went back to it. */
function afterText(before: string, after: ServingHealth): string {
  const counts = `Since then: ${healthText(after)}`;
  if (after.health === 'fails')
    return `${counts}. ${codeSpan(before)} fails as well, so look at what both revisions depend on. Traffic stays there.`;
  return after.health === 'works' ? `${counts}; that is within the objective.` : `${counts}.`;
}
