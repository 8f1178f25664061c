import { type Answers, addAnswers, clientRate, noAnswers } from './answers.ts';

/**
 * Answers of a revision that has all traffic, in stretches of time. Nothing stands beside it, so one caller's burst looks
 * like a fault of the release, and no bound exists. Therefore only a long row of stretches, each of which is mostly 4xx,
 * counts, and only if the time before was different.
 */
export interface Stretches {
  /** The stretch that has begun, and the second since the first shift at which it began. */
  open: Answers;
  since: number;
  /** The stretches in a row, up to the last complete one, that were mostly 4xx. */
  row: { stretches: number; seconds: number; total: number; client: number };
  /** All answers at this share. */
  all: Answers;
}

/** A stretch lasts so long, and longer if it would hold fewer requests. */
export const stretchSeconds = 30;
export const stretchRequests = 10;
/** A stretch is mostly 4xx above this fraction. */
const mostly = 0.5;
/** The row must have this many stretches and last this many seconds. */
export const rowStretches = 3;
export const rowSeconds = 150;
/** The time before must have had fewer 4xx by this fraction of all answers. */
export const jump = 0.25;

export const openStretches = (since: number): Stretches => ({
  open: { ...noAnswers },
  since,
  row: { stretches: 0, seconds: 0, total: 0, client: 0 },
  all: { ...noAnswers },
});

/** Books new answers. `horizon`: second since the first shift up to which everything was seen. Changes `to`. */
export function bookStretch(to: Stretches, horizon: number, more: Answers): void {
  addAnswers(to.open, more);
  addAnswers(to.all, more);
  const seconds = horizon - to.since;
  if (seconds < stretchSeconds || to.open.total < stretchRequests) return;
  const { row, open } = to;
  if (clientRate(open) > mostly)
    Object.assign(row, {
      stretches: row.stretches + 1,
      seconds: row.seconds + seconds,
      total: row.total + open.total,
      client: row.client + open.client,
    });
  else Object.assign(row, { stretches: 0, seconds: 0, total: 0, client: 0 });
  to.open = { ...noAnswers };
  to.since = horizon;
}

const isHigh = (counts: Pick<Answers, 'total' | 'client'>, before: number): boolean =>
  counts.total >= stretchRequests && clientRate(counts) > Math.max(mostly, before + jump);

/** True if the row is complete. At the planned end, most answers at this share are enough. `before`: rate of 4xx before. */
export function areMostlyClient({ row, all }: Stretches, before: number, ended: boolean): boolean {
  const whole = row.stretches >= rowStretches && row.seconds >= rowSeconds && isHigh(row, before);
  return whole || (ended && isHigh(all, before));
}

/** True if the newest answers are mostly 4xx, so that a row may be growing. Then it is too early for a pass. */
export const areRising = ({ row, open }: Stretches, before: number): boolean =>
  isHigh(row, before) || isHigh(open, before);
