import type { Annotation } from '../findings/annotation.ts';
import { checkPage } from '../findings/catalog.ts';
import type { Finding } from '../findings/finding.ts';
import { checkRules } from '../findings/rules/check.ts';
import { logText } from '../text/safe-text.ts';
import type { CheckEvidence } from './evidence.ts';

/** GitHub shows ten of each step. Two are left for the verdict and for what else may be wrong. */
const most = 8;

/** The worst findings at their lines: those that fail the check first, then those that the change brings. */
export function annotationsOf({ found }: CheckEvidence, findings: readonly Finding[]): Annotation[] {
  return found
    .map((one, index) => ({ one, finding: findings[index] }))
    .filter(({ one }) => one.counts || (one.is_new && one.severity !== 'info'))
    .sort((a, b) => Number(b.one.counts) - Number(a.one.counts))
    .slice(0, most)
    .map(({ one, finding }) => ({
      level: one.counts
        ? one.severity === 'medium' || one.severity === 'low'
          ? 'warning'
          : 'error'
        : 'notice',
      title: `${one.rule}: ${checkRules[one.rule].title}`,
      text: [finding?.title, finding?.fix, `More: ${checkPage(one.rule)}`]
        .flatMap((text) => (text ? [logText(text, 1000)] : []))
        .join('\n'),
      file: one.file,
      line: one.line,
    }));
}
