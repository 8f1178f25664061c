import type { AskedBucket } from '../../domain/drill/asked.ts';
import type { BucketFact } from '../../domain/drill/bucket.ts';
import type { ObjectFact } from '../../domain/drill/canary.ts';
import type { DrillMode } from '../../domain/drill/evidence.ts';
import type { Targets } from '../../domain/drill/protect.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { FailoverPorts, FailoverRequest } from './failover-ports.ts';
import type { RegionsPorts, RegionsRequest } from './regions.ts';

/** How a write ended that may only happen if nothing else happened in between. */
export type Written = { object: ObjectFact } | { refused: 'taken' } | { refused: 'gone' };

/** How a removal ended. `kept`: a retention policy or a hold forbids it, in Google's words. */
export type Removal = { did: 'removed' | 'gone' | 'changed' } | { did: 'kept'; why: string };

export interface Place {
  bucket: string;
  name: string;
}

/** Cloud Storage, as a drill uses it. Every write has a precondition, so none takes the place of what others wrote. */
export interface Buckets {
  /** Undefined: there is no such bucket. */
  bucket(name: string, signal?: AbortSignal): Promise<BucketFact | undefined>;
  /** Those of the permissions that this login has on the bucket. */
  held(bucket: string, permissions: readonly string[], signal?: AbortSignal): Promise<readonly string[]>;
  /** `live` lists what serves, `all` noncurrent generations as well, and `deleted` what soft delete keeps. */
  list(
    bucket: string,
    prefix: string,
    which: 'live' | 'all' | 'deleted',
    signal?: AbortSignal,
  ): Promise<ObjectFact[]>;
  /**
   * Writes a new object, or replaces exactly this generation. An answer that was lost is looked up by the metadata, which names
   * the run.
   */
  write(
    place: Place,
    content: { bytes: Uint8Array; type: string; metadata: Record<string, string> },
    replaces?: string,
    signal?: AbortSignal,
  ): Promise<Written>;
  /** Deletes the live object if it is still this generation. In a bucket with versioning it becomes noncurrent. */
  remove(object: ObjectFact, signal?: AbortSignal): Promise<Removal>;
  /** Deletes this generation for good, live or not. Soft delete still keeps it. */
  removeForGood(object: ObjectFact, signal?: AbortSignal): Promise<Removal>;
  /** Brings a soft-deleted generation back, if no object of its name is live. */
  restore(object: ObjectFact, signal?: AbortSignal): Promise<Written>;
  /** Copies a generation to a place where no object is live. */
  copy(object: ObjectFact, to: Place, signal?: AbortSignal): Promise<Written>;
  /** MD5 and SHA-256 of the bytes of one generation, as they arrive. Undefined: it is gone. */
  digest(object: ObjectFact, signal?: AbortSignal): Promise<{ md5: string; sha256: string } | undefined>;
}

export interface DrillPorts {
  buckets: Buckets;
  clock: Clock;
  log: Log;
  /** Random bytes, for content that cannot be compressed and is not there yet. */
  random: (bytes: number) => Uint8Array;
  /** Needed where regions are compared. */
  regions?: RegionsPorts | undefined;
  /** Needed for an exercise of a failover, and to see what one left. */
  failover?: FailoverPorts | undefined;
  digestOf: (bytes: Uint8Array) => { md5: string; sha256: string };
}

export interface DrillRequest {
  mode: DrillMode;
  buckets: readonly AskedBucket[];
  /** Undefined: regions are not compared. */
  regions?: Omit<RegionsRequest, 'signal'> | undefined;
  /** Undefined: no traffic is moved. */
  failover?: FailoverRequest | undefined;
  /** A backend service that no exercise of this run changes: what an earlier one left is told. */
  balancer?: { project: string; name: string } | undefined;
  targets: Targets;
  /** Canaries of a restore, and the bytes of each. */
  canaries: number;
  bytes: number;
  /** Folder of everything that a drill writes, with a slash at its end. */
  prefix: string;
  /** Bucket of the results. */
  results: string;
  /** Id of this run, in names and metadata. */
  run: string;
  /** How long to wait for a copy, and how long to pause between two looks. */
  copyWaitMs: number;
  paceMs: number;
  /** Who this job is for IAM, for the commands that grant something. */
  member: string | undefined;
  signal?: AbortSignal | undefined;
}
