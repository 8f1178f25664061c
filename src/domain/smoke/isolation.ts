/** How far a local function is kept away from the processes of the job, which hold its tokens. */
export interface Isolation {
  /**
   * `namespace`: the function sees no process but its own. `user`: it runs as another user, which may not read the other processes.
   * `none`: it can read the environment of the other processes of the job.
   */
  method: 'namespace' | 'user' | 'none';
  /** Numeric id of the user that the function runs as. Undefined if the system has no such ids. */
  uid?: number | undefined;
  /** What each way of isolating ended with, if none of them works. */
  tried?: string[] | undefined;
  /** The user chose `isolation: none`. */
  chosen?: boolean | undefined;
}

/** What a process saw when it looked around in its own place, before the function starts there. */
export interface Surroundings {
  /** Other processes whose environment it could read. */
  readable: number;
  /** It holds no capability of Linux. */
  powerless: boolean;
  uid: number;
  /** It can list and enter the folder that the function starts in. */
  canRead: boolean;
}

/** Why the place does not isolate a function; undefined if it does. */
export function leakOf({ readable, powerless, canRead }: Surroundings): string | undefined {
  if (!canRead) return 'its user may not read the folder of the function';
  if (readable > 0)
    return `it can read the environment of ${readable} other ${readable === 1 ? 'process' : 'processes'}`;
  return powerless ? undefined : 'it keeps privileges of root';
}

/** The warning if a function is not isolated; undefined if it is. */
export function isolationSentence({ method, chosen }: Isolation): string | undefined {
  if (method !== 'none') return undefined;
  return `The local function is not isolated${chosen ? ' (isolation: none)' : ''}: it can read the tokens of this job in the memory and the environment of other processes. Run it only if you trust its code.`;
}

/** How the function is isolated, for the log. */
export const isolatedWords = ({ method, uid }: Isolation): string =>
  method === 'namespace'
    ? `It is isolated: it sees no process of this job (user ${uid}).`
    : `It is isolated: it runs as the user ${uid}, which cannot read the processes of this job.`;
