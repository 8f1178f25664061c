import { logText } from '../text/safe-text.ts';
import type { Report } from './report.ts';

const outcomeWords: Record<NonNullable<Report['outcome']>, string> = {
  promoted: 'Released',
  rolled_back: 'Rolled back',
  rejected: 'Rejected',
  held: 'Held',
  blocked: 'Blocked',
  exposed: 'Exposed',
  smoke_failed: 'Smoke test failed',
  cancelled: 'Cancelled',
  superseded: 'Superseded',
  yielded: 'Yielded',
};

/** The verdict in one or two words, the same in the log, the summary and every comment. */
export function verdictWord(report: Report): string {
  if (report.outcome) return outcomeWords[report.outcome];
  if (report.errors.length > 0) return 'Failed';
  return report.verdict === 'pass' ? 'Passed' : report.verdict === 'fail' ? 'Failed' : 'Inconclusive';
}

export function lastLineOf(report: Report): string {
  return `${verdictWord(report)}: ${logText(report.reason || 'nothing was found out.')}`;
}
