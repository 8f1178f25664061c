import { ReleaseError } from '../../domain/errors/errors.ts';
import type { ReleaseRun } from './run.ts';

/** Asks something that must not take long. A signal that has ended the release does not stop it: what is taken back depends on the answer. */
export async function shortly<T>(
  { ports }: Pick<ReleaseRun, 'ports'>,
  milliseconds: number,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const late = new ReleaseError('deadline-exceeded', { what: 'The function could not be read in time.' });
  const timer = ports.clock.sleep(milliseconds, over.signal).then(
    () => over.abort(late),
    () => undefined,
  );
  try {
    return await ask(over.signal);
  } finally {
    over.abort(late);
    await timer;
  }
}
