/**
 * The log of a job can go away: its reader ends (EPIPE), or the disk behind it is full (ENOSPC). Node then ends the process, which could
 * leave traffic between two revisions. From now on a line that cannot be written is lost, and the work goes on to its end.
 */
export function keepRunningWithoutLog(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {});
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    // A file or a device is written at once, and then the error is thrown instead of emitted.
    stream.write = (...args: unknown[]) => {
      try {
        return write(...args);
      } catch {
        return false;
      }
    };
  }
}
