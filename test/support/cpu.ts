/**
 * Milliseconds of processor time that a piece of work takes. A bound on it holds on a busy machine too, where the time of
 * the clock also counts what other processes do.
 */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
