import { recordAnnotation } from '../product.ts';
import type { OutsideRecord } from './outside/settings.ts';
import type { Traffic, TrafficTarget } from './traffic.ts';

/**
 * The record of a release: an annotation on the Cloud Run service, written in the same conditional write as every change
 * of traffic. The next run reads it to learn what was going on.
 */

/** `building` to `full` are open: a release is under way or died. `held` waits for a person. `closed` is history. */
export const recordPhases = ['building', 'smoking', 'canary', 'full', 'held', 'closed'] as const;
export type RecordPhase = (typeof recordPhases)[number];

/** Format 1. The names of the fields are those of the JSON on the service, so they stay. */
export interface ReleaseRecord {
  v: 1;
  /** Id of the process that wrote it. Two jobs of one run differ only in this. */
  id: string;
  /** `owner/name`. GitHub is only asked about runs of a repository that it can show. */
  repository: string;
  run: string;
  attempt: number;
  /** GitHub's id of the job, if it is known. A job can be over while its run goes on. */
  job?: string | undefined;
  phase: RecordPhase;
  /**
   * Of a release in several regions: this one can be promoted. Holds what is to be promoted in each of the others, by its region. While it
   * is here, no region is taken back or promoted without a look at the others.
   */
  agreed?: Readonly<Record<string, string>> | undefined;
  /** The whole traffic array before the release. */
  before: TrafficTarget[];
  /** Settings of the service that traffic does not carry. */
  outside?: OutsideRecord | undefined;
  /** The revision that served before the release; absent in a first release. */
  before_revision?: string | undefined;
  /** The whole traffic array that was written together with this record. */
  wrote: TrafficTarget[];
  candidate?: string | undefined;
  /** Commit of the candidate, in hex. */
  commit?: string | undefined;
  /** The model of the candidate, if the release named one. */
  model?: RecordedModel | undefined;
  /** A gateway that the release has moved, or was about to move. Kept, also in a closed record, until the move is proved or taken back. */
  gateway?: RecordedGateway | undefined;
  /** The last revision that a release proved good, and its commit. */
  stable?: string | undefined;
  stable_commit?: string | undefined;
  /** The revisions that releases proved bad, newest first. */
  failed: string[];
  /** When the function had last been updated (RFC 3339) before this release built anything. */
  function_update_time?: string | undefined;
  /** Labels that the function gets from this release's build. They tell its build from other people's. */
  marks?: Readonly<Record<string, string>> | undefined;
  /** How far the watch had come, so that another runner can continue it. */
  watch?: SavedWatch | undefined;
  /** RFC 3339. If GitHub cannot say whether the run is over, it counts as over from this time on. */
  expires: string;
}

export interface RecordedModel {
  /** By its exact version. */
  reference: string;
  /** What tells its bytes from others, if that is known. */
  digest?: string | undefined;
  /** The alias that is to name the model that serves. */
  alias?: string | undefined;
  /** The version that the alias named before the release; null if nothing had it. */
  was?: string | null | undefined;
}

/** Full names in API Gateway: the gateway, the configuration that it named before the release, and that of the release. */
export interface RecordedGateway {
  name: string;
  from: string;
  to: string;
}

export interface SavedWatch {
  /** When this was written, in milliseconds since the epoch. With a change of traffic: when that change was sent. */
  at: number;
  /** The saved watch. Only `resumeWatch` reads and checks it. */
  state: unknown;
}

/** Limits of the annotation's text, in characters. */
export const maxBytes = 64 * 1024;
/** The evidence takes about 1.5 KB per objective. Only the history of a classical rule can be longer. */
const maxWatchBytes = 24 * 1024;
export const maxFailed = 5;

/** The annotation's value. Throws `RangeError` if the service has more tags than a record can hold. */
export function formatRecord(record: ReleaseRecord): string {
  const whole = JSON.stringify(record);
  const watch = JSON.stringify(record.watch)?.length ?? 0;
  // Traffic can be settled without the watch, so a long one is left out instead of failing the write.
  const tooLong = watch > maxWatchBytes || whole.length > maxBytes;
  const text = tooLong ? JSON.stringify({ ...record, watch: undefined }) : whole;
  if (text.length > maxBytes)
    throw new RangeError(`the record would have ${text.length} characters, at most ${maxBytes} fit`);
  return text;
}

/** All annotations, with this record among them: a write replaces the whole map. */
export function withRecord(
  annotations: Readonly<Record<string, string>>,
  record: ReleaseRecord,
): Record<string, string> {
  return { ...annotations, [recordAnnotation]: formatRecord(record) };
}

export const isOpen = (record: ReleaseRecord): boolean => record.phase !== 'closed';

/** Adds a bad revision. Keeps the newest five, newest first. */
export function addFailed(failed: readonly string[], revision: string | undefined): string[] {
  if (revision === undefined) return [...failed];
  return [revision, ...failed.filter((name) => name !== revision)].slice(0, maxFailed);
}

/** The record at the end of a release: who wrote it, which revision is stable, and which ones failed. */
export function closeRecord(
  record: ReleaseRecord,
  end: { wrote: Traffic; stable?: string | undefined; failed?: string | undefined; expires: string },
): ReleaseRecord {
  return {
    ...record,
    phase: 'closed',
    agreed: undefined,
    watch: undefined,
    wrote: [...end.wrote],
    stable: end.stable ?? record.stable,
    stable_commit: end.stable ? record.commit : record.stable_commit,
    failed: addFailed(
      end.stable ? record.failed.filter((name) => name !== end.stable) : record.failed,
      end.failed,
    ),
    expires: end.expires,
  };
}

/** A closed record for a release whose own record was lost: it only says who cleaned up. */
export function emptyRecord(
  owner: Pick<ReleaseRecord, 'id' | 'repository' | 'run' | 'attempt' | 'job'>,
): ReleaseRecord {
  return {
    v: 1,
    ...owner,
    phase: 'closed',
    before: [],
    wrote: [],
    failed: [],
    expires: new Date(0).toISOString(),
  };
}
