import { createAwsClient } from '../../aws/client.ts';
import { AwsSession, type AwsWorld } from '../../aws/session.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliObjective, SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { minutesOf } from '../minutes/reader.ts';
import { minuteSource } from '../minutes/source.ts';
import { windowOf } from '../minutes/window.ts';
import { type Counters, countersOf, type Selection } from './counters.ts';
import { createReadSums } from './metric-data.ts';
import { absentCounter, counterExists, createReadMinutes } from './reader.ts';

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

/**
 * Counts requests from the metrics of AWS, for a service that its users reach through AWS. The counters belong to the endpoint in front
 * of it, so they know no revision: the source can judge a release that shifts all users at once.
 */
export function createCloudWatch({ settings, world, log, random }: CloudWatchOptions): SliSource {
  const { clock } = world;
  const { selection, region, role, delayMs } = settings;
  const session = new AwsSession(world, region, role);
  const read = createReadSums(createAwsClient(world, session, region), role);
  const existing = { known: false };
  const counters = ({ clientErrors }: Pick<SliObjective, 'clientErrors'>): Counters =>
    countersOf(selection, clientErrors);
  const { parts, patiently } = minuteSource({
    source: 'cloudwatch',
    naming: {
      title: 'CloudWatch',
      delayInput: 'cloudwatch_delay',
      correct: 'name the dimensions that all counters have',
    },
    clock,
    log,
    random,
    delayMs,
    note: 'CloudWatch was read more rarely at times, because other tools use the same quota of GetMetricData.',
    read: createReadMinutes({ read, clock, countersOf: counters, existing }),
    probe: (_service, window, signal) => read([counters({}).total], window, signal),
  });
  return {
    ...parts,
    isWhole: true,
    async inspect(_query, _from, _to, signal) {
      const { total } = counters({});
      const exists = await patiently(() => counterExists({ read, clock, existing }, total, signal), signal);
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
        const points = await patiently(() => read([total, ...bad], window, signal), signal);
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
