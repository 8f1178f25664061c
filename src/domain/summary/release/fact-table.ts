import { sameBytes, shortDigest } from '../../model/model.ts';
import { costOf } from '../../release/cost.ts';
import type { ReleaseFacts, SegmentFacts } from '../../release/facts.ts';
import type { Report } from '../../report/report.ts';
import { countText, percentText } from '../../text/numbers.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { spanText } from '../../text/span.ts';
import { changedText } from '../../traffic/outside/facts.ts';
import { budgetRow } from '../watch/budget.ts';

/** What serves now, which commit was released, how long it was watched, and what it cost. */
export function factTable(report: Report<'release'>, facts: ReleaseFacts): string[] {
  const rows: [string, string][] = [];
  const privacy = facts.exposure && facts.exposure !== 'unknown' ? `, ${facts.exposure}` : '';
  const at = facts.verified_at.slice(11, 19);
  const serving =
    facts.serving.map((target) => `${codeSpan(target.revision)} ${target.percent} %`).join(', ') ||
    (facts.first ? 'nothing yet' : '');
  // A release that ended before it read the traffic does not know what serves.
  if (serving !== '') rows.push(['Serving now', `${serving}${privacy}, read ${at} UTC`]);
  if (facts.candidate && !facts.serving.some((target) => target.revision === facts.candidate))
    rows.push(['Not serving', `${codeSpan(facts.candidate)} 0 %, kept for debugging`]);
  if (facts.commit) {
    const sha = codeSpan(facts.commit.sha.slice(0, 7));
    const commit = facts.commit.url ? `[${sha}](${facts.commit.url})` : sha;
    rows.push([
      'Commit',
      `${commit}, ${(facts.attempt ?? 1) > 1 ? `attempt ${facts.attempt}, ` : ''}took ${spanText(facts.seconds)}`,
    ]);
  }
  if (facts.model) rows.push(['Model', modelCell(facts.model, facts)]);
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
        ? 'pinned by name: deploys by other tools get no traffic until the next release'
        : 'follows the latest revision',
    ]);
  const changed = changedText(facts.outside);
  if (changed) rows.push(['Settings for every revision', markdownText(changed, 400)]);
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

/** A digest has 64 characters and no place to break, more than a phone shows. The report has the whole. */
const shortReference = (reference: string): string =>
  codeSpan(reference.replace(/(#sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1'));

/** The model by its exact version, whether it serves, and what served before. */
function modelCell(model: NonNullable<ReleaseFacts['model']>, { candidate, serving }: ReleaseFacts): string {
  const { reference, digest, before, before_digest: old, alias } = model;
  const bytes =
    digest === undefined || reference.endsWith(`#${digest}`) ? '' : `, ${codeSpan(shortDigest(digest))}`;
  const isOut = candidate !== undefined && !serving.some(({ revision }) => revision === candidate);
  const asBefore = sameBytes(old, digest) ? ', as before' : `, before ${codeSpan(shortDigest(old ?? ''))}`;
  const was =
    before === reference ? asBefore : before === undefined ? '' : `, before ${shortReference(before)}`;
  return `${shortReference(reference)}${bytes}${isOut ? ', which does not serve' : ''}${was}${alias ? `. ${markdownText(alias.reason, 300)}` : ''}`;
}

function watchedFor(facts: ReleaseFacts, segment: SegmentFacts): string {
  const watched = facts.stages.find((stage) => stage.kind === 'watch' && stage.percent === segment.percent);
  return watched ? ` for ${spanText(watched.seconds)}` : '';
}
