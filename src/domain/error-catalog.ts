/**
 * Every error code, with what is said where the call site knows no better. `docs/errors.md` is generated from
 * this table. Codes are stable: they are part of the report.
 */
interface Entry {
  title: string;
  why: string | undefined;
  fix: string | undefined;
}

const entry = (title: string, why?: string, fix?: string): Entry => ({ title, why, fix });

export const catalog = {
  'input-invalid': entry('One or more inputs are wrong', undefined, 'Correct the inputs named above.'),
  internal: entry(
    'A bug in these actions',
    'This is a bug in Guarded Release, not in your workflow.',
    'Please open an issue with this log.',
  ),
  cancelled: entry('The run was cancelled', 'The runner sent a signal to stop.'),
  'deadline-exceeded': entry('A wait reached its deadline'),
  'network-failed': entry(
    'A server could not be reached',
    'The connection failed before an answer arrived.',
    'Check the network of the runner, then run the job again.',
  ),
  'response-too-large': entry('An answer was larger than allowed'),
  'response-malformed': entry(
    'An answer could not be read',
    'The server sent something that is not what its API documents.',
  ),
  'redirect-refused': entry(
    'A redirect was refused',
    'Redirects are not followed, so that a token never reaches another host.',
  ),
  'remote-error': entry('A Google Cloud API answered with an error'),
  'permission-denied': entry('A permission is missing'),
  'not-found': entry('Something does not exist'),
  'endpoint-refused': entry('An endpoint was refused', 'Only https endpoints may receive a token.'),
} as const satisfies Record<string, Entry>;
