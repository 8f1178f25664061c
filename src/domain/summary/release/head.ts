import type { Report } from '../../report/report.ts';
import { alert } from './alert.ts';
import { factTable } from './fact-table.ts';
import { headline } from './headline.ts';

/** The first screen of a release's summary: what serves now, what happened, what to do next. */
export function releaseHead(report: Report<'release'>): string[] | undefined {
  const facts = report.evidence.release;
  if (!facts) return undefined;
  return [`## ${headline(report, facts)}`, '', ...alert(report, facts), ...factTable(report, facts)];
}
