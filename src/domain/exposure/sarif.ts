import { fingerprint } from '../data/fingerprint.ts';
import { ruleCatalog, rulePage } from '../findings/catalog.ts';
import type { Finding, Severity } from '../findings/finding.ts';
import { bySeverity } from '../findings/rule.ts';
import { product, repositoryUrl, slug } from '../product.ts';

/** What SARIF shows of a report. */
interface Found {
  target: { project?: string | undefined; region?: string | undefined; name?: string | undefined };
  findings: readonly Finding[];
}

/**
 * Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0) for GitHub's code scanning. A finding about a cloud
 * resource has no line of code, so it points at the workflow that found it and names the resource as a logical location.
 */

const levels: Record<Severity, 'error' | 'warning' | 'note'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};
/** GitHub sorts by this number, which is like a CVSS score (0 to 10). */
const scores: Record<Severity, string> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '1.0',
};

/** The same for the list of alerts. */
const problems: Record<Severity, 'error' | 'warning' | 'recommendation'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'recommendation',
  info: 'recommendation',
};

/** A problem keeps its fingerprint while its title changes, for example if a count, a status or the order does. */
function fingerprintOf(report: Found, finding: Finding): string {
  const { project = '', region = '', name = '' } = report.target;
  return fingerprint([finding.rule, project, region, name, ...(finding.about ?? [])].join('\n'));
}

/** What code scanning calls the category of an upload: one for each function. */
export const sarifCategory = ({ project = '', region = '', name = '' }: Found['target']): string =>
  [`${slug}-guard`, project, region, name].filter(Boolean).join('/');

export interface SarifOptions {
  /** Path in the repository of the workflow, such as `.github/workflows/release.yml`. */
  workflow: string | undefined;
  version: string;
}

export function sarifOf(report: Found, options: SarifOptions): Record<string, unknown> {
  const worstFirst = [...report.findings].sort(bySeverity);
  // Code scanning takes the severity of an alert from its rule, so a rule that is found with two severities is two rules.
  const ruleOf = ({ rule, severity }: Finding) => {
    const first = worstFirst.find((other) => other.rule === rule);
    return first?.severity === severity ? rule : `${rule}/${severity}`;
  };
  const rules = [...new Map(worstFirst.map((finding) => [ruleOf(finding), finding])).entries()];
  const { project = '', region = '', name = '' } = report.target;
  const resource = `//cloudfunctions.googleapis.com/projects/${project}/locations/${region}/functions/${name}`;
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: `${product} guard`,
            informationUri: `${repositoryUrl}/tree/main/actions/guard`,
            semanticVersion: options.version,
            rules: rules.map(([id, { rule, severity }]) => ({
              id,
              name: rule.replace(/(^|-)(\w)/g, (_, __, char: string) => char.toUpperCase()),
              shortDescription: { text: ruleCatalog[rule].title },
              fullDescription: { text: ruleCatalog[rule].why },
              help: {
                text: `${ruleCatalog[rule].why} More: ${rulePage(rule)}`,
                markdown: `${ruleCatalog[rule].why} [More](${rulePage(rule)})`,
              },
              helpUri: rulePage(rule),
              defaultConfiguration: { level: levels[severity] },
              properties: {
                'security-severity': scores[severity],
                'problem.severity': problems[severity],
                precision: 'high',
                tags: ['security', 'exposure'],
              },
            })),
          },
        },
        results: report.findings.map((finding) => ({
          ruleId: ruleOf(finding),
          ruleIndex: rules.findIndex(([id]) => id === ruleOf(finding)),
          level: levels[finding.severity],
          message: {
            text: [
              [finding.title, finding.why, finding.fix && `Fix: ${finding.fix}`].filter(Boolean).join(' '),
              ...(finding.commands ?? []),
            ].join('\n'),
          },
          locations: [
            {
              physicalLocation: {
                artifactLocation: {
                  uri: finding.file ?? options.workflow ?? 'README.md',
                  uriBaseId: '%SRCROOT%',
                },
                region: { startLine: finding.line ?? 1 },
              },
              logicalLocations: [{ fullyQualifiedName: resource, kind: 'resource' }],
            },
          ],
          // Code scanning uses the first of these alone.
          partialFingerprints: {
            primaryLocationLineHash: `${fingerprintOf(report, finding)}:1`,
            [`${slug}/v1`]: fingerprintOf(report, finding),
          },
          ...(finding.source ? { properties: { source: finding.source } } : {}),
        })),
        // Code scanning keeps the alerts of each category apart, so the upload for another function replaces none of these.
        automationDetails: { id: `${sarifCategory(report.target)}/` },
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
}
