import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sarifOf } from '../../domain/exposure/sarif.ts';
import { filePrefix, version } from '../../domain/product.ts';
import type { Report } from '../../domain/report/report.ts';
import type { Context } from '../../runner/context.ts';

/** Turns `owner/repo/.github/workflows/x.yml@ref` into the path in the repository. */
const workflowPath = (ref: string | undefined): string | undefined =>
  /^[^/]+\/[^/]+\/(.+\.ya?ml)@/.exec(ref ?? '')?.[1];

/** Writes the findings as SARIF and returns the path. Undefined if the runner names no folder for temporary files. */
export function writeSarif(report: Report, context: Context): string | undefined {
  const folder = context.env.RUNNER_TEMP;
  if (!folder) return undefined;
  const path = join(folder, `${filePrefix}guard-${process.pid}.sarif`);
  const sarif = sarifOf(context.secrets.redactAll(report), {
    workflow: workflowPath(context.env.GITHUB_WORKFLOW_REF),
    version,
  });
  writeFileSync(path, `${context.secrets.redact(JSON.stringify(sarif, null, 2))}\n`);
  return path;
}
