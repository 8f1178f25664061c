import { createAwsClient } from '../../aws/client.ts';
import { AwsSession, type AwsWorld } from '../../aws/session.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliObjective, SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { minutesOf } from '../minutes/reader.ts';
import { minuteSource } from '../minutes/source.ts';
import { windowOf } from '../minutes/window.ts';
import { type Counters, countersOf, metricsOf, pointsOf, type Selection, selectionsOf } from './counters.ts';
import { createReadSums } from './metric-data.ts';
import { absentCounter, counterExists, createReadMinutes } from './reader.ts';

export interface CloudWatchSettings {
  /** What counts the requests for objectives that do not say it themselves. */
  selection: Selection | undefined;
  region: string;
  /** The role to assume with GitHub's token. Undefined: the keys of an earlier step. */
  role: string | undefined;
  /** Milliseconds after the end of a minute at which it is counted. */
  delayMs: number;
}

export interface CloudWatchOptions {
  settings: CloudWatchSettings;
  world: AwsWorld;
  /** Those of them that name their counters in the SLO file. */
  objectives?: readonly Objective[] | undefined;
  log?: Log | undefined;
  /** Number from 0 to 1, for the pauses after a refusal. Tests fix it. */
  random?: () => number;
}

/**
 * Counts requests from the metrics of AWS, for a service that its users reach through AWS. The counters belong to the endpoint in front
 * of it, so they know no revision: the source can judge a release that shifts all users at once.
 */
export function createCloudWatch({
  settings,
  world,
  objectives = [],
  log,
  random,
}: CloudWatchOptions): SliSource {
  const { clock } = world;
  const { selection, region, role, delayMs } = settings;
  const session = new AwsSession(world, region, role);
  const read = createReadSums(createAwsClient(world, session, region), role);
  const existing = new Set<string>();
  const selections = selectionsOf(objectives);
  const counters = ({ id, clientErrors }: Pick<SliObjective, 'id' | 'clientErrors'>): Counters => {
    const own = selections.get(id) ?? selection;
    if (own) return countersOf(own, clientErrors);
    throw new CountsUnusable({
      what: `The objective ${id} does not say what counts the requests in AWS.`,
      fix: 'Set cloudwatch_counts and cloudwatch_dimensions, or name them in the SLO file.',
    });
  };
  const isLambda = [selection, ...selections.values()].some((one) => one?.family === 'lambda');
  // Any of them shows whether CloudWatch answers at all.
  const [some = { id: '' }] = objectives;
  const { parts, patiently } = minuteSource({
    source: 'cloudwatch',
    naming: {
      title: 'CloudWatch',
      delayInput: 'cloudwatch_delay',
      correct: 'name the dimensions that all counters have',
    },
    about: `It counts the whole service, and a request in the minute in which it ended${isLambda ? ', with Lambda in that in which it began' : ''}.`,
    clock,
    log,
    random,
    delayMs,
    note: 'CloudWatch was read more rarely at times, because other tools use the same quota of GetMetricData.',
    read: createReadMinutes({ read, clock, countersOf: counters, existing }),
    probe: (_service, window, signal) => read([counters(some).total], window, signal),
  });
  return {
    ...parts,
    isWhole: true,
    async inspect(query, _from, _to, signal) {
      for (const objective of query.objectives) {
        const { total } = counters(objective);
        const exists = await patiently(() => counterExists({ read, clock, existing }, total, signal), signal);
        // Nothing was changed yet, so what never had a point stops here.
        if (!exists) throw new CountsUnusable(absentCounter(total));
      }
      return [];
    },
    async total(query, from, to, signal) {
      const totals: SliTotals = {};
      const window = windowOf(from, Math.min(to, clock.now() - delayMs));
      if (!window) return totals;
      for (const objective of query.objectives) {
        const own = counters(objective);
        const points = await patiently(() => read(metricsOf(own), window, signal), signal);
        const sum = { total: 0, bad: 0 };
        const counted = pointsOf(own, points);
        for (const minute of minutesOf(counted)) {
          sum.total += minute.total;
          sum.bad += Math.min(minute.bad, minute.total);
        }
        // Calls that Lambda throttled are not in its counter of all calls.
        if ((counted[0]?.length ?? 0) > 0) totals[objective.id] = sum;
      }
      return totals;
    },
  };
}
