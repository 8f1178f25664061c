import { createAwsClient } from '../../aws/client.ts';
import { AwsSession, type AwsWorld } from '../../aws/session.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliObjective, SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { CallBudget } from '../quota/call-budget.ts';
import { readTotal, requirePace } from '../quota/patient-read.ts';
import { PatientReader } from '../quota/patient-reader.ts';
import { type Counters, countersOf, type Selection } from './counters.ts';
import { createReadSums, type Window } from './metric-data.ts';
import { minuteMs } from './minutes.ts';
import { absentCounter, CloudWatchReader, counterExists, minutesOf } from './reader.ts';

export interface CloudWatchSettings {
  selection: Selection;
  region: string;
  /** The role to assume with GitHub's token. Undefined: the keys of an earlier step. */
  role: string | undefined;
  /** Milliseconds after the end of a minute at which it is counted. */
  delayMs: number;
}

export interface CloudWatchOptions {
  settings: CloudWatchSettings;
  world: AwsWorld;
  log?: Log | undefined;
  /** Number from 0 to 1, for the pauses after a refusal. Tests fix it. */
  random?: () => number;
}

/** A look asks only if a new minute may be counted, so this limit is hardly ever met. */
const looksPerMinute = 30;
const slowest = 1;

/**
 * Counts requests from the metrics of AWS, for a service that its users reach through AWS. The counters belong to the endpoint in front
 * of it, so they know no revision: the source can judge a release that shifts all users at once.
 */
export function createCloudWatch({ settings, world, log, random }: CloudWatchOptions): SliSource {
  const { clock } = world;
  const { selection, region, role, delayMs } = settings;
  const session = new AwsSession(world, region, role);
  const read = createReadSums(createAwsClient(world, session, region), role);
  const budget = new CallBudget(clock, looksPerMinute, random, slowest);
  const existing = { known: false };
  const counters = ({ clientErrors }: Pick<SliObjective, 'clientErrors'>): Counters =>
    countersOf(selection, clientErrors);
  return {
    name: 'cloudwatch',
    isWhole: true,
    open: (query) =>
      new PatientReader(
        new CloudWatchReader(query, { read, clock, delayMs, countersOf: counters, existing }),
        {
          clock,
          budget,
          begin: {
            horizon: query.since,
            lagMs: delayMs,
            cursor: query.cursor ?? new Date(query.since).toISOString(),
            bucketMs: minuteMs,
          },
          note: 'CloudWatch was read more rarely at times, because other tools use the same quota of GetMetricData.',
        },
      ),
    async ready(_, signal) {
      const to = Math.floor(clock.now() / minuteMs) * minuteMs;
      const { total } = counters({});
      await requirePace({ clock, log, budget, signal }, () =>
        read([total], { from: to - minuteMs, to, periodSeconds: 60 }, signal),
      );
    },
    async inspect(_query, _from, _to, signal) {
      const { total } = counters({});
      const exists = await readTotal({ clock, budget, signal }, () =>
        counterExists({ read, clock, existing }, total, signal),
      );
      // Nothing was changed yet, so what never had a point stops here.
      if (!exists) throw new CountsUnusable(absentCounter(total));
      return [];
    },
    async total(query, from, to, signal) {
      const totals: SliTotals = {};
      const window = windowOf(from, Math.min(to, clock.now() - delayMs));
      if (!window) return totals;
      for (const objective of query.objectives) {
        const { total, bad } = counters(objective);
        const points = await readTotal({ clock, budget, signal }, () =>
          read([total, ...bad], window, signal),
        );
        const sum = { total: 0, bad: 0 };
        for (const minute of minutesOf(points)) {
          sum.total += minute.total;
          sum.bad += Math.min(minute.bad, minute.total);
        }
        if ((points[0]?.length ?? 0) > 0) totals[objective.id] = sum;
      }
      return totals;
    },
  };
}

const hourMs = 3_600_000;

/** Whole periods: minutes for a short window, hours for a long one, because minutes are kept for 15 days and five minutes for 63. */
function windowOf(from: number, to: number): Window | undefined {
  const periodMs = to - from <= 3 * hourMs ? minuteMs : to - from <= 24 * hourMs ? 5 * minuteMs : hourMs;
  const start = Math.floor(from / periodMs) * periodMs;
  const end = Math.floor(to / minuteMs) * minuteMs;
  return end > start ? { from: start, to: end, periodSeconds: periodMs / 1000 } : undefined;
}
