import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { OutsideLogin } from '../../steps/ports/outside-login.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import { pairFor } from '../minutes/inputs.ts';
import { minuteSource } from '../minutes/source.ts';
import { windowOf } from '../minutes/window.ts';
import { createDatadogApi } from './api.ts';
import { type CountPair, DatadogCounts } from './counts.ts';
import { type Credentials, loginOf } from './credentials.ts';
import { forAll } from './query.ts';
import { datadogBase, type SiteName } from './sites.ts';
import { createReadCounts } from './timeseries.ts';

export interface DatadogSettings {
  site: SiteName;
  credentials: Credentials;
  /** The counts of each objective, by its id. */
  pairs: ReadonlyMap<string, CountPair>;
  badOptional: boolean;
  /** Milliseconds after the end of a minute at which it is counted. */
  delayMs: number;
}

export interface DatadogOptions {
  settings: DatadogSettings;
  world: OutsideLogin & { clock: Clock };
  log?: Log | undefined;
  /** Number from 0 to 1, for the pauses after a refusal. Tests fix it. */
  random?: () => number;
}

/**
 * By the page on rollups, steps are aligned to the clock, and a point has the time at which its step begins. Users have read it as the
 * middle of the step. Under both readings no request of a step is older than this before the time of its point.
 */
const earlyMs = 30_000;

/** Counts requests from metrics of Datadog, by revision if the queries name one. A request is booked in the minute in which it ends. */
export function createDatadog({ settings, world, log, random }: DatadogOptions): SliSource {
  const { clock } = world;
  const { site, credentials, pairs, badOptional, delayMs } = settings;
  const client = { base: datadogBase(site, world), clock, userAgent: world.userAgent };
  const read = createReadCounts(createDatadogApi(client, loginOf(client, site, credentials, world)));
  const counts = new DatadogCounts({
    read,
    clock,
    pairOf: (objective) => pairFor(pairs, objective),
    badOptional,
  });
  const all = [...pairs.values()];
  const isWhole = all.some(({ total }) => total.tag === undefined);
  const { parts, patiently } = minuteSource({
    source: 'datadog',
    naming: {
      title: 'Datadog',
      delayInput: 'datadog_delay',
      correct: 'let both counts have the same tags',
    },
    about: `It counts ${isWhole ? 'the whole service' : 'each revision by itself'}, and a request in the minute in which it ended.`,
    clock,
    log,
    random,
    delayMs,
    earlyMs,
    note: 'Datadog was read more rarely at times, because other tools use the same limit of calls.',
    read: (query, window, signal) => counts.minutes(query, window, signal),
    probe: (service, window, signal) =>
      read(
        all.slice(0, 1).map(({ total }) => forAll(total, service)),
        window,
        signal,
      ),
  });
  return {
    ...parts,
    ...(isWhole ? { isWhole } : {}),
    async inspect(query, _from, _to, signal) {
      await patiently(() => counts.inspect(query, signal), signal);
      return [];
    },
    async total(query, from, to, signal) {
      const window = windowOf(from, Math.min(to, clock.now() - delayMs));
      return window ? patiently(() => counts.totals(query, window, signal), signal) : {};
    },
  };
}
