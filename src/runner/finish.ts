import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { basisOf } from '../domain/basis/basis.ts';
import { basisSentences } from '../domain/basis/sentences.ts';
import { messageOf } from '../domain/errors/errors.ts';
import { filePrefix } from '../domain/product.ts';
import { annotationOf } from '../domain/report/annotation.ts';
import { summaryOf } from '../domain/report/render.ts';
import type { ActionName, Report } from '../domain/report/report.ts';
import { addBasis } from '../domain/report/rests-on.ts';
import { lastLineOf } from '../domain/report/words.ts';
import { commonOutputs, type Finished } from './action.ts';
import { annotate } from './annotate.ts';
import { appendTo, type Commands } from './commands.ts';
import type { Context } from './context.ts';
import { explainErrors } from './explain-errors.ts';
import { closingLine, formatMainStep, mainStepKey, parseMainStep } from './main-step.ts';

/** Returns exit code 0 for verdict `pass`, for outcome `promoted` and for anything that a person asked for, else 1. */
export function exitCodeOf(report: Report): 0 | 1 {
  if (report.errors.length > 0) return 1;
  return report.verdict === 'pass' || report.outcome === 'promoted' ? 0 : 1;
}

/** Names, URLs and paths that the action found out. Later steps read them, so no value of the user's may change them. */
const publicOutputs = ({
  report,
  outputs,
}: Pick<Finished, 'outputs'> & { report: Pick<Report, 'target'> }): string[] =>
  [...Object.values(report.target), ...Object.values(outputs ?? {})].filter(
    (value): value is string => typeof value === 'string' && /^[\w.:/-]{8,300}$/.test(value),
  );

/** Writes a file into the temporary folder of the job and returns its path; undefined if there is no such folder. */
function writeTemporary(env: Context['env'], name: string, text: string): string | undefined {
  const folder = env.RUNNER_TEMP;
  if (!folder) return undefined;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${filePrefix}${name}`);
  writeFileSync(path, text);
  return path;
}

/**
 * Turns what an action returned into outputs, files, job summary, annotation, last log line and exit code. A post step
 * writes no outputs: some runners let them replace those of the main step.
 */
export async function finish<Name extends ActionName>(
  finished: Finished<Name>,
  {
    env,
    log,
    secrets,
    inputs,
    state,
    about,
  }: Pick<Context, 'env' | 'log' | 'secrets' | 'inputs' | 'state' | 'about'>,
  commands: Commands,
  step: 'main' | 'post',
): Promise<void> {
  for (const value of publicOutputs(finished)) secrets.show(value);
  const { redact, redactAll } = secrets;
  await explainErrors(finished.report, about.names(), inputs.given);
  const { universe, workload_identity_provider: provider } = inputs.given;
  const chosen = {
    universe: typeof universe === 'string' ? universe : undefined,
    logsInHere: provider !== undefined,
  };
  // A replay reads a file and calls nothing.
  if (inputs.given.replay === undefined) addBasis(finished.report, basisOf(env, chosen));
  // Everything below is made from this report. It is redacted before it is escaped, and the results once more.
  const report = redactAll(finished.report);
  const json = redact(JSON.stringify(report, null, 2));
  const problems: string[] = [];
  /** A result that cannot be written does not keep the others from being written. */
  const attempt = <T>(write: () => T): T | undefined => {
    try {
      return write();
    } catch (error) {
      problems.push(messageOf(error));
      return undefined;
    }
  };
  const path = attempt(() => writeTemporary(env, `${report.action}-${process.pid}.json`, `${json}\n`));
  const summary = async () => redact(summaryOf(report, await finished.view?.()));

  const { verdict, outcome, reason } = report;
  const common = { verdict, outcome, reason, report: path };
  if (step === 'main') {
    for (const name of commonOutputs) output(name, common[name]);
    for (const [name, value] of Object.entries(finished.outputs ?? {})) output(name, value);
  }
  if (finished.summaryFile) {
    const text = await summary();
    output(
      'summary_file',
      attempt(() => writeTemporary(env, `summary-${process.pid}.md`, text)),
    );
  }
  for (const [name, value] of Object.entries(finished.secretOutputs ?? {})) {
    secrets.add(value);
    attempt(() => commands.setOutput(name, value));
  }
  for (const [name, value] of Object.entries(finished.exports ?? {}))
    attempt(() => commands.exportVariable(name, value));

  const exitCode = finished.exitCode ?? exitCodeOf(report);
  const wanted = finished.summary === false ? 'never' : inputs.summary;
  const summaryPath = env.GITHUB_STEP_SUMMARY;
  if (summaryPath && (wanted === 'always' || (wanted === 'on-problem' && exitCode !== 0))) {
    const text = await summary();
    attempt(() => appendTo(summaryPath, text));
  }
  const annotation = finished.annotate === false ? undefined : annotationOf(report, exitCode);
  if (annotation) {
    const subject = report.target.name ?? report.action;
    const title = step === 'main' ? annotation.title : `${subject}: post step`;
    await annotate([{ ...annotation, title }], secrets);
  }
  if (report.rests_on && step === 'main')
    for (const sentence of basisSentences(report.rests_on))
      log.line(`  This verdict rests on more than Google Cloud: ${sentence}`);
  const main = step === 'main' ? undefined : parseMainStep(state(mainStepKey));
  const line = step === 'main' ? lastLineOf(report) : closingLine(report.action, reason, main);
  log.line(line + (path ? `  Report: ${path}` : ''));
  if (step === 'main')
    attempt(() => commands.saveState(mainStepKey, formatMainStep({ exitCode, line: redact(line) })));
  if (problems.length > 0) throw new Error([...new Set(problems)].join('; '));
  process.exitCode = exitCode;

  function output(name: string, value: string | number | boolean | undefined): void {
    if (value !== undefined) attempt(() => commands.setOutput(name, redact(String(value))));
  }
}
