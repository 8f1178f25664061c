import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import type { RollbackEvidence } from '../../rollback/evidence.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { backText, leftText } from '../../traffic/outside/facts.ts';
import { healthText } from '../../watch/serving-health.ts';
import { nextStepLines } from '../next-step.ts';

const icons = { works: '✅', fails: '❌', unknown: '' } as const;

const trafficText = (list: readonly { revision: string; percent: number }[] | undefined) =>
  (list ?? []).map(({ revision, percent }) => `${codeSpan(revision)} ${percent} %`).join(', ') || 'nothing';

const titles: Record<RollbackEvidence['did'], string> = {
  rolled_back: '✅ Rolled back',
  already_there: '✅ Already there',
  refused: '❌ Not rolled back',
  overtaken: '⚠️ Moved again by someone else',
  planned: '📝 Plan of a rollback',
  nothing: '✅ Nothing to settle',
  put_back: '✅ Settled',
  hands_off: '✅ Settled, traffic left alone',
  wait: '⚠️ Not settled yet',
  hold: '⚠️ A person must decide',
};

function rollbackHead(report: Report<'rollback'>): string[] | undefined {
  const facts = report.evidence.rollback;
  if (!facts) return undefined;
  const name = codeSpan(report.target.name ?? 'the function');
  const lines = [`## ${titles[facts.did]}: ${name} serves ${trafficText(facts.serving)}`, ''];
  const level = report.verdict === 'pass' ? 'NOTE' : report.verdict === 'fail' ? 'CAUTION' : 'WARNING';
  return [...lines, `> [!${level}]`, `> **${markdownText(report.reason, 1500)}**`, ''];
}

function rollbackBody(report: Report<'rollback'>): string[] {
  const facts = report.evidence.rollback;
  if (!facts) return [];
  const rows = [`| Serving now | ${trafficText(facts.serving)} |`, '|:--|:--|'];
  if (facts.from) rows.push(`| **Before** | ${trafficText(facts.from)} |`);
  if (facts.took_ms !== undefined)
    rows.push(`| **Took** | ${(facts.took_ms / 1000).toFixed(1)} s, from the write until it was seen |`);
  const back = backText(facts.outside);
  const left = leftText(facts.outside);
  if (back) rows.push(`| **Put back as well** | ${markdownText(back, 400)} |`);
  if (left) rows.push(`| **Not as before** | ⚠️ ${markdownText(left, 400)} |`);
  if (facts.alias) rows.push(`| **Model** | ${markdownText(facts.alias.reason, 400)} |`);
  if (facts.alive) rows.push(`| **Its answer** | ${markdownText(facts.alive, 200)} |`);
  if (facts.rate)
    rows.push(
      `| **Its own requests** | ${icons[facts.rate.health]} ${markdownText(healthText(facts.rate), 200)} |`,
    );
  if (facts.uncounted)
    rows.push(`| **Its own requests** | could not be counted: ${markdownText(facts.uncounted, 300)} |`);
  const findings = report.findings.flatMap((finding) => [
    `- **${markdownText(finding.title, 400)}** ${markdownText(finding.why ?? '', 800)}`,
    ...nextStepLines(finding),
  ]);
  return [...rows, '', ...findings, ''];
}

export const rollbackView: View<'rollback'> = { head: rollbackHead, sections: [rollbackBody] };
