import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { OutsideLogin } from '../../steps/ports/outside-login.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import { minuteMs } from '../minutes/book.ts';
import { pairFor } from '../minutes/inputs.ts';
import { minuteSource } from '../minutes/source.ts';
import { type CountPair, NewRelicCounts } from './counts.ts';
import { createNrql } from './nerdgraph.ts';
import { forAll, hasReservoir } from './query.ts';
import { newRelicBase, type RegionName } from './regions.ts';
import { readNumber } from './rows.ts';

export interface NewRelicSettings {
  region: RegionName;
  account: number;
  key: string;
  /** The counts of each objective, by its id. */
  pairs: ReadonlyMap<string, CountPair>;
  badOptional: boolean;
  reservoir: number;
  /** Milliseconds after the end of a minute at which it is counted. */
  delayMs: number;
}

export interface NewRelicOptions {
  settings: NewRelicSettings;
  world: OutsideLogin & { clock: Clock };
  log?: Log | undefined;
  /** Number from 0 to 1, for the pauses after a refusal. Tests fix it. */
  random?: () => number;
}

/** Counts requests by NRQL, by revision if the queries name one. */
export function createNewRelic({ settings, world, log, random }: NewRelicOptions): SliSource {
  const { clock, mask, userAgent } = world;
  const { region, account, key, pairs, badOptional, reservoir, delayMs } = settings;
  mask(key);
  const nrql = createNrql({ base: newRelicBase(region, world), region, account, key, clock, userAgent });
  const pairOf = (objective: { id: string }) => pairFor(pairs, objective);
  const counts = new NewRelicCounts({ nrql, clock, pairOf, badOptional, reservoir });
  const all = [...pairs.values()];
  const isWhole = all.some(({ total }) => total.attribute === undefined);
  const areEvents = all.every(({ total }) => hasReservoir(total));
  const { parts, patiently } = minuteSource({
    source: 'newrelic',
    naming: {
      title: 'New Relic',
      delayInput: 'newrelic_delay',
      correct: 'let both counts have the same conditions',
    },
    about: `It counts ${isWhole ? 'the whole service' : 'each revision by itself'}, and a request in the minute in which it ${areEvents ? 'began' : 'ended'}.`,
    clock,
    log,
    random,
    delayMs,
    // An agent adds up metrics over a minute of its own, which may begin in the minute before. Events have the time of their request.
    earlyMs: areEvents ? 0 : minuteMs,
    note: 'New Relic was read more rarely at times, because other tools use the same limit of queries.',
    read: (query, window, signal) => counts.minutes(query, window, signal),
    probe: async (service, window, signal) => {
      const [first] = all;
      return first && readNumber(nrql, forAll(first.total, service), window, signal);
    },
  });
  return {
    ...parts,
    ...(isWhole ? { isWhole } : {}),
    async inspect(query, _from, _to, signal) {
      await patiently(() => counts.inspect(query, signal), signal);
      return [];
    },
    async total(query, from, to, signal) {
      const end = Math.floor(Math.min(to, clock.now() - delayMs) / minuteMs) * minuteMs;
      return end > from ? patiently(() => counts.totals(query, { from, to: end }, signal), signal) : {};
    },
  };
}
