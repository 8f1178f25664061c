import { describe, expect, test } from '@jest/globals';
import { annotationOf } from '../../../src/domain/report/annotation.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { newReport } from '../../../src/domain/report/report.ts';

import { InputReader } from '../../../src/inputs/reader.ts';

function reportOf(values: Record<string, string>) {
  const inputs = new InputReader({ INPUT_NAME: 'ocr', ...values });
  inputs.of('release');
  try {
    inputs.done();
  } catch (error) {
    const { what, fix, evidence } = error as { what: string; fix: string; evidence: Record<string, unknown> };
    const report = newReport('release');
    report.evidence = evidence;
    report.errors = [{ code: 'input-invalid', what, fix }];
    report.reason =
      Array.isArray(evidence.problems) && evidence.problems.length > 1 ? 'Two are wrong.' : what;
    return { report, what };
  }
  throw new Error('nothing was wrong');
}

describe('wrong inputs', () => {
  test('several problems are a list', () => {
    const { report } = reportOf({ INPUT_DRY_RUN: 'maybe', INPUT_DURATION: 'long' });
    const text = summaryOf(report);
    expect(text).toContain('> **Two are wrong.**');
    expect(text).toMatch(/^> - dry&#95;run: "maybe"/m);
    expect(text).toMatch(/^> - duration: "long"/m);
    expect(text.match(/"maybe"/g)).toHaveLength(1);
  });

  test('a single problem is one sentence that appears once', () => {
    const { report } = reportOf({ INPUT_DRY_RUN: 'maybe' });
    expect(summaryOf(report).match(/"maybe"/g)).toHaveLength(1);
  });
});

describe('commands', () => {
  const report = newReport('guard');
  report.errors.push({
    code: 'permission-denied',
    what: 'No.',
    fix: 'Grant the role:',
    commands: ["gcloud a 'b::c'", `gcloud d ${'e'.repeat(1000)}`],
  });

  test('stand alone in a block of the summary, whole and as they are', () => {
    expect(summaryOf(report)).toContain(
      `> **Next:** Grant the role:\n>\n> \`\`\`sh\n> gcloud a 'b::c'\n> gcloud d ${'e'.repeat(1000)}\n> \`\`\`\n`,
    );
  });

  test('are lines of their own in the annotation, before the address of the page', () => {
    const page = 'https://example.com/errors.md#permission-denied';
    const errors = report.errors.map((error) => ({ ...error, page }));
    expect(annotationOf({ ...report, errors }, 1)?.text.split('\n')[3]).toBe(`More: ${page}`);
    const lines = annotationOf(report, 1)?.text.split('\n') ?? [];
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('No. Grant the role:');
    expect(lines[2]).toBe(`gcloud d ${'e'.repeat(1000)}`);
  });
});
