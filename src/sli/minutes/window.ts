import { minuteMs } from './book.ts';

/** Milliseconds since the epoch: the first period, and the end of the last one. */
export interface Window {
  from: number;
  to: number;
  periodSeconds: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * The window of a total in whole periods: minutes for a short one, hours or days for a long one, because such systems keep minutes for some
 * days only, and give at most so many points. Undefined if no minute of it is over.
 */
export function windowOf(from: number, to: number): Window | undefined {
  const length = to - from;
  const periodMs =
    length <= 3 * hourMs ? minuteMs : length <= dayMs ? 5 * minuteMs : length <= 60 * dayMs ? hourMs : dayMs;
  const start = Math.floor(from / periodMs) * periodMs;
  const end = Math.floor(to / minuteMs) * minuteMs;
  return end > start ? { from: start, to: end, periodSeconds: periodMs / 1000 } : undefined;
}

/** Is this the start of one of the periods that were asked for? */
export const isOnGrid = (start: number, { from, periodSeconds }: Window): boolean =>
  (start - from) % (periodSeconds * 1000) === 0;

/** The sum of one counter in one period. */
export interface Point {
  /** Milliseconds since the epoch: the start of the period. */
  start: number;
  sum: number;
}
