import type { Clock } from '../ports/clock.ts';

/** Milliseconds of the first pause, how much longer each next one is, and the longest one. */
export interface Pauses {
  first: number;
  factor: number;
  longest: number;
}

/**
 * Reads until `isDone`, with growing pauses. Returns the last value, which is not done if the deadline (milliseconds
 * since the epoch) came first. An error of `read` ends it.
 */
export async function readUntil<T>(
  clock: Clock,
  read: () => Promise<T>,
  isDone: (value: T) => boolean,
  pauses: Pauses,
  { deadline, signal }: { deadline: number; signal?: AbortSignal | undefined },
): Promise<T> {
  for (let pause = pauses.first; ; pause = Math.min(pauses.longest, pause * pauses.factor)) {
    const value = await read();
    if (isDone(value) || clock.steady() + pause >= deadline) return value;
    await clock.sleep(pause, signal);
  }
}
