export interface LogTail {
  lines: string[];
  /** Why the log could not be read. A missing permission is a value, because a log only helps to explain a failure. */
  unreadable?: string | undefined;
}

/** Removes secrets and personal details from a line that a container wrote. */
export type CleanLine = (line: string) => string;

export interface BuildLogs {
  /** The last lines of a build's log. */
  tail(
    project: string,
    location: string,
    build: string,
    lines: number,
    signal?: AbortSignal,
  ): Promise<LogTail>;
  /** The last lines that a revision wrote to its standard output and error. */
  revision?(
    project: string,
    location: string,
    revision: string,
    lines: number,
    signal?: AbortSignal,
  ): Promise<LogTail>;
}
