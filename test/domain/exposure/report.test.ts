import { describe, expect, test } from '@jest/globals';
import { evidenceOf } from '../../../src/domain/exposure/evidence.ts';
import { judge } from '../../../src/domain/exposure/judge.ts';
import { sarifOf } from '../../../src/domain/exposure/sarif.ts';
import { newReport, type Report } from '../../../src/domain/report/report.ts';
import { exposureLines } from '../../../src/domain/summary/exposure/section.ts';
import { bind, type Change, denied, factsWith } from '../../support/exposure-facts.ts';

function reportOf(change: Change): Report<'guard'> {
  const facts = factsWith(change);
  const judgement = judge(facts);
  const report = newReport('guard', { project: 'p-one', region: 'us-central1', name: 'ocr' });
  return { ...report, ...judgement, evidence: { exposure: evidenceOf(facts, judgement, []) } };
}

describe('SARIF', () => {
  const change: Change = {
    bindings: { service: [bind('roles/run.invoker', 'allUsers')] },
    unread: { folder: denied('POST folder', 'x.y.z') },
  };
  const results = (report: Report) =>
    (
      sarifOf(report, { workflow: '.github/workflows/r.yml', version: '1.0.0' }).runs as {
        results: Record<string, unknown>[];
      }[]
    )[0]?.results ?? [];

  test('each finding is one result with its rule, level, place and fingerprint', () => {
    const report = reportOf(change);
    const found = results(report);
    expect(found).toHaveLength(report.findings.length);
    expect(found[0]).toMatchObject({ ruleId: 'public-binding', level: 'error', ruleIndex: 0 });
    expect(JSON.stringify(found[0]?.locations)).toContain('.github/workflows/r.yml');
    const prints = found.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
    expect(new Set(prints).size).toBe(prints.length);
    expect(prints[0]).toMatch(/"backstay\/v1":"[0-9a-f]{16}"/);
  });

  test('a fingerprint does not depend on counts, and differs between functions', () => {
    const report = reportOf({ probe: { status: 200 } });
    const other = structuredClone(report);
    // Nor on any other word of the title.
    for (const finding of other.findings) finding.title = `${finding.title.replace('200', '201')} More.`;
    expect(results(other)[0]?.partialFingerprints).toEqual(results(report)[0]?.partialFingerprints);
    const role = structuredClone(report);
    for (const finding of role.findings) finding.about = [...(finding.about ?? []), 'more'];
    expect(results(role)[0]?.partialFingerprints).not.toEqual(results(report)[0]?.partialFingerprints);
    other.target.name = 'another';
    expect(results(other)[0]?.partialFingerprints).not.toEqual(results(report)[0]?.partialFingerprints);
  });
});

describe('SARIF as code scanning uses it', () => {
  type Run = {
    automationDetails: { id: string };
    tool: { driver: { rules: { id: string; properties: Record<string, unknown> }[] } };
    results: { ruleId: string; ruleIndex: number; partialFingerprints: Record<string, string> }[];
  };
  const runOf = (report: Report) =>
    (sarifOf(report, { workflow: 'w.yml', version: '1.0.0' }).runs as Run[])[0] as Run;
  const report = reportOf({ bindings: { service: [bind('roles/run.invoker', 'allUsers')] } });
  const [first] = report.findings;
  if (!first) throw new Error('There is no finding.');

  test('the fingerprint that it uses differs between findings of one rule, although all point at one line', () => {
    const two = { ...report, findings: [first, { ...first, about: ['another member'] }] };
    const hashes = runOf(two).results.map(
      ({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash,
    );
    expect(new Set(hashes).size).toBe(2);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{16}:1$/);
  });

  test('each result has the severity of its finding, whatever order they come in', () => {
    const low = { ...first, severity: 'low' as const, about: ['low'] };
    const critical = { ...first, severity: 'critical' as const, about: ['critical'] };
    for (const findings of [
      [low, critical],
      [critical, low],
    ]) {
      const { results, tool } = runOf({ ...report, findings });
      const scoreOf = (about: number) =>
        tool.driver.rules[results[about]?.ruleIndex ?? -1]?.properties['security-severity'];
      expect([scoreOf(findings.indexOf(critical)), scoreOf(findings.indexOf(low))]).toEqual(['9.5', '3.0']);
      for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      expect(results[findings.indexOf(critical)]?.ruleId).toBe(first.rule);
    }
  });

  test('each function has a category of its own, so that no upload replaces that of another', () => {
    const other = { ...report, target: { ...report.target, name: 'another' } };
    expect(runOf(report).automationDetails.id).toBe('backstay-guard/p-one/us-central1/ocr/');
    expect(runOf(other).automationDetails.id).toBe('backstay-guard/p-one/us-central1/another/');
  });
});

describe('summary', () => {
  const lines = (change: Change) => {
    const report = reportOf(change);
    return exposureLines(report.evidence.exposure as ReturnType<typeof evidenceOf>, report.findings).join(
      '\n',
    );
  };

  test('public: the verdict comes first, then the way in with its calls and the command to paste', () => {
    const text = lines({ bindings: { folder: [bind('roles/run.invoker', 'allUsers')] } });
    expect(text.split('\n')[0]).toBe('### Exposure: ❌ public');
    expect(text).toContain('**Shortest way in**');
    expect(text).toContain(
      'gcloud resource-manager folders remove-iam-policy-binding 11 --member=allUsers --role=roles/run.invoker --condition=None',
    );
  });

  test('private: only one line is not collapsed', () => {
    const text = lines({});
    const open = text.replace(/<details>[\s\S]*?<\/details>/g, '').trim();
    expect(open).toBe('### Exposure: ✅ private, proof complete');
  });

  test('hostile text stays inside its place', () => {
    const evil =
      'group:</details>\n::error::x ##[add-mask] [a](https://evil.example) `b` | @team <img src=x>';
    // Markdown has no meaning inside a code span, so only the text outside of code spans is checked.
    const all = lines({ bindings: { service: [bind('roles/run.invoker', evil)] } });
    expect(all).not.toMatch(/^::|##\[/m);
    const text = all.replace(/(`+)[^\n]*?[^`\n]\1(?!`)/g, '');
    expect(text).not.toMatch(/<img|\]\(https:|@team|https:\/\/evil/);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });
});
