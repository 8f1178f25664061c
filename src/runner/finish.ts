import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filePrefix } from '../domain/product.ts';
import { annotationOf } from '../domain/report/annotation.ts';
import { summaryOf } from '../domain/report/render.ts';
import type { ActionName, Report } from '../domain/report/report.ts';
import { lastLineOf } from '../domain/report/words.ts';
import { commonOutputs, type Finished } from './action.ts';
import { annotate } from './annotate.ts';
import type { Commands } from './commands.ts';
import type { Context } from './context.ts';

/** Exit 0 for verdict `pass`, outcome `promoted`, and whatever a person asked for; 1 otherwise. */
export function exitCodeOf(report: Report): 0 | 1 {
  if (report.errors.length > 0) return 1;
  return report.verdict === 'pass' || report.outcome === 'promoted' ? 0 : 1;
}

/** Writes a file into the temporary folder of the job and returns its path; undefined if there is no such folder. */
function writeTemporary(env: Context['env'], name: string, text: string): string | undefined {
  const folder = env.RUNNER_TEMP;
  if (!folder) return undefined;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${filePrefix}${name}`);
  writeFileSync(path, text);
  return path;
}

/** Turns what an action returned into outputs, files, job summary, annotation, last log line and exit code. */
export async function finish<Name extends ActionName>(
  finished: Finished<Name>,
  { env, log, secrets, inputs }: Pick<Context, 'env' | 'log' | 'secrets' | 'inputs'>,
  commands: Commands,
): Promise<void> {
  const { report } = finished;
  const { redact } = secrets;
  const json = redact(JSON.stringify(report, null, 2));
  const path = writeTemporary(env, `${report.action}-${process.pid}.json`, `${json}\n`);
  const summary = async () => redact(summaryOf(report, await finished.view?.()));

  const { verdict, outcome, reason } = report;
  const common = { verdict, outcome, reason, report: path };
  for (const name of finished.commonOutputs ?? commonOutputs) output(name, common[name]);
  for (const [name, value] of Object.entries(finished.outputs ?? {})) output(name, value);
  if (finished.summaryFile)
    output('summary_file', writeTemporary(env, `summary-${process.pid}.md`, await summary()));
  for (const [name, value] of Object.entries(finished.secretOutputs ?? {})) {
    secrets.add(value);
    commands.setOutput(name, value);
  }
  for (const [name, value] of Object.entries(finished.exports ?? {})) commands.exportVariable(name, value);

  const exitCode = finished.exitCode ?? exitCodeOf(report);
  const wanted = finished.summary === false ? 'never' : inputs.summary;
  if (env.GITHUB_STEP_SUMMARY && (wanted === 'always' || (wanted === 'on-problem' && exitCode !== 0)))
    writeFileSync(env.GITHUB_STEP_SUMMARY, await summary(), { flag: 'a' });
  const annotation = finished.annotate === false ? undefined : annotationOf(report, exitCode);
  if (annotation) await annotate([annotation], redact);
  log.line(lastLineOf(report) + (path ? `  Report: ${path}` : ''));
  process.exitCode = exitCode;

  function output(name: string, value: string | number | boolean | undefined): void {
    if (value !== undefined) commands.setOutput(name, redact(String(value)));
  }
}
