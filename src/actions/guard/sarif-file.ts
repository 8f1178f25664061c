import { sarifOf } from '../../domain/exposure/sarif.ts';
import { version } from '../../domain/product.ts';
import type { Report } from '../../domain/report/report.ts';
import type { ResultFile } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';

/** Turns `owner/repo/.github/workflows/x.yml@ref` into the path in the repository. */
const workflowPath = (ref: string | undefined): string | undefined =>
  /^[^/]+\/[^/]+\/(.+\.ya?ml)@/.exec(ref ?? '')?.[1];

/** The findings as SARIF. */
export function sarifFile(report: Report, { env, secrets }: Context): ResultFile {
  const workflow = workflowPath(env.GITHUB_WORKFLOW_REF);
  const sarif = sarifOf(secrets.redactAll(report), { workflow, version });
  return { name: `guard-${process.pid}.sarif`, text: `${JSON.stringify(sarif, null, 2)}\n` };
}
