import { checkPage } from '../findings/catalog.ts';
import type { Finding } from '../findings/finding.ts';
import { checkRules } from '../findings/rules/check.ts';
import { problems, sarifLog, sarifText, scores } from '../findings/sarif.ts';
import { slug } from '../product.ts';
import type { CheckEvidence } from './evidence.ts';

/** Rules that are about a release that works, and not about who gets in. */
const functional = new Set([
  'timeout-too-short',
  'release-cancelled',
  'release-concurrent',
  'runtime-end',
  'suite-slo-invalid',
  'gateway-limits',
  'wif-never',
  'wif-subject-long',
  'id-token-missing',
  'check-unreadable',
]);

/** GitHub takes 5,000 results of one run. */
const mostResults = 5000;

/** The findings as SARIF 2.1.0, each at its line. Code scanning knows a finding again by its fingerprint, not by its line. */
export function sarifOf(
  evidence: CheckEvidence,
  findings: readonly Finding[],
  version: string,
): Record<string, unknown> {
  const seen = new Map<string, number>();
  return sarifLog({
    action: 'check',
    version,
    category: `${slug}-check`,
    found: evidence.found.slice(0, mostResults),
    ruleOf: ({ rule, severity }) => ({
      ...checkRules[rule],
      page: checkPage(rule),
      properties: functional.has(rule)
        ? { precision: 'high', 'problem.severity': problems[severity], tags: ['reliability'] }
        : { precision: 'high', 'security-severity': scores[severity], tags: ['security'] },
    }),
    resultOf: (one, index) => {
      const count = (seen.get(one.fingerprint) ?? 0) + 1;
      seen.set(one.fingerprint, count);
      return {
        message: { text: sarifText(findings[index]) },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: encodeURI(one.file), uriBaseId: '%SRCROOT%' },
              region: { startLine: one.line, startColumn: one.column },
            },
          },
        ],
        partialFingerprints: {
          primaryLocationLineHash: `${one.fingerprint}:${count}`,
          [`${slug}/v1`]: `${one.fingerprint}:${count}`,
        },
        baselineState: evidence.base === undefined ? undefined : one.is_new ? 'new' : 'unchanged',
        properties: { confidence: one.confidence, fixable: one.has_fix },
      };
    },
  });
}
