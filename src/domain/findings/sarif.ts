import { product, repositoryUrl } from '../product.ts';
import type { Finding, Severity } from './finding.ts';

/**
 * Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0) for GitHub's code scanning: what every action of ours
 * writes in the same way.
 */

type Level = 'error' | 'warning' | 'note';

const levels: Record<Severity, Level> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** GitHub sorts by this number, which is like a CVSS score (0 to 10). */
export const scores: Record<Severity, string> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '1.0',
};

/** The same for the list of alerts. */
export const problems: Record<Severity, 'error' | 'warning' | 'recommendation'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'recommendation',
  info: 'recommendation',
};

interface Classed {
  rule: string;
  severity: Severity;
}

export interface SarifContent<Found extends Classed> {
  action: 'guard' | 'check' | 'posture';
  version: string;
  /** Code scanning keeps the alerts of each category apart, so an upload of another category replaces none of these. */
  category: string;
  found: readonly Found[];
  /** The same findings in the order of their rules. The first severity of a rule keeps the rule's own id. */
  ranked?: readonly Found[];
  ruleOf(found: Found): { title: string; why: string; page: string; properties: object };
  /** The result without its rule and level. */
  resultOf(found: Found, index: number): object;
}

/** The whole log, with one run. */
export function sarifLog<Found extends Classed>(content: SarifContent<Found>): Record<string, unknown> {
  const { action, found, ranked = found } = content;
  // Code scanning takes the severity of an alert from its rule, so a rule that is found with two severities is two rules.
  const firsts = new Map<string, Severity>();
  for (const { rule, severity } of ranked) if (!firsts.has(rule)) firsts.set(rule, severity);
  const idOf = ({ rule, severity }: Found) => (firsts.get(rule) === severity ? rule : `${rule}/${severity}`);
  const rules = new Map(ranked.map((one) => [idOf(one), one]));
  const places = new Map([...rules.keys()].map((id, index) => [id, index]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: `${product} ${action}`,
            informationUri: `${repositoryUrl}/tree/main/actions/${action}`,
            semanticVersion: content.version,
            rules: [...rules].map(([id, one]) => {
              const { title, why, page, properties } = content.ruleOf(one);
              return {
                id,
                name: one.rule.replace(/(^|-)(\w)/g, (_, __, char: string) => char.toUpperCase()),
                shortDescription: { text: title },
                fullDescription: { text: why },
                help: { text: `${why} More: ${page}`, markdown: `${why} [More](${page})` },
                helpUri: page,
                defaultConfiguration: { level: levels[one.severity] },
                properties,
              };
            }),
          },
        },
        results: found.map((one, index) => ({
          ruleId: idOf(one),
          ruleIndex: places.get(idOf(one)),
          level: levels[one.severity],
          ...content.resultOf(one, index),
        })),
        automationDetails: { id: `${content.category}/` },
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
}

/** What happened, why, and what to change. */
export const sarifText = (finding: Pick<Finding, 'title' | 'why' | 'fix'> | undefined): string =>
  [finding?.title, finding?.why, finding?.fix && `Fix: ${finding.fix}`].filter(Boolean).join(' ');
