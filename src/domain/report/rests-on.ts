import { type Basis, isPlain } from '../basis/basis.ts';
import { basisFindings } from '../basis/findings.ts';
import type { Evidence } from './evidence.ts';
import type { Report } from './report.ts';

/** Adds to the report what its verdict relies on besides Google. If the report says that a function is private, each entry is also a finding. */
export function addBasis(report: Report, basis: Basis): void {
  const { smoke } = report.evidence as Evidence<'smoke-test'>;
  if (smoke?.isolation?.method === 'none') basis.open_command = { chosen: smoke.isolation.chosen === true };
  if (isPlain(basis)) return;
  report.rests_on = basis;
  const { exposure } = report.evidence as Evidence<'guard'>;
  if (exposure?.exposure === 'private') report.findings.push(...basisFindings(basis));
}
