import type { Counts } from '../../domain/evidence/counts.ts';
import type { Doubt } from '../../domain/slo/doubt.ts';
import type { LogField } from '../../domain/slo/log-field.ts';
import type { Objective, ObjectiveKind } from '../../domain/slo/objective.ts';
import type { AnswerCount } from '../../domain/watch/clients/cells.ts';
import type { Refused } from '../../domain/watch/clients/facts.ts';
import type { Failure } from '../../domain/watch/failures.ts';
import type { LatencyCount } from '../../domain/watch/latency.ts';
import type { SpanCount } from '../../domain/watch/marks.ts';

/** Decides which finished requests are bad: those answered with an error, or slower than `slowerThanMs`. */
export interface SliObjective {
  /** A unique id, such as `availability` or `latency`. */
  id: string;
  kind: ObjectiveKind;
  /** For a latency objective: the bound in milliseconds. */
  slowerThanMs?: number | undefined;
  /** For log_field: the field of the code's own entries. */
  logField?: LogField | undefined;
  /** For availability: 4xx are bad too. */
  clientErrors?: true | undefined;
}

/** What a source needs to know of these objectives. */
export const sliObjectivesOf = (objectives: readonly Objective[]): SliObjective[] =>
  objectives.map(({ id, kind, slowerThanMs, logField, clientErrors }) => ({
    ...{ id, kind, slowerThanMs, clientErrors },
    ...(logField ? { logField } : {}),
  }));

export interface SliQuery {
  /** Short name of the Cloud Run service. */
  service: string;
  /** Short names of the revisions to count. */
  revisions: readonly string[];
  objectives: readonly SliObjective[];
  /** Milliseconds since the epoch: earlier requests do not count. */
  since: number;
  /** Where an earlier reader of the same source stopped, so that this one does not count a request again. */
  cursor?: string | undefined;
  /** URLs of traffic tags. Requests to them come from tests, not from users, and do not count. */
  tagUrls?: readonly string[] | undefined;
}

/** New finished requests of one revision under one objective. */
export type SliCount = SpanCount;

export interface SliReading {
  /** Increments since the reading before. A request is in exactly one reading. */
  counts: SliCount[];
  /** What the bad requests have in common, as far as the source knows. 4xx stand here under `clientErrorsId`. */
  failures?: Failure[] | undefined;
  /** The same requests by their answers. Undefined if the source cannot tell 4xx apart. */
  answers?: AnswerCount[] | undefined;
  /** How long the same requests took. Undefined if the source does not keep single requests. */
  latencies?: LatencyCount[] | undefined;
  /** Requests that Google's front end refused before they reached a revision. They are in no count. */
  refused?: Refused[] | undefined;
  /** Milliseconds since the epoch until when the source has seen every request. */
  horizon: number;
  /** Milliseconds by which the source lags now, measured or documented. */
  lagMs: number;
  /** For `SliQuery.cursor`; empty if a later reader can start from the beginning without loss. */
  cursor: string;
  /** Notes about these counts for the summary, for example that they are a sample. */
  notes: string[];
  /** The source that was read. It differs from the requested source if that one failed. */
  source: string;
  /** Fraction of the requests that was read, if more arrived than can be read; default 1. */
  sampled?: number | undefined;
  /**
   * Longest stretch of time that the source counts as one. If traffic changes within such a stretch, it belongs to neither side. Default
   * 0.
   */
  bucketMs?: number | undefined;
}

/** A reader for one watch. */
export interface SliReader {
  readonly source: string;
  /**
   * `marks`: ascending moments at which traffic changed, in milliseconds since the epoch. Throws `ReleaseError` if the
   * source cannot be read now; the next call may succeed.
   */
  poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading>;
}

/** Where counts of requests come from. A reading never contains the newest bucket, which is still being filled. */
export interface SliSource {
  readonly name: string;
  /** True if it counts the whole service, and cannot tell its revisions apart. Its counts name no revision. */
  readonly isWhole?: true;
  open(query: SliQuery): SliReader;
  /**
   * Tries whether the source can be read at the pace of a watch, and waits a while for a quota that other releases use.
   * Throws `quota-spent` if it cannot. Absent if the source has no such quota.
   */
  ready?(query: Pick<SliQuery, 'service'>, signal?: AbortSignal): Promise<void>;
  /**
   * Requests that reached these revisions from `from` to `to`, test requests included. It stops counting at a thousand. Absent if the source does not keep single requests.
   */
  held?(
    query: Pick<SliQuery, 'service' | 'revisions'>,
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<number>;
  /**
   * Finished requests of all revisions from `from` to `to` (milliseconds since the epoch). `except`: short names of
   * revisions that do not count.
   */
  total(
    query: Pick<SliQuery, 'service' | 'objectives'> & { except?: readonly string[] | undefined },
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<SliTotals>;
  /**
   * What the code has logged about its own answers from `from` to `to`, for one objective of the kind `log_field`. Absent if the source
   * does not read what the code logs.
   */
  fieldTotal?(
    query: { service: string; objective: SliObjective; except?: readonly string[] | undefined },
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<FieldTotal>;
  /**
   * The first look, before anything is changed: reasons to doubt the counts of the window from `from` to `to`. Throws
   * `CountsUnusable` if the source will never answer. Absent if the source's counts are Google's own.
   */
  inspect?(
    query: Pick<SliQuery, 'service' | 'objectives'>,
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<Doubt[]>;
}

/** The counts, and from when on they are whole: later than asked if the counting began later. Or why there are none. */
export type FieldTotal = { counts: Counts; since: number } | { unknown: string };

/**
 * The counts by objective id. Undefined if the source has no data, which is not the same as no requests. `client`: how
 * many of the answers were 4xx, if the source can tell.
 */
export type SliTotals = Record<
  string,
  { total: number; bad: number; client?: number | undefined } | undefined
>;
