import { ruleCatalog, rulePage } from '../findings/catalog.ts';
import type { Finding, Severity } from '../findings/finding.ts';
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

/** 64 bits of FNV-1a over the UTF-16 units, as 16 hex digits. Not a secret: it only has to be stable across runs. */
export function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash ^= BigInt(text.charCodeAt(i));
    hash = (hash * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return hash.toString(16).padStart(16, '0');
}

/** A problem keeps its fingerprint while its title changes, for example if a count, a status or the order does. */
function fingerprintOf(report: Found, finding: Finding): string {
  const { project = '', region = '', name = '' } = report.target;
  return fingerprint([finding.rule, project, region, name, ...(finding.about ?? [])].join('\n'));
}

export interface SarifOptions {
  /** Path in the repository of the workflow, such as `.github/workflows/release.yml`. */
  workflow: string | undefined;
  version: string;
}

export function sarifOf(report: Found, options: SarifOptions): Record<string, unknown> {
  const rules = [...new Map(report.findings.map((finding) => [finding.rule, finding])).values()];
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
            rules: rules.map(({ rule, severity }) => ({
              id: rule,
              name: rule.replace(/(^|-)(\w)/g, (_, __, char: string) => char.toUpperCase()),
              shortDescription: { text: ruleCatalog[rule].title },
              fullDescription: { text: ruleCatalog[rule].why },
              helpUri: rulePage(rule),
              defaultConfiguration: { level: levels[severity] },
              properties: { 'security-severity': scores[severity], tags: ['security', 'exposure'] },
            })),
          },
        },
        results: report.findings.map((finding) => ({
          ruleId: finding.rule,
          ruleIndex: rules.findIndex(({ rule }) => rule === finding.rule),
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
          partialFingerprints: { [`${slug}/v1`]: fingerprintOf(report, finding) },
          ...(finding.source ? { properties: { source: finding.source } } : {}),
        })),
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
}
