import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filePrefix } from '../../domain/product.ts';
import { ctrf } from '../../domain/smoke/results/ctrf.ts';
import { junit } from '../../domain/smoke/results/junit.ts';
import type { SmokeEvidence } from '../../domain/smoke/results/result.ts';
import type { Context } from '../../runner/context.ts';

/** Writes the results as JUnit XML and CTRF JSON, and returns the paths. Writes nothing without the runner's folder. */
export function writeResultFiles(
  evidence: SmokeEvidence,
  context: Context,
): { junit?: string; ctrf?: string } {
  const folder = context.env.RUNNER_TEMP;
  if (!folder) return {};
  mkdirSync(folder, { recursive: true });
  const base = join(folder, `${filePrefix}smoke-${process.pid}`);
  const files = { junit: `${base}.junit.xml`, ctrf: `${base}.ctrf.json` };
  const { redact, redactAll } = context.secrets;
  const clean = redactAll(evidence);
  const endedAt = context.clock.now();
  const results = JSON.stringify(ctrf(clean, endedAt), null, 2);
  writeFileSync(files.junit, redact(junit(clean, { endedAt, host: context.env.RUNNER_NAME })));
  writeFileSync(files.ctrf, `${redact(results)}\n`);
  return files;
}
