import { defaultsOf } from '../errors/catalog.ts';
import { messageOf, ReleaseError } from '../errors/errors.ts';
import type { FailureFacts } from '../errors/facts.ts';
import type { ErrorRecord } from './report.ts';

/** What a report keeps of a thrown value. Only a `ReleaseError` was thrown on purpose; anything else is a bug. */
export function errorRecordOf(error: unknown, redact = (text: string) => text): ErrorRecord {
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
  const facts = known && factsOf(known);
  if (facts) record.facts = facts;
  return record;
}

/**
 * The facts that explain an error. An error whose author wrote a repair for it needs none. An error that wraps a call is
 * explained by that call.
 */
function factsOf(error: ReleaseError): FailureFacts | undefined {
  if (error.facts) return error.facts;
  if (error.code === 'network-failed') return { kind: 'network', status: 0, message: messageOf(error) };
  if (error.commands?.length || error.fix) return undefined;
  const { cause } = error;
  return cause instanceof ReleaseError ? factsOf(cause) : undefined;
}
