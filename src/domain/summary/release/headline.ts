import type { ReleaseFacts } from '../../release/facts.ts';
import type { Report } from '../../report/report.ts';
import { codeSpan } from '../../text/safe-text.ts';

/** What became of the function, as the title of the summary: "Released: `ocr-api` now serves ...". */
export function headline(report: Report<'release'>, facts: ReleaseFacts): string {
  const name = codeSpan(report.target.name ?? 'the function');
  const serving = facts.serving.map((target) => codeSpan(target.revision)).join(' and ');
  const [only] = facts.serving;
  switch (report.outcome) {
    case 'promoted':
      return facts.unchanged
        ? `✅ Nothing to release: ${name} already serves this`
        : `${report.verdict === 'pass' ? '✅' : '⚠️'} Released${report.verdict === 'pass' ? '' : ' unchecked'}: ${name} now serves ${serving}`;
    case 'rolled_back':
      if (facts.unjudged) return `⚠️ Rolled back unjudged: ${name} stays on ${serving}`;
      return `❌ Rolled back: ${name} stays on ${serving}`;
    case 'smoke_failed':
      return `❌ Smoke test failed: ${name} stays on ${serving}`;
    case 'exposed':
      return `❌ Exposed: ${name} ${report.verdict === 'fail' && facts.exposure === 'private' ? 'was closed again' : 'is public'}`;
    case 'rejected':
      if (facts.unjudged) return `⚠️ Rejected unjudged: ${name} has no revision that passed`;
      return `❌ Rejected: ${name} has no revision that passed`;
    case 'held':
      return `⚠️ Held: ${name} ${facts.serving.length > 1 ? 'is split between' : 'serves'} ${serving}`;
    case 'blocked':
      return `❌ Blocked: ${name} was not touched`;
    case 'cancelled':
      return `⚠️ Cancelled: ${name} ${only ? `stays on ${serving}` : 'was not touched'}`;
    case 'superseded':
      return `⚠️ Superseded: someone else changed ${name}`;
    case 'yielded':
      return `⚠️ Yielded: another release of ${name} is under way`;
    default:
      if (facts.dry_run && report.errors.length === 0) return `📝 Plan for ${name}: nothing was changed`;
      return `❌ Failed: ${name} ${only ? `stays on ${serving}` : 'was not touched'}`;
  }
}
