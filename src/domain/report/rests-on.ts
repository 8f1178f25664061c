import { type Basis, isPlain } from '../basis/basis.ts';
import { basisFindings } from '../basis/findings.ts';
import type { Evidence } from './evidence.ts';
import type { Report } from './report.ts';

/** Adds to the report what its verdict rests on. If the report says that a function is private, each such thing is a finding. */
export function addBasis(report: Report, basis: Basis): void {
  if (isPlain(basis)) return;
  report.rests_on = basis;
  const { exposure } = report.evidence as Evidence<'guard'>;
  if (exposure?.exposure === 'private') report.findings.push(...basisFindings(basis));
}
