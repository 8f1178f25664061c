import { type Answers, addAnswers, clientRate, noAnswers } from './answers.ts';

/**
 * Answers of a revision that has all traffic, in stretches of time. Nothing stands beside it, so one caller's burst looks
 * like a fault of the release, and no bound exists. Therefore only a long row of stretches, each of which is mostly 4xx,
 * counts, and only if the time before was different. A burst comes on top of the usual requests, which are still
 * answered. So all other answers must have become rare as well.
 */
export interface Stretches {
  /** The stretch that has begun, and the second since the first shift at which it began. */
  open: Answers;
  since: number;
  /** The stretches in a row, up to the last complete one, that were mostly 4xx. */
  row: { stretches: number; seconds: number; total: number; client: number };
  /** All answers at this share, and when it began. */
  all: Answers;
  from: number;
}

/** A stretch lasts at least so long (three looks of 10 s, whatever their jitter), and longer if it would hold fewer requests. */
export const stretchSeconds = 25;
export const stretchRequests = 10;
/** A stretch is mostly 4xx above this fraction. */
const mostly = 0.5;
/** The row must have this many stretches and last this many seconds. */
export const rowStretches = 3;
export const rowSeconds = 140;
/** The time before must have had fewer 4xx by this fraction of all answers. */
export const jump = 0.25;

export const openStretches = (since: number): Stretches => ({
  open: { ...noAnswers },
  since,
  row: { stretches: 0, seconds: 0, total: 0, client: 0 },
  all: { ...noAnswers },
  from: since,
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
      // The stretch in which a burst begins may be only partly burst, so its time does not count.
      seconds: row.stretches === 0 && to.since > to.from ? 0 : row.seconds + seconds,
      total: row.total + open.total,
      client: row.client + open.client,
    });
  else Object.assign(row, { stretches: 0, seconds: 0, total: 0, client: 0 });
  to.open = { ...noAnswers };
  to.since = horizon;
}

/** The time before the candidate had all traffic. */
export interface Before {
  /** The fraction of 4xx. */
  rate: number;
  /** Other answers a second. Undefined if not known. */
  othersPerSecond: number | undefined;
}

/** Above this fraction of the other answers of the time before, the usual requests are still answered. */
const stillAnswered = 0.5;

function isHigh(counts: Pick<Answers, 'total' | 'client'>, seconds: number, before: Before): boolean {
  if (counts.total < stretchRequests || clientRate(counts) <= Math.max(mostly, before.rate + jump))
    return false;
  const usual = (before.othersPerSecond ?? 0) * seconds;
  return usual < stretchRequests || counts.total - counts.client < stillAnswered * usual;
}

/**
 * True if the row is complete. At the planned end a shorter row is enough if it fills half of the time at this share. Then
 * the stretch that has begun belongs to it.
 */
export function areMostlyClient(
  { row, open, since, from }: Stretches,
  before: Before,
  { ended, horizon }: { ended: boolean; horizon: number },
): boolean {
  if (row.stretches >= rowStretches && row.seconds >= rowSeconds && isHigh(row, row.seconds, before))
    return true;
  if (!ended || (open.total >= stretchRequests && clientRate(open) <= mostly)) return false;
  const seconds = row.seconds + (horizon - since);
  const all = { total: row.total + open.total, client: row.client + open.client };
  return seconds >= (horizon - from) / 2 && isHigh(all, seconds, before);
}

/** True if the newest answers are mostly 4xx, so that a row may be growing. Then it is too early for a pass. */
export const areRising = ({ row, open, since }: Stretches, horizon: number, before: Before): boolean =>
  isHigh(row, row.seconds, before) || isHigh(open, horizon - since, before);
