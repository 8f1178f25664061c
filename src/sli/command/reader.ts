import type { Clock } from '../../steps/ports/clock.ts';
import type { SliQuery, SliReader, SliReading } from '../../steps/ports/sli.ts';
import { spanOfBucket, Tally } from '../tally.ts';
import type { Ask } from './ask.ts';

export interface CommandAccess {
  ask: Ask;
  clock: Clock;
  stepMs: number;
  isWhole: boolean;
}

/** Asks for one closed stretch of time after the other. What was counted is never asked for again. */
export class CommandReader implements SliReader {
  readonly source = 'command';
  readonly #query: SliQuery;
  readonly #access: CommandAccess;
  /** Everything before this moment was counted. */
  #upTo: number;
  /** How late the counts were when they last went on. If they stop, that is no lag but silence, so it does not grow with the time. */
  #lagMs: number;

  constructor(query: SliQuery, access: CommandAccess) {
    this.#query = query;
    this.#access = access;
    this.#lagMs = access.stepMs;
    this.#upTo = query.cursor ? Number(query.cursor) : query.since;
  }

  async poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
    const { ask, clock, stepMs, isWhole } = this.#access;
    const { service, objectives } = this.#query;
    const revisions = isWhole ? [] : this.#query.revisions;
    const now = Math.floor(clock.now() / stepMs) * stepMs;
    const tally = new Tally();
    let upTo = this.#upTo;
    for (const to of cutsOf(upTo, now, marks, stepMs)) {
      const { until, cells } = await ask(
        { service, revisions, except: [], objectives, from: upTo, to },
        signal,
      );
      const { span, mixed } = spanOfBucket(upTo, Math.max(until, upTo + 1), marks);
      for (const { revision, objective, total, bad } of cells)
        tally.add(revision, objective, span, total, bad, mixed);
      upTo = until;
      // The program has not seen the rest yet.
      if (until < to) break;
    }
    // Counts only once every answer is there: a failure must leave nothing half counted.
    if (upTo > this.#upTo) this.#lagMs = Math.max(stepMs, clock.now() - upTo);
    this.#upTo = upTo;
    return {
      counts: tally.counts,
      horizon: upTo,
      lagMs: this.#lagMs,
      cursor: String(upTo),
      notes: [],
      source: this.source,
      bucketMs: stepMs,
    };
  }
}

/**
 * The ends of the stretches to ask for. A stretch ends where traffic changed, so that its requests belong to one side. A change that is
 * not at the edge of a step puts that one step between both sides.
 */
export function cutsOf(from: number, to: number, marks: readonly number[], stepMs: number): number[] {
  const edges = marks.flatMap((mark) => [
    Math.floor(mark / stepMs) * stepMs,
    Math.ceil(mark / stepMs) * stepMs,
  ]);
  return [...new Set([...edges, to])].filter((edge) => edge > from && edge <= to).sort((a, b) => a - b);
}
