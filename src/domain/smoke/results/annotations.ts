import type { Annotation } from '../../findings/annotation.ts';
import { isRuleOf } from '../../findings/catalog.ts';
import type { Finding } from '../../findings/finding.ts';
import { logText } from '../../text/safe-text.ts';
import { mostFailures, mostOthers } from './limits.ts';

/** GitHub shows ten annotations of each level per step and silently drops the rest. So eight, and one that counts the others. */
const most = 8;

/** Annotations for the first findings, and one more for the rest. `noun` names what is counted, in the plural. */
function annotate(findings: readonly Finding[], level: Annotation['level'], noun: string): Annotation[] {
  const shown = findings.slice(0, most).map(
    (finding): Annotation => ({
      level,
      title: logText(finding.title, 100),
      text: logText(finding.why ?? finding.title, 1000),
      file: finding.file,
      line: finding.line,
    }),
  );
  const rest = findings.length - shown.length;
  const overflow: Annotation = {
    level,
    title: `and ${rest} more ${noun}`,
    text: whereTheRestIs(findings.length),
    file: findings[0]?.file,
    line: 1,
  };
  return rest > 0 ? [...shown, overflow] : shown;
}

function whereTheRestIs(all: number): string {
  const summarised = mostFailures + mostOthers;
  return all <= summarised
    ? 'They are in the job summary and in the report.'
    : `The report has them all; the job summary lists the first ${summarised}.`;
}

/** Annotations at the lines of the suite: errors for failed and unanswered checks, warnings for flaky passes. */
export function annotationsOf(findings: readonly Finding[]): Annotation[] {
  const own = findings.filter((finding) => isRuleOf('smoke', finding.rule));
  const flaky = own.filter((finding) => finding.rule === 'smoke-flaky');
  const failed = own.filter((finding) => finding.rule !== 'smoke-flaky');
  return [...annotate(failed, 'error', 'failed checks'), ...annotate(flaky, 'warning', 'flaky checks')];
}
