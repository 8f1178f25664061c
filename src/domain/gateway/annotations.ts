import type { Annotation } from '../findings/annotation.ts';
import { rulePage } from '../findings/catalog.ts';
import type { Finding } from '../findings/finding.ts';
import { bySeverity } from '../findings/rule.ts';

/** GitHub shows ten of each step. Two are left for the verdict and for what else may be wrong. */
const most = 8;

/** The worst findings that have a line, at their lines. */
export const findingAnnotations = (findings: readonly Finding[]): Annotation[] =>
  findings
    .filter(({ line, severity }) => line !== undefined && severity !== 'info')
    .sort(bySeverity)
    .slice(0, most)
    .map(({ rule, severity, title, fix, file, line }) => ({
      level: severity === 'critical' || severity === 'high' ? 'error' : 'warning',
      title: rule,
      text: [title, fix, `More: ${rulePage(rule)}`]
        .flatMap((text) => (text ? [text.slice(0, 1000)] : []))
        .join('\n'),
      file,
      line,
    }));
