import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliReader, SliSource } from '../../steps/ports/sli.ts';
import { CallBudget } from '../quota/call-budget.ts';
import { type PatientRead, readTotal, requirePace } from '../quota/patient-read.ts';
import { PatientReader } from '../quota/patient-reader.ts';
import { minuteMs } from './book.ts';
import { type MinuteAccess, MinuteReader } from './reader.ts';
import type { Window } from './window.ts';

/** A look asks only if a new minute may be counted, so this limit is hardly ever met. */
const looksPerMinute = 30;
const slowest = 1;

export interface MinuteSystem extends MinuteAccess {
  log?: Log | undefined;
  /** Number from 0 to 1, for the pauses after a refusal. Tests fix it. */
  random?: (() => number) | undefined;
  /** What to say of a watch that had to wait for a quota. */
  note: string;
  /** Reads one minute, to try whether the system answers at all. */
  probe(service: string, window: Window, signal?: AbortSignal): Promise<unknown>;
}

/** The parts of a source that every system with counts by the minute has, and how to read once with patience. */
export function minuteSource({ log, random, note, probe, ...access }: MinuteSystem): {
  parts: Pick<SliSource, 'name' | 'open' | 'ready'>;
  patiently<T>(read: () => Promise<T>, signal?: AbortSignal): Promise<T>;
} {
  const { clock, delayMs } = access;
  const budget = new CallBudget(clock, looksPerMinute, random, slowest);
  const patience = (signal?: AbortSignal): PatientRead & { clock: Clock } => ({ clock, budget, signal });
  return {
    parts: {
      name: access.source,
      open: (query): SliReader =>
        new PatientReader(new MinuteReader(query, access), {
          clock,
          budget,
          begin: {
            horizon: query.since,
            lagMs: delayMs,
            cursor: query.cursor ?? new Date(query.since).toISOString(),
            bucketMs: minuteMs,
          },
          note,
        }),
      async ready({ service }, signal) {
        const to = Math.floor(clock.now() / minuteMs) * minuteMs;
        await requirePace({ ...patience(signal), log }, () =>
          probe(service, { from: to - minuteMs, to, periodSeconds: 60 }, signal),
        );
      },
    },
    patiently: (read, signal) => readTotal(patience(signal), read),
  };
}
