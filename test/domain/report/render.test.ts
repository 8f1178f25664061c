import { describe, expect, test } from '@jest/globals';
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
