import type { ReleaseFacts, SegmentFacts, StageFacts } from '../../release/facts.ts';
import { countsOf } from '../../release/segments.ts';
import type { Report } from '../../report/report.ts';
import { countText, percentText } from '../../text/numbers.ts';
import { codeSpan, markdownText, proseText } from '../../text/safe-text.ts';
import { spanText } from '../../text/span.ts';
import { healthText, type ServingHealth } from '../../watch/serving-health.ts';
import { budgetRow } from '../watch/budget.ts';
import { nextLines } from './next.ts';

/** The first screen of a release's summary: what serves now, what happened, what to do next. */

/** `ocr-api` now serves..., stays on..., has nothing to serve. */
function headline(report: Report<'release'>, facts: ReleaseFacts): string {
  const name = codeSpan(report.target.name ?? 'the function');
  const serving = facts.serving.map((share) => codeSpan(share.revision)).join(' and ');
  const [only] = facts.serving;
  switch (report.outcome) {
    case 'promoted':
      return facts.unchanged
        ? `✅ Nothing to release: ${name} already serves this`
        : `✅ Released: ${name} now serves ${serving}`;
    case 'rolled_back':
      return `❌ Rolled back: ${name} stays on ${serving}`;
    case 'smoke_failed':
      return `❌ Smoke test failed: ${name} stays on ${serving}`;
    case 'exposed':
      return `❌ Exposed: ${name} ${report.verdict === 'fail' && facts.exposure === 'private' ? 'was closed again' : 'is public'}`;
    case 'rejected':
      return `❌ Rejected: ${name} has no revision that passed`;
    case 'held':
      return `⚠️ Held: ${name} ${facts.serving.length > 1 ? 'is split between' : 'serves'} ${serving}`;
    case 'blocked':
      return `❌ Blocked: ${name} was not touched`;
    case 'cancelled':
      return `⚠️ Cancelled: ${name} ${only ? `stays on ${serving}` : 'was not touched'}`;
    case 'superseded':
      return `⚠️ Superseded: somebody else changed ${name}`;
    case 'yielded':
      return `⚠️ Yielded: another release of ${name} is under way`;
    default:
      if (facts.dry_run && report.errors.length === 0) return `📝 Plan for ${name}: nothing was changed`;
      return `❌ Failed: ${name} ${only ? `stays on ${serving}` : 'was not touched'}`;
  }
}

/** Requests that failed and would not have, had the old revision answered them. */
export function costOf(facts: ReleaseFacts): { failed: number; extra: number; requests: number } {
  let failed = 0;
  let extra = 0;
  let requests = 0;
  for (const segment of facts.segments) {
    const { candidate, baseline } = countsOf(segment);
    const usual = baseline.total > 0 ? baseline.bad / baseline.total : 0;
    failed += candidate.bad;
    requests += candidate.total;
    extra += Math.max(0, candidate.bad - usual * candidate.total);
  }
  return { failed, extra, requests };
}

function alert(report: Report<'release'>, facts: ReleaseFacts): string[] {
  if (report.verdict === 'pass' && facts.warnings.length === 0) return [];
  const level =
    report.verdict === 'pass'
      ? 'WARNING'
      : report.verdict === 'fail' || report.errors.length > 0
        ? 'CAUTION'
        : 'WARNING';
  const back = facts.stages.findLast((stage) => stage.kind === 'back');
  const lines = [`> [!${level}]`];
  // The headline of a good release has said it: what is left is what to know beside it.
  if (report.verdict !== 'pass') lines.push(`> **${markdownText(facts.cause, 1500)}**`);
  if (report.outcome === 'rejected')
    lines.push(
      `> It is the first release, so there is nothing to go back to: the function stays as it is, and private.`,
    );
  if (back?.verdict === 'pass' && report.outcome !== 'held' && facts.before)
    lines.push(`> ${backText(facts, facts.before, back)}`);
  if (back?.verdict === 'pass' && facts.after && facts.before)
    lines.push(`> ${afterText(facts.before, facts.after)}`);
  const { extra } = costOf(facts);
  if (extra >= 1 && report.outcome !== 'held')
    lines.push(`> About ${countText(extra)} requests failed because of this release.`);
  if (facts.kept_pin && facts.before && report.outcome !== 'promoted')
    lines.push(
      `> Traffic is pinned to it by name, since a newer revision exists: deploys of other tools get no traffic until it is released or moved.`,
    );
  for (const warning of facts.warnings.slice(0, 6)) lines.push(`> ${markdownText(warning, 600)}`);
  for (const error of report.errors.slice(0, 4)) {
    if (!report.reason.includes(error.what.replace(/\.$/, '')))
      lines.push(`> ${markdownText(error.what, 1000)}`);
    if (error.why) lines.push(`> ${proseText(error.why, 600)}`);
  }
  return [...lines, ...nextLines(report, facts), ''];
}

function backText({ shares }: ReleaseFacts, before: string, back: StageFacts): string {
  const verified = back.answered;
  if (shares.some(({ percent }) => percent > 0))
    return `Traffic went back to ${codeSpan(before)} in ${spanText(back.seconds)}${verified ? ' and was verified' : ''}.`;
  return `No traffic had reached the new revision: ${codeSpan(before)} serves as before${verified ? ', verified' : ''}.`;
}

/** What the old revision's own requests say since the traffic went back to it. */
function afterText(before: string, after: ServingHealth): string {
  const counts = `Since then: ${healthText(after)}`;
  if (after.health === 'fails')
    return `${counts}. ${codeSpan(before)} fails as well, so look at what both revisions depend on; traffic stays there.`;
  return after.health === 'works' ? `${counts}; that is within the objective.` : `${counts}.`;
}

function factTable(report: Report<'release'>, facts: ReleaseFacts): string[] {
  const rows: [string, string][] = [];
  const privacy = facts.exposure && facts.exposure !== 'unknown' ? `, ${facts.exposure}` : '';
  const at = facts.verified_at.slice(11, 19);
  const serving =
    facts.serving.map((share) => `${codeSpan(share.revision)} ${share.percent} %`).join(', ') ||
    (facts.first ? 'nothing yet' : '');
  // Where the release ended before it looked, it says nothing rather than "nothing".
  if (serving !== '') rows.push(['Serving now', `${serving}${privacy}, read ${at} UTC`]);
  if (facts.candidate && !facts.serving.some((share) => share.revision === facts.candidate))
    rows.push(['Not serving', `${codeSpan(facts.candidate)} 0 %, kept for debugging`]);
  if (facts.commit) {
    const sha = codeSpan(facts.commit.sha.slice(0, 7));
    const commit = facts.commit.url ? `[${sha}](${facts.commit.url})` : sha;
    rows.push([
      'Commit',
      `${commit}, ${(facts.attempt ?? 1) > 1 ? `attempt ${facts.attempt}, ` : ''}took ${spanText(facts.seconds)}`,
    ]);
  }
  const watched = facts.segments.map((segment) => `${segment.percent} %${watchedFor(facts, segment)}`);
  const { failed, requests } = costOf(facts);
  if (watched.length > 0)
    rows.push([
      'Watched',
      `${watched.join(', ')}: ${countText(requests)} requests, ${countText(failed)} failed${requests > 0 ? ` (${percentText(failed / requests)})` : ''}`,
    ]);
  if (facts.budget)
    rows.push([
      `Error budget (${facts.budget.window_days} days)`,
      budgetRow(facts.budget.gate, facts.budget.invoice),
    ]);
  if (facts.dry_run && !facts.unchanged)
    rows.push([
      'A release would',
      `build at 0 %, then give it ${facts.steps.map((step) => `${step} %`).join(', ')} of the traffic`,
    ]);
  if (report.outcome === 'promoted' && !facts.unchanged)
    rows.push([
      'Traffic',
      facts.kept_pin
        ? 'pinned by name: deploys of other tools get no traffic until the next release'
        : 'follows the latest revision',
    ]);
  const [first, ...rest] = rows;
  return first === undefined
    ? []
    : [
        `| ${first[0]} | ${first[1]} |`,
        '|:--|:--|',
        ...rest.map(([head, text]) => `| **${head}** | ${text} |`),
        '',
      ];
}

function watchedFor(facts: ReleaseFacts, segment: SegmentFacts): string {
  const watched = facts.stages.find((stage) => stage.kind === 'watch' && stage.percent === segment.percent);
  return watched ? ` for ${spanText(watched.seconds)}` : '';
}

/** Everything above the other stages' parts. */
export function releaseHead(report: Report<'release'>): string[] | undefined {
  const facts = report.evidence.release;
  if (!facts) return undefined;
  return [`## ${headline(report, facts)}`, '', ...alert(report, facts), ...factTable(report, facts)];
}
