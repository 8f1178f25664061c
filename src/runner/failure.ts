import { ReleaseError } from '../domain/errors/errors.ts';
import { errorRecordOf } from '../domain/report/error-record.ts';
import { inputProblemText } from '../domain/report/input-problem.ts';
import type { View } from '../domain/report/render.ts';
import { type ActionName, newReport, type Report } from '../domain/report/report.ts';
import type { Finished } from './action.ts';
import type { Context } from './context.ts';

/** The end of an action that threw: its report says what went wrong. */
export function failed<Name extends ActionName>(
  name: Name,
  error: unknown,
  { inputs, log, secrets }: Pick<Context, 'inputs' | 'log' | 'secrets'>,
): Finished<Name> {
  const report = newReport(name);
  const record = errorRecordOf(error, secrets.redact);
  report.inputs = inputs.given;
  report.errors.push(record);
  report.reason = record.what;
  if (error instanceof ReleaseError) {
    Object.assign(report.evidence, error.evidence);
    report.findings = error.findings ?? [];
  }
  const { problems } = report.evidence;
  if (problems && problems.length > 1) {
    // The annotation holds all problems in one line, so the log gives each problem its own line.
    for (const problem of problems) log.line(`✗ ${inputProblemText(problem)}`);
    report.reason = `${problems.length} inputs are wrong: ${problems.map(({ inputs: names }) => names.join(' and ')).join(', ')}.`;
  }
  if (record.code === 'cancelled') report.outcome = 'cancelled';
  if (record.code === 'internal' && error instanceof Error)
    for (const line of (error.stack ?? '').split('\n')) log.debug(line);
  return { report, view: () => viewOf(report) };
}

/** A login can fail in any action, and then the summary needs the claims of the token. */
async function viewOf(report: Report): Promise<View> {
  if (!report.evidence.login) return {};
  return { sections: [(await import('../domain/summary/login/section.ts')).loginSection] };
}
