import { type ErrorParts, ReleaseError } from '../../domain/errors/errors.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import type { SliQuery, SliTotals } from '../../steps/ports/sli.ts';
import { type MinuteAnswer, minutesOf } from '../minutes/reader.ts';
import type { Point, Window } from '../minutes/window.ts';
import type { Nrql } from './nerdgraph.ts';
import { applicationOf, type CountQuery, forAll, forRevision } from './query.ts';
import { readNumber, readSteps } from './rows.ts';
import { coarseSeconds, requireWhole } from './sampling.ts';

export interface CountPair {
  total: CountQuery;
  bad: CountQuery;
}

export interface CountAccess {
  nrql: Nrql;
  clock: Clock;
  pairOf(objective: { id: string }): CountPair;
  /** The count of bad requests may be 0 since ever. */
  badOptional: boolean;
  /** Events that one agent keeps a minute. */
  reservoir: number;
}

/** A count that is 0 over these days is taken for one that does not exist. New Relic keeps most events for eight days. */
const existsDays = 7;
const dayMs = 86_400_000;

/** Reads minutes and totals, and knows which counts exist. */
export class NewRelicCounts {
  readonly #access: CountAccess;
  /** Counts that have been more than 0. */
  readonly #existing = new Set<string>();

  constructor(access: CountAccess) {
    this.#access = access;
  }

  /** The minutes of each objective and revision. Objectives with the same counts share the answers. */
  async minutes(
    { objectives, revisions, service }: SliQuery,
    window: Window,
    signal?: AbortSignal,
  ): Promise<MinuteAnswer[]> {
    const { nrql, pairOf, badOptional, reservoir } = this.#access;
    const known = new Map<string, Point[]>();
    // One after the other: an account should run few queries at a time.
    const read = async (count: CountQuery, revision: string): Promise<Point[]> => {
      const text = forRevision(count, service, revision);
      const points = known.get(text) ?? (await readSteps(nrql, text, window, signal));
      known.set(text, points);
      if (points.some(({ sum }) => sum > 0)) this.#existing.add(forAll(count, service));
      return points;
    };
    const answers: MinuteAnswer[] = [];
    const checked = new Set<string>();
    for (const objective of objectives) {
      const pair = pairOf(objective);
      for (const count of [pair.total, pair.bad]) {
        const events = `${count.from} ${applicationOf(count)}`;
        if (!checked.has(events)) await requireWhole(nrql, count, service, { reservoir, window, signal });
        checked.add(events);
      }
      let isUsed = false;
      for (const revision of pair.total.attribute === undefined ? [''] : revisions) {
        const points = [await read(pair.total, revision), await read(pair.bad, revision)];
        const minutes = minutesOf(points).filter(({ total, bad }) => total > 0 || bad > 0);
        isUsed ||= minutes.some(({ total }) => total > 0);
        answers.push({ objective: objective.id, revision, minutes });
      }
      await this.#require(pair.total, service, signal);
      if (isUsed && !badOptional) await this.#require(pair.bad, service, signal);
    }
    return answers;
  }

  async #require(count: CountQuery, service: string, signal?: AbortSignal): Promise<void> {
    if (!(await this.exists(count, service, signal)))
      throw new ReleaseError('counts-unusable', absent(count, service));
  }

  /** False if the count has always been 0. New Relic answers a wrong name with 0, which is no number of requests. */
  async exists(count: CountQuery, service: string, signal?: AbortSignal): Promise<boolean> {
    const text = forAll(count, service);
    if (this.#existing.has(text)) return true;
    const to = this.#access.clock.now();
    const window = { from: to - existsDays * dayMs, to };
    if ((await readNumber(this.#access.nrql, text, window, signal)) === 0) return false;
    this.#existing.add(text);
    return true;
  }

  /** The first look, before anything is changed. Throws if a count has always been 0. */
  async inspect(
    { service, objectives }: Pick<SliQuery, 'service' | 'objectives'>,
    signal?: AbortSignal,
  ): Promise<void> {
    const { pairOf, badOptional } = this.#access;
    for (const { total, bad } of objectives.map(pairOf))
      for (const count of badOptional ? [total] : [total, bad])
        if (!(await this.exists(count, service, signal))) throw new CountsUnusable(absent(count, service));
  }

  /** The totals of a window. No request at all is no total, because a wrong name looks the same. */
  async totals(
    {
      service,
      objectives,
      except,
    }: Pick<SliQuery, 'service' | 'objectives'> & { except?: readonly string[] | undefined },
    window: Pick<Window, 'from' | 'to'>,
    signal?: AbortSignal,
  ): Promise<SliTotals> {
    const { nrql, pairOf, reservoir } = this.#access;
    const stepSeconds = coarseSeconds(window);
    const checked = new Set<string>();
    const sumOf = (count: CountQuery) => readNumber(nrql, forAll(count, service, except), window, signal);
    const totals: SliTotals = {};
    for (const objective of objectives) {
      const pair = pairOf(objective);
      for (const count of [pair.total, pair.bad]) {
        const events = `${count.from} ${applicationOf(count)}`;
        if (!checked.has(events))
          await requireWhole(nrql, count, service, { reservoir, window, stepSeconds, signal });
        checked.add(events);
      }
      const total = await sumOf(pair.total);
      if (total > 0) totals[objective.id] = { total, bad: Math.min(total, await sumOf(pair.bad)) };
    }
    return totals;
  }
}

const absent = (count: CountQuery, service: string): ErrorParts => ({
  what: `In New Relic ${forAll(count, service)} was 0 for the last ${existsDays} days.`,
  why: 'A name is wrong, the attribute does not hold the name of the revision (K_REVISION), or nobody has sent such a request. New Relic answers all of these with 0.',
  fix: 'Try it in the query builder of New Relic. If the service has had no bad request yet, set newrelic_bad_optional: true. If the service is new, send it one request.',
});
