import { type Capability, ruleTables } from '../../src/domain/findings/catalog.ts';
import type { Rules } from '../../src/domain/findings/rule.ts';

const headings: Record<Capability, string> = {
  exposure: 'Exposure: who can call the function',
  login: 'Login without a key',
  deploy: 'Deploy',
  traffic: 'Revisions and traffic',
  smoke: 'Smoke test',
  watch: 'Watch',
  basis: 'What a verdict rests on',
  budget: 'Error budget',
  freeze: 'Freeze windows',
  alerts: 'Open alerts',
  preflight: 'Preflight: what later stages need',
  doctor: 'Doctor: what a release will need',
  slo: 'Alerts and dashboards',
  gateway: 'API gateway',
  posture: 'Posture',
  pipeline: 'Pipelines that train a model',
  capacity: 'Capacity',
  model: 'The model of a revision',
  drill: 'Data that may be lost',
};

/** Writes `docs/reference/findings.md`, which lists every rule with its usual severity and why it matters. */
export function generate(): Record<string, string> {
  const lines = [
    '# Findings',
    '',
    'A finding is something that an action noticed and that you should know. Every finding carries one of these rules in the',
    'report (`findings[].rule`) and in SARIF files. Rules are stable. The finding itself says what was seen in your run and what',
    'to do next; this page says what the rule means in general. Generated from `src/domain/findings/rules/`.',
    '',
  ];
  for (const [capability, rules] of Object.entries(ruleTables) as [Capability, Rules][]) {
    lines.push(`## ${headings[capability]}`, '');
    for (const [id, { title, severity, why }] of Object.entries(rules)) {
      const level = severity === 'varies' ? 'Severity varies' : `Severity ${severity}`;
      lines.push(`### ${id}`, '', `${title}. ${level}.`, '', why, '');
    }
  }
  return { 'docs/reference/findings.md': `${lines.join('\n').trimEnd()}\n` };
}
