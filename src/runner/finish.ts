import { basisOf } from '../domain/basis/basis.ts';
import { basisSentences } from '../domain/basis/sentences.ts';
import { annotationOf } from '../domain/report/annotation.ts';
import { summaryOf, type View } from '../domain/report/render.ts';
import type { ActionName, Report } from '../domain/report/report.ts';
import { addBasis } from '../domain/report/rests-on.ts';
import { lastLineOf } from '../domain/report/words.ts';
import { type Commenter, commonOutputs, type Explainer, type Finished, type Teller } from './action.ts';
import { annotate } from './annotate.ts';
import type { Commands } from './commands.ts';
import type { Context } from './context.ts';
import { explainErrors } from './explain-errors.ts';
import { closingLine, formatMainStep, mainStepKey, parseMainStep } from './main-step.ts';
import { Unwritten } from './unwritten.ts';
import { appendTo, writeTemporary } from './write-file.ts';

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

/** What only some steps ask for. Each is loaded when it is needed. */
export interface Later {
  comment: () => Promise<Commenter>;
  tell: () => Promise<Teller>;
  explain: () => Promise<Explainer>;
}

/**
 * Turns what an action returned into outputs, files, job summary, annotation, last log line and exit code. A post step
 * writes no outputs: some runners let them replace those of the main step.
 */
export async function finish<Name extends ActionName>(
  finished: Finished<Name>,
  context: Context,
  commands: Commands,
  step: 'main' | 'post',
  { comment, tell, explain }: Partial<Later> = {},
): Promise<void> {
  const { env, log, secrets, inputs, state, about } = context;
  for (const value of publicOutputs(finished)) secrets.show(value);
  const { redact, redactAll } = secrets;
  const exitCode = finished.exitCode ?? exitCodeOf(finished.report);
  // Before the errors are explained, since their facts name the revision that did not start.
  if (explain && step === 'main' && exitCode !== 0 && context.google && inputs.logs)
    await (await explain())(context, finished.report);
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
  // Before anything is written, so that report and summary can say where the comment is.
  if (comment && step === 'main' && inputs.comment) await tellPullRequest(await comment(), report);
  const json = redact(JSON.stringify(report, null, 2));
  const unwritten = new Unwritten();
  const temporary = (what: string, name: string, text: string) =>
    unwritten.tell(what, () => writeTemporary(env.RUNNER_TEMP, name, text));
  const path = temporary('the report', `${report.action}-${process.pid}.json`, `${json}\n`);
  const summary = async () => redact(summaryOf(report, await viewWithLogs()));

  const { verdict, outcome, reason } = report;
  const common = { verdict, outcome, reason, report: path };
  if (step === 'main') {
    for (const name of commonOutputs) output(name, common[name]);
    for (const [name, value] of Object.entries(finished.outputs ?? {})) output(name, value);
  }
  for (const [name, file] of Object.entries(finished.files ?? {}))
    output(name, temporary(`the file of ${name}`, file.name, redact(file.text)));
  if (finished.summaryFile)
    output('summary_file', temporary('the summary file', `summary-${process.pid}.md`, await summary()));
  for (const [name, value] of Object.entries(finished.secretOutputs ?? {})) {
    secrets.add(value);
    unwritten.pass('the outputs', () => commands.setOutput(name, value));
  }
  for (const [name, value] of Object.entries(finished.exports ?? {}))
    unwritten.pass('the exported variables', () => commands.exportVariable(name, value));

  const wanted = finished.summary === false ? 'never' : inputs.summary;
  const summaryPath = env.GITHUB_STEP_SUMMARY;
  if (summaryPath && (wanted === 'always' || (wanted === 'on-problem' && exitCode !== 0))) {
    const text = await summary();
    unwritten.tell('the job summary', () => appendTo(summaryPath, text));
  }
  const annotation = finished.annotate === false ? undefined : annotationOf(report, exitCode);
  if (annotation) {
    const subject = report.target.name ?? report.action;
    const title = step === 'main' ? annotation.title : `${subject}: post step`;
    await annotate([{ ...annotation, title }], { secrets });
  }
  if (report.rests_on && step === 'main')
    for (const sentence of basisSentences(report.rests_on))
      log.line(`  This verdict rests on more than Google Cloud: ${sentence}`);
  const main = step === 'main' ? undefined : parseMainStep(state(mainStepKey));
  const line = step === 'main' ? lastLineOf(report) : closingLine(report.action, reason, main);
  if (step === 'main')
    unwritten.tell('the state for the post step', () =>
      commands.saveState(mainStepKey, formatMainStep({ exitCode, line: redact(line) })),
    );
  // Behind everything that other steps read: a chat that hangs costs none of it.
  if (tell && step === 'main' && inputs.hooks.length > 0) await (await tell())(context, report);
  for (const sentence of unwritten.sentences()) log.warning(sentence);
  log.line(line + (path ? `  Report: ${path}` : ''));
  process.exitCode = unwritten.failsStep ? 1 : exitCode;

  /** What the log says stands behind the parts of the action's own view. */
  async function viewWithLogs(): Promise<View<Name> | undefined> {
    const view = await finished.view?.();
    if (report.evidence.logs === undefined || report.action === 'logs') return view;
    const { logsSection } = await import('../domain/summary/logs/section.ts');
    return { ...view, sections: [...(view?.sections ?? []), logsSection] };
  }

  async function tellPullRequest(write: Commenter, shown: Report<Name>): Promise<void> {
    const record = redactAll(await write(context, shown, (await finished.view?.()) as View | undefined));
    shown.comment = record;
    const { state: became, url, why, fix } = record;
    if (became === 'written') log.line(`The comment on the pull request: ${url ?? 'written'}`);
    else if (became === 'newer')
      log.line('The comment on the pull request already holds the result of a newer run.');
    else {
      const text = `No comment was written on the pull request: ${[why, fix].filter(Boolean).join(' ')}`;
      if (became === 'none' || record.fork) log.line(text);
      else log.warning(text);
    }
  }

  function output(name: string, value: string | number | boolean | undefined): void {
    if (value !== undefined)
      unwritten.pass('the outputs', () => commands.setOutput(name, redact(String(value))));
  }
}
