import { basisSentences } from '../domain/basis/sentences.ts';
import type { ActionName, Report } from '../domain/report/report.ts';
import { addBasis } from '../domain/report/rests-on.ts';
import type { Action, Finished } from '../runner/action.ts';
import type { Context } from '../runner/context.ts';
import { explainErrors } from '../runner/explain-errors.ts';
import { failed } from '../runner/failure.ts';
import { restsOn } from './google.ts';
import { reportText } from './terminal/report.ts';
import type { Call, Ended, ExitCode } from './verb.ts';

/** What a report means for the exit code of a command. */
export function exitCodeOf(report: Report): ExitCode {
  const [error] = report.errors;
  if (error?.code === 'cancelled') return 130;
  if (error) return 2;
  if (report.verdict === 'pass' || report.outcome === 'promoted') return 0;
  return report.verdict === 'fail' ? 1 : 2;
}

/** Runs an action as a verb: the same code as in a workflow, with flags in place of inputs. */
export async function runTwin<Name extends ActionName>(
  { context, terminal }: Pick<Call, 'context' | 'terminal'>,
  name: Name,
  action: Action<Name>,
  /** `quiet`: the result says all that the log would say, so the log is shown with --verbose alone. */
  how: 'quiet' | 'log' = 'log',
): Promise<{ report: Report<Name>; ended: Ended; finished: Finished<Name> }> {
  const { log } = context;
  const quiet = how === 'quiet' && !terminal.verbose;
  const shown = quiet ? { ...context, log: { ...log, line: log.debug } } : context;
  const finished = await finishedOf(shown, name, action);
  await explainErrors(finished.report, context.about.names(), context.inputs.given);
  // A replay reads a file and calls nothing.
  if (context.inputs.given.replay === undefined) addBasis(finished.report, restsOn(context));
  const report = context.secrets.redactAll(finished.report);
  for (const sentence of report.rests_on ? basisSentences(report.rests_on) : [])
    log.line(`This rests on more than Google Cloud: ${sentence}`);
  const ended = { code: exitCodeOf(report), json: report, text: () => reportText(report, terminal) };
  return { report, ended, finished };
}

async function finishedOf<Name extends ActionName>(
  context: Context,
  name: Name,
  action: Action<Name>,
): Promise<Finished<Name>> {
  try {
    return await action(context);
  } catch (error) {
    return failed(name, error, context);
  }
}
