import { isRevisionOf } from '../../domain/data/revision-name.ts';
import { type ErrorParts, ReleaseError } from '../../domain/errors/errors.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import type { SliObjective, SliQuery, SliTotals } from '../../steps/ports/sli.ts';
import { type MinuteAnswer, minutesOf } from '../minutes/reader.ts';
import type { Point, Window } from '../minutes/window.ts';
import { type CountQuery, forAll, forRevision } from './query.ts';
import type { ReadCounts, Series } from './timeseries.ts';

/** The counts of one objective. */
export interface CountPair {
  total: CountQuery;
  bad: CountQuery;
}

export interface CountAccess {
  read: ReadCounts;
  clock: Clock;
  pairOf(objective: SliObjective): CountPair;
  /** The count of bad requests may be absent until the first one. */
  badOptional: boolean;
}

/** A count without a point in these days does not exist. */
const existsDays = 30;
const dayMs = 86_400_000;

const pointsOf = (series: readonly Series[]): Point[] => series.flatMap(({ points }) => points);

/** Reads minutes and totals of the counts of all objectives, and knows which counts exist. */
export class DatadogCounts {
  readonly #access: CountAccess;
  /** Queries that have had a point. */
  readonly #existing = new Set<string>();

  constructor(access: CountAccess) {
    this.#access = access;
  }

  /** The minutes of each objective and revision, all from one answer. */
  async minutes(query: SliQuery, window: Window, signal?: AbortSignal): Promise<MinuteAnswer[]> {
    const jobs = query.objectives.flatMap((objective) => {
      const pair = this.#access.pairOf(objective);
      const revisions = pair.total.tag === undefined ? [''] : query.revisions;
      return revisions.map((revision) => ({ objective: objective.id, revision, pair }));
    });
    const texts = jobs.flatMap(({ pair, revision }) =>
      [pair.total, pair.bad].map((count) => forRevision(count, query.service, revision)),
    );
    const answers = await this.#access.read(texts, window, signal);
    const all = jobs.map(({ objective, revision, pair }, n) => {
      const total = pointsOf(answers[2 * n] ?? []);
      const bad = pointsOf(answers[2 * n + 1] ?? []);
      if (total.length > 0) this.#existing.add(keyOf(pair.total));
      if (bad.length > 0) this.#existing.add(keyOf(pair.bad));
      return { objective, revision, pair, total, bad };
    });
    for (const { pair, total } of all) {
      await this.#require(pair.total, query.service, signal);
      // Until there is a request, nothing can be missing.
      if (total.length > 0 && !this.#access.badOptional) await this.#require(pair.bad, query.service, signal);
    }
    return all.map(({ objective, revision, total, bad }) => ({
      objective,
      revision,
      minutes: minutesOf([total, bad]),
    }));
  }

  async #require(count: CountQuery, service: string, signal?: AbortSignal): Promise<void> {
    if (this.#existing.has(keyOf(count))) return;
    if ((await this.#everSeen(count, service, signal)).length === 0)
      throw new ReleaseError('counts-unusable', this.#absent(count, service));
  }

  /** The series that the count has had in the last days. Datadog answers a wrong name with nothing, which is not the number 0. */
  async #everSeen(count: CountQuery, service: string, signal?: AbortSignal): Promise<Series[]> {
    const to = Math.floor(this.#access.clock.now() / dayMs + 1) * dayMs;
    const window = { from: to - (existsDays + 1) * dayMs, to, periodSeconds: 86_400 };
    const [series = []] = await this.#access.read([forAll(count, service)], window, signal);
    const seen = series.filter(({ points }) => points.length > 0);
    if (seen.length > 0) this.#existing.add(keyOf(count));
    return seen;
  }

  #absent(count: CountQuery, service: string): ErrorParts {
    return {
      what: `Datadog has no point of ${forAll(count, service)} in the last ${existsDays} days.`,
      why: 'A name, a tag or the site is wrong, or nobody has sent such a request. Datadog answers all of these in the same way.',
      fix: 'Try it in the Metrics Explorer of Datadog. If the service has had no bad request yet, set datadog_bad_optional: true. If the service is new, send it one request.',
    };
  }

  /** The first look, before anything is changed. Throws if a count does not exist, or does not name revisions of the service. */
  async inspect(
    { service, objectives }: Pick<SliQuery, 'service' | 'objectives'>,
    signal?: AbortSignal,
  ): Promise<void> {
    for (const objective of objectives) {
      const { total, bad } = this.#access.pairOf(objective);
      const seen = await this.#everSeen(total, service, signal);
      if (seen.length === 0) throw new CountsUnusable(this.#absent(total, service));
      if (total.tag !== undefined) requireRevisions(total.tag, service, seen);
      if (!this.#access.badOptional && (await this.#everSeen(bad, service, signal)).length === 0)
        throw new CountsUnusable(this.#absent(bad, service));
    }
  }

  /** The totals of a window. A count without a point is no total. */
  async totals(
    {
      service,
      objectives,
      except = [],
    }: Pick<SliQuery, 'service' | 'objectives'> & { except?: readonly string[] | undefined },
    window: Window,
    signal?: AbortSignal,
  ): Promise<SliTotals> {
    const totals: SliTotals = {};
    const pairs = objectives.map((objective) => ({ id: objective.id, ...this.#access.pairOf(objective) }));
    const answers = await this.#access.read(
      pairs.flatMap(({ total, bad }) => [forAll(total, service), forAll(bad, service)]),
      window,
      signal,
    );
    for (const [n, { id, total, bad }] of pairs.entries()) {
      const counted = ({ tag }: CountQuery, series: readonly Series[] = []) =>
        pointsOf(
          series.filter(
            ({ tags }) =>
              tag === undefined ||
              (valuesOf(tag, tags).some((name) => isRevisionOf(service, name)) &&
                !except.some((revision) => tags.includes(`${tag}:${revision}`))),
          ),
        );
      const points = counted(total, answers[2 * n]);
      if (points.length === 0) continue;
      const sum = { total: 0, bad: 0 };
      for (const minute of minutesOf([points, counted(bad, answers[2 * n + 1])])) {
        sum.total += minute.total;
        sum.bad += Math.min(minute.bad, minute.total);
      }
      totals[id] = sum;
    }
    return totals;
  }
}

const valuesOf = (tag: string, tags: readonly string[]): string[] =>
  tags.filter((text) => text.startsWith(`${tag}:`)).map((text) => text.slice(tag.length + 1));

const keyOf = (count: CountQuery) => forAll(count, '$service');

/** A tag can exist and hold something else than revisions, such as a version number. Then a release would see no request of its own. */
function requireRevisions(tag: string, service: string, seen: readonly Series[]): void {
  const values = seen.flatMap(({ tags }) => valuesOf(tag, tags));
  if (values.some((name) => isRevisionOf(service, name))) return;
  const shown = values.slice(0, 5).join(', ').slice(0, 200) || 'nothing';
  throw new CountsUnusable({
    what: `The tag ${tag} holds no revision of ${service}. Its values: ${shown}.`,
    why: 'A revision of Cloud Run is told apart by its name, which the container finds in K_REVISION.',
    fix: `Let the service send ${tag}:$K_REVISION${tag === 'version' ? ' (set DD_VERSION to the value of K_REVISION before the tracer starts)' : ''}, or count the whole service with canary: 100.`,
  });
}
