import { ReleaseError } from '../../domain/errors/errors.ts';
import { errorRecordOf } from '../../domain/report/error-record.ts';
import type { InputProblem } from '../../domain/report/input-problem.ts';
import { explainError } from '../../runner/explain-errors.ts';
import type { ExitCode } from '../verb.ts';
import { errorText } from './report.ts';
import type { Terminal } from './terminal.ts';

/** Says why a verb could not do its work: on standard error, and with --json as the document too. */
export async function tellFailure(
  error: unknown,
  terminal: Terminal,
  redact: (text: string) => string,
): Promise<ExitCode> {
  const record = errorRecordOf(error, redact);
  await explainError(record, {});
  const { problems } =
    error instanceof ReleaseError
      ? ((error.evidence as { problems?: InputProblem[] } | undefined) ?? {})
      : {};
  const text = errorText(record, problems, { ...terminal, style: terminal.noteStyle });
  terminal.note(redact(text));
  if (record.code === 'internal' && error instanceof Error && terminal.verbose)
    terminal.note(redact(error.stack ?? ''));
  if (terminal.json) terminal.print(redact(JSON.stringify({ error: record }, null, 2)));
  return record.code === 'cancelled' ? 130 : 2;
}
