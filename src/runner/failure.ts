import { defaultsOf } from '../domain/errors/catalog.ts';
import { messageOf, ReleaseError } from '../domain/errors/errors.ts';
import { inputProblemText } from '../domain/report/input-problem.ts';
import type { View } from '../domain/report/render.ts';
import { type ActionName, type ErrorRecord, newReport, type Report } from '../domain/report/report.ts';
import type { Finished } from './action.ts';
import type { Context } from './context.ts';

function recordOf(error: unknown, redact: (text: string) => string): ErrorRecord {
  const known = error instanceof ReleaseError ? error : undefined;
  const { why, fix, commands }: Pick<ErrorRecord, 'why' | 'fix' | 'commands'> =
    known ?? defaultsOf('internal');
  const record: ErrorRecord = {
    code: known?.code ?? 'internal',
    what: redact(known?.what ?? messageOf(error)),
    why,
    fix,
    commands,
  };
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause !== undefined) record.cause = redact(messageOf(cause));
  return record;
}

/** The end of an action that threw: its report says what went wrong. */
export function failed<Name extends ActionName>(
  name: Name,
  error: unknown,
  { inputs, log, secrets }: Pick<Context, 'inputs' | 'log' | 'secrets'>,
): Finished<Name> {
  const report = newReport(name);
  const record = recordOf(error, secrets.redact);
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
