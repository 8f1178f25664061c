import { ctrf } from '../../domain/smoke/results/ctrf.ts';
import { junit } from '../../domain/smoke/results/junit.ts';
import type { SmokeEvidence } from '../../domain/smoke/results/result.ts';
import type { ResultFile } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';

/** The results as JUnit XML and CTRF JSON. */
export function resultFiles(
  evidence: SmokeEvidence,
  { clock, env, secrets }: Context,
): { junit: ResultFile; ctrf: ResultFile } {
  const base = `smoke-${process.pid}`;
  const clean = secrets.redactAll(evidence);
  const endedAt = clock.now();
  return {
    junit: { name: `${base}.junit.xml`, text: junit(clean, { endedAt, host: env.RUNNER_NAME }) },
    ctrf: { name: `${base}.ctrf.json`, text: `${JSON.stringify(ctrf(clean, endedAt), null, 2)}\n` },
  };
}
