import { expect, test } from '@jest/globals';
import { basisOf } from '../../../src/domain/basis/basis.ts';
import { newReport, type Report } from '../../../src/domain/report/report.ts';
import { addBasis } from '../../../src/domain/report/rests-on.ts';

const foreign = basisOf({ GHA_ENDPOINT_OVERRIDE_run: 'https://run.evil.example' }, { logsInHere: true });

function guardReport(exposure: 'private' | 'public'): Report<'guard'> {
  const report = newReport('guard');
  report.evidence = { exposure: { exposure } } as Report<'guard'>['evidence'];
  return report;
}

test('only a claim that a function is private gets a finding', () => {
  const claimed = guardReport('private');
  addBasis(claimed, foreign);
  expect(claimed.rests_on).toBe(foreign);
  expect(claimed.findings.map(({ rule }) => rule)).toEqual(['foreign-endpoint']);
  const open = guardReport('public');
  addBasis(open, foreign);
  expect([open.rests_on, open.findings]).toEqual([foreign, []]);
});

test('Google alone leaves no trace', () => {
  const report = guardReport('private');
  addBasis(report, basisOf({}, { logsInHere: true }));
  expect([report.rests_on, report.findings]).toEqual([undefined, []]);
});
