import { expect, test } from '@jest/globals';
import { judgePosture } from '../../../../src/domain/posture/judge.ts';
import { newReport } from '../../../../src/domain/report/report.ts';
import { doorsDiagram } from '../../../../src/domain/summary/posture/diagram.ts';
import { postureView } from '../../../../src/domain/summary/posture/view.ts';
import { backendOf, postureWith, read } from '../../../support/posture-facts.ts';

/** What a manager reads in a minute: one sentence, three things to do, the picture, the table. */

const facts = postureWith({
  backends: read([backendOf({ raw: { name: 'front"]; click x' } })], 'GET compute'),
  guard: { bindings: { service: [{ role: 'roles/run.invoker', members: ['allUsers'] }] } },
});
const judged = judgePosture(facts, { severity: 'critical', change: false, unknown: false }, undefined);
const report = newReport('posture', { project: 'p-one', region: 'us-central1', name: 'ocr' });
Object.assign(report, { verdict: judged.verdict, reason: judged.reason, findings: judged.findings });
report.evidence.posture = { ...judged.evidence, calls: 7 };
const text = [
  ...(postureView.head?.(report) ?? []),
  ...(postureView.sections ?? []).flatMap((section) => section(report)),
].join('\n');

test('the first lines say how it stands, and what to do first', () => {
  expect(judged.verdict).toBe('fail');
  const [title, , level, reason] = text.split('\n');
  expect([title, level]).toEqual(['## Posture of `ocr`', '> [!CAUTION]']);
  expect(reason).toMatch(/protections? holds?.* can be bypassed, .* missing\. Worst .*critical/);
  expect(text.indexOf('**What to do first**')).toBeGreaterThan(0);
  expect(text.indexOf('**What to do first**')).toBeLessThan(text.indexOf('**Every way in**'));
  expect(text).toContain('gcloud run services remove-iam-policy-binding ocr');
});

test('every row is in the table, with its state', () => {
  for (const { title } of judged.evidence.rows) expect(text).toContain(`| ${title} | `);
  expect(text.match(/^\| [^|]+ \| (✅|🟠|❌|➖|❔|⚪)/gm)).toHaveLength(judged.evidence.rows.length);
});

test('the picture has every door, and a hostile name opens none in it', () => {
  const lines = doorsDiagram(judged.evidence.doors, 'ocr');
  const picture = lines.join('\n');
  expect(judged.evidence.doors.map(({ name }) => name)).toEqual([
    'Default URL',
    'Load balancer front"]; click x',
  ]);
  expect(picture).toContain('d0["Default URL"]:::open');
  expect(picture).toContain('d1["Load balancer front click x"]');
  expect(picture).toContain('Cloud Armor: ok');
  expect(picture.split('\n').every((line) => (line.match(/"/g) ?? []).length % 2 === 0)).toBe(true);
});

test('no table, list or picture is longer than a summary can be', () => {
  const many = {
    ...report,
    findings: Array.from({ length: 400 }, () => judged.findings[0] as (typeof judged.findings)[0]),
  };
  expect((postureView.sections ?? []).flatMap((section) => section(many)).join('\n').length).toBeLessThan(
    100_000,
  );
});
