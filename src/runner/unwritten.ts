import { messageOf } from '../domain/errors/errors.ts';

/**
 * The results of a step that could not be written, for instance because the disk is full. One of them does not keep the
 * others from being written, and none costs the verdict in the log.
 */
export class Unwritten {
  readonly #told = new Map<string, string>();
  readonly #missed = new Map<string, string>();

  /** Writes what people read. If that fails, the verdict still decides how the step ends. */
  tell<T>(what: string, write: () => T): T | undefined {
    return this.#attempt(this.#told, what, write);
  }

  /** Writes what later steps read. If that fails, the step fails, because they would read nothing and take it for a value. */
  pass<T>(what: string, write: () => T): T | undefined {
    return this.#attempt(this.#missed, what, write);
  }

  get failsStep(): boolean {
    return this.#missed.size > 0;
  }

  /** One sentence for each of the two kinds. */
  sentences(): string[] {
    const told = list(this.#told);
    const missed = list(this.#missed);
    return [
      ...(told ? [`Could not be written: ${told}.`] : []),
      ...(missed
        ? [`This step counts as failed, because its result could not be written for later steps: ${missed}.`]
        : []),
    ];
  }

  #attempt<T>(failures: Map<string, string>, what: string, write: () => T): T | undefined {
    try {
      return write();
    } catch (error) {
      failures.set(what, messageOf(error));
      return undefined;
    }
  }
}

/** What the system said, without the call and the path: several files often fail for one reason. */
const kindOf = (reason: string) => reason.replace(/, \w+( '.*)?$/, '');

/** `the report, the file of sarif (ENOSPC: no space left on device, write)`: a reason is named once, with its first path. */
function list(failures: ReadonlyMap<string, string>): string {
  const kinds = new Map<string, { reason: string; what: string[] }>();
  for (const [what, reason] of failures) {
    const known = kinds.get(kindOf(reason));
    if (known) known.what.push(what);
    else kinds.set(kindOf(reason), { reason, what: [what] });
  }
  return [...kinds.values()].map(({ reason, what }) => `${what.join(', ')} (${reason})`).join('; ');
}
