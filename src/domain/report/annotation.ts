import type { Annotation } from '../findings/annotation.ts';
import { logText } from '../text/safe-text.ts';
import type { Report } from './report.ts';
import { verdictWord } from './words.ts';

export function annotationOf(report: Report, exitCode: 0 | 1): Annotation | undefined {
  const subject = report.target.name ?? report.action;
  const title = `${subject} ${verdictWord(report).toLowerCase()}`;
  if (exitCode !== 0) {
    const error = report.errors[0];
    const text = error ? [error.what, error.why, error.fix].filter(Boolean).join(' ') : report.reason;
    // Each command has a line of its own, so that it can be copied from the log and from the run's page.
    const missing = report.findings.find(({ rule }) => rule === 'preflight-missing');
    const commands = (error?.commands ?? missing?.commands ?? []).map((command) => logText(command, 4000));
    const lines = [logText(text, 4000), ...commands, ...(error?.page ? [`More: ${error.page}`] : [])];
    return { level: 'error', title, text: lines.join('\n') };
  }
  // One for every outcome: what serves now, and how, shows on the run's page without a click.
  const good = report.outcome !== undefined && report.verdict === 'pass';
  const silence = report.findings.find(({ rule }) => rule === 'nothing-checked');
  if (silence && report.verdict === 'inconclusive') {
    const text = [report.reason, silence.fix].filter(Boolean).join(' ');
    return { level: 'warning', title, text: logText(text, 4000) };
  }
  if (good || report.outcome === 'promoted')
    return { level: 'notice', title, text: logText(report.reason, 4000) };
  if (report.verdict === 'inconclusive')
    return { level: 'warning', title, text: logText(report.reason, 4000) };
  return undefined;
}
