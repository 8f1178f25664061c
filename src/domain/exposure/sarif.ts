import { fingerprint } from '../data/fingerprint.ts';
import { ruleCatalog, rulePage } from '../findings/catalog.ts';
import type { Finding } from '../findings/finding.ts';
import { bySeverity } from '../findings/rule.ts';
import { problems, sarifLog, sarifText, scores } from '../findings/sarif.ts';
import { slug } from '../product.ts';

/** What SARIF shows of a report. */
interface Found {
  target: { project?: string | undefined; region?: string | undefined; name?: string | undefined };
  findings: readonly Finding[];
}

/** A problem keeps its fingerprint while its title changes, for example if a count, a status or the order does. */
function fingerprintOf(report: Found, finding: Finding): string {
  const { project = '', region = '', name = '' } = report.target;
  return fingerprint([finding.rule, project, region, name, ...(finding.about ?? [])].join('\n'));
}

/** What code scanning calls the category of an upload: one for each function and action. */
export const sarifCategory = (
  { project = '', region = '', name = '' }: Found['target'],
  action: SarifOptions['action'] = 'guard',
): string => [`${slug}-${action}`, project, region, name].filter(Boolean).join('/');

export interface SarifOptions {
  /** The action that found them. Default: the guard. */
  action?: 'guard' | 'posture';
  /** Path in the repository of the workflow, such as `.github/workflows/release.yml`. */
  workflow: string | undefined;
  version: string;
}

/**
 * The findings of a report for code scanning. A finding about a cloud resource has no line of code, so it points at the
 * workflow that found it and names the resource as a logical location.
 */
export function sarifOf(
  report: Found,
  { action = 'guard', workflow, version }: SarifOptions,
): Record<string, unknown> {
  const { project = '', region = '', name = '' } = report.target;
  const resource = `//cloudfunctions.googleapis.com/projects/${project}/locations/${region}/functions/${name}`;
  return sarifLog({
    action,
    version,
    category: sarifCategory(report.target, action),
    found: report.findings,
    ranked: [...report.findings].sort(bySeverity),
    ruleOf: ({ rule, severity }) => ({
      ...ruleCatalog[rule],
      page: rulePage(rule),
      properties: {
        'security-severity': scores[severity],
        'problem.severity': problems[severity],
        precision: 'high',
        tags: ['security', 'exposure'],
      },
    }),
    resultOf: (finding) => ({
      message: { text: [sarifText(finding), ...(finding.commands ?? [])].join('\n') },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: finding.file ?? workflow ?? 'README.md', uriBaseId: '%SRCROOT%' },
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
    }),
  });
}
