import type { PreflightCaller, PreflightSources } from '../ports/preflight.ts';

/**
 * Counts the calls of a preflight, and the longest chain of them: a call is one deeper than the deepest call that had
 * ended when it began.
 */
export class Calls {
  count = 0;
  depth = 0;
  #ended = 0;
  readonly sources: PreflightSources;
  readonly caller: PreflightCaller;

  constructor(sources: PreflightSources, caller: PreflightCaller) {
    const counted =
      <A extends unknown[], R>(call: (...given: A) => Promise<R>) =>
      async (...given: A): Promise<R> => {
        this.count += 1;
        const level = this.#ended + 1;
        this.depth = Math.max(this.depth, level);
        try {
          return await call(...given);
        } finally {
          this.#ended = Math.max(this.#ended, level);
        }
      };
    this.caller = {
      idToken: counted(caller.idToken),
      accessToken: counted(caller.accessToken),
      call: counted(caller.call),
    };
    this.sources = {
      describe: counted(sources.describe),
      held: counted(sources.held),
      disabled: counted(sources.disabled),
      regionsOf: counted(sources.regionsOf),
      image: counted(sources.image),
      projectNumber: counted(sources.projectNumber),
      readersOf: counted(sources.readersOf),
    };
  }
}
