import type { GatewayProblem } from '../../../gateway/problem.ts';
import type { Confidence, Reporter } from '../../found.ts';

/** Tells a problem of a gateway's document as a finding of the check. */
export function reportProblem(
  report: Reporter,
  file: string,
  { at: place, severity, title, fix, evidence, edit }: GatewayProblem,
  confidence: Confidence,
): void {
  const at = { file, line: place.line, column: place.column };
  report.found({
    severity,
    confidence,
    at,
    title,
    fix,
    evidence,
    edits: edit ? [{ ...at, ...edit }] : [],
  });
}
