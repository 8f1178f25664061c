import { defaultsOf } from '../errors/catalog.ts';
import { messageOf, ReleaseError } from '../errors/errors.ts';
import type { FailureFacts } from '../errors/facts.ts';
import type { ErrorRecord } from './report.ts';

/** What a report keeps of a thrown value. Only a `ReleaseError` was thrown on purpose; anything else is a bug. */
export function errorRecordOf(error: unknown, redact = (text: string) => text): ErrorRecord {
  const known = error instanceof ReleaseError ? error : undefined;
  const code = known?.code ?? (isOfSystem(error) ? 'runner-file' : 'internal');
  const { why, fix, commands }: Pick<ErrorRecord, 'why' | 'fix' | 'commands'> = known ?? defaultsOf(code);
  const record: ErrorRecord = {
    code,
    what: redact(
      known?.what ??
        (code === 'runner-file' ? `The runner refused a file: ${messageOf(error)}.` : messageOf(error)),
    ),
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

/** A call of the file system failed. Its message has the reason, and the path if the call had one. */
const isOfSystem = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  'syscall' in error &&
  /^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|ENOENT|EEXIST|ENOTDIR|EISDIR|EIO|EMFILE|ENFILE|ENXIO|EFBIG|ENAMETOOLONG|ELOOP)$/.test(
    String(error.code),
  ) &&
  /^(open|read|write|close|mkdir|mkdtemp|unlink|rm|rmdir|rename|chmod|stat|lstat|fstat|scandir|realpath|access|ftruncate|fsync|copyfile)$/.test(
    String(error.syscall),
  );

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
