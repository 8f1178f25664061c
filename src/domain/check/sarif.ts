import { checkPage } from '../findings/catalog.ts';
import type { Finding, Severity } from '../findings/finding.ts';
import { checkRules } from '../findings/rules/check.ts';
import { product, repositoryUrl, slug } from '../product.ts';
import type { CheckEvidence } from './evidence.ts';

const levels: Record<Severity, 'error' | 'warning' | 'note'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};
const scores: Record<Severity, string> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '1.0',
};
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
  const shown = evidence.found.slice(0, mostResults);
  // Code scanning takes the severity of an alert from its rule, so a rule that is found with two severities is two rules.
  const firsts = new Map<string, Severity>();
  for (const { rule, severity } of shown) if (!firsts.has(rule)) firsts.set(rule, severity);
  const idOf = ({ rule, severity }: (typeof shown)[number]) =>
    firsts.get(rule) === severity ? rule : `${rule}/${severity}`;
  const rules = [...new Map(shown.map((one) => [idOf(one), one])).entries()];
  const seen = new Map<string, number>();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: `${product} check`,
            informationUri: `${repositoryUrl}/tree/main/actions/check`,
            semanticVersion: version,
            rules: rules.map(([id, { rule, severity }]) => ({
              id,
              name: rule.replace(/(^|-)(\w)/g, (_, __, char: string) => char.toUpperCase()),
              shortDescription: { text: checkRules[rule].title },
              fullDescription: { text: checkRules[rule].why },
              help: {
                text: `${checkRules[rule].why} More: ${checkPage(rule)}`,
                markdown: `${checkRules[rule].why} [More](${checkPage(rule)})`,
              },
              helpUri: checkPage(rule),
              defaultConfiguration: { level: levels[severity] },
              properties: functional.has(rule)
                ? {
                    precision: 'high',
                    'problem.severity':
                      severity === 'low' || severity === 'info' ? 'recommendation' : levels[severity],
                    tags: ['reliability'],
                  }
                : { precision: 'high', 'security-severity': scores[severity], tags: ['security'] },
            })),
          },
        },
        results: shown.map((one, index) => {
          const finding = findings[index];
          const count = (seen.get(one.fingerprint) ?? 0) + 1;
          seen.set(one.fingerprint, count);
          return {
            ruleId: idOf(one),
            ruleIndex: rules.findIndex(([id]) => id === idOf(one)),
            level: levels[one.severity],
            message: {
              text: [finding?.title, finding?.why, finding?.fix && `Fix: ${finding.fix}`]
                .filter(Boolean)
                .join(' '),
            },
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
        }),
        automationDetails: { id: `${slug}-check/` },
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
}
