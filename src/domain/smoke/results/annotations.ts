import type { Annotation } from '../../findings/annotation.ts';
import type { Finding } from '../../findings/finding.ts';
import { logText } from '../../text/safe-text.ts';

/** GitHub shows ten of each level per step and drops the rest in silence; one place is left for the overflow. */
const most = 8;

function some(findings: readonly Finding[], level: Annotation['level'], words: string): Annotation[] {
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
    title: `and ${rest} more ${words}`,
    text: 'They are in the job summary and in the report.',
    file: findings[0]?.file,
    line: 1,
  };
  return rest > 0 ? [...shown, overflow] : shown;
}

/** Annotations at the suite's lines: failures and what could not be found out as errors, flaky passes as warnings. */
export function annotationsOf(findings: readonly Finding[]): Annotation[] {
  const own = findings.filter((finding) => finding.rule.startsWith('smoke-'));
  return [
    ...some(
      own.filter((finding) => finding.severity !== 'low'),
      'error',
      'failed checks',
    ),
    ...some(
      own.filter((finding) => finding.severity === 'low'),
      'warning',
      'flaky checks',
    ),
  ];
}
