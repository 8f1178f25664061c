import { type AnswerCount, clientErrorsId } from '../../src/domain/watch/clients/cells.ts';
import type { Failure } from '../../src/domain/watch/failures.ts';
import type { Clock } from '../../src/steps/ports/clock.ts';
import type {
  SliCount,
  SliQuery,
  SliReader,
  SliReading,
  SliSource,
  SliTotals,
} from '../../src/steps/ports/sli.ts';

/** Requests of a revision in the second that begins at `at` (milliseconds since the epoch). */
export type FakeTraffic = (
  revision: string,
  at: number,
) => { total: number; bad: number; client?: number | undefined };

export interface FakeSourceOptions {
  lagMs?: number;
  /** If this returns an error, the poll throws it. */
  failing?: (now: number) => Error | undefined;
  before?: SliTotals;
  /** The kind of failure that bad requests of that second have. */
  looks?: (at: number) => string;
  /** Reported in every reading: the fraction that was read, and the length of a bucket. */
  sampled?: number;
  bucketMs?: number;
}

/** A source whose traffic is a function of time. It shows each second once its lag is over. */
export function fakeSource(clock: Clock, traffic: FakeTraffic, options: FakeSourceOptions = {}): SliSource {
  const lagMs = options.lagMs ?? 2000;
  return {
    name: 'logs',
    total: async () => options.before ?? {},
    open(query: SliQuery): SliReader {
      const { sampled, bucketMs = 1 } = options;
      let from = query.cursor ? Number(query.cursor) : Math.ceil(query.since / bucketMs) * bucketMs;
      return {
        source: 'logs',
        async poll(marks): Promise<SliReading> {
          const failure = options.failing?.(clock.now());
          if (failure) throw failure;
          const counts: SliCount[] = [];
          const failures: Failure[] = [];
          const answers: AnswerCount[] = [];
          const seen = Math.floor((clock.now() - lagMs) / bucketMs) * bucketMs;
          for (; from + 1000 <= seen; from += 1000)
            for (const revision of query.revisions)
              for (const { id } of query.objectives) {
                const { total, bad, client } = traffic(revision, from);
                const span = marks.filter((mark) => mark <= from).length - 1;
                if (total > 0) counts.push({ revision, objective: id, span, total, bad });
                if (client !== undefined && id === query.objectives[0]?.id) {
                  answers.push({ revision, span, total, client, failed: bad });
                  failures.push({
                    revision,
                    objective: clientErrorsId,
                    what: 'HTTP 404 on GET /v1',
                    count: client,
                  });
                }
                if (bad > 0 && options.looks)
                  failures.push({ revision, objective: id, what: options.looks(from), count: bad });
              }
          return {
            counts,
            failures,
            ...(answers.length > 0 ? { answers } : {}),
            horizon: from,
            lagMs,
            cursor: String(from),
            notes: [],
            source: 'logs',
            sampled,
            bucketMs: options.bucketMs,
          };
        },
      };
    },
  };
}

/** Pseudo-random numbers in [0, 1) (mulberry32), so that a test sees the same traffic on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `rps` requests a second, each bad with the given chance. */
export function randomCounts(
  random: () => number,
  rps: number,
  rate: number,
): { total: number; bad: number } {
  const total = Math.floor(rps) + (random() < rps % 1 ? 1 : 0);
  let bad = 0;
  for (let i = 0; i < total; i++) if (random() < rate) bad++;
  return { total, bad };
}
