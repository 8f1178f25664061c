import type { JsonObject } from '../../domain/data/json.ts';
import type { TargetKind } from '../../domain/deploy/kind.ts';
import type { SavedSettings } from '../../domain/traffic/outside/saved.ts';
import type { ReleaseRecord } from '../../domain/traffic/record.ts';

/** What is deployed under a name, as the driver of its kind describes it. */
export interface Deployed {
  kind: TargetKind;
  /** projects/P/locations/L/services/S. Always read, never derived. Undefined if no build has made one yet. */
  service: string | undefined;
  url: string | undefined;
  /** Short name of the revision that the saved settings describe: the last one built, not always the one that serves. */
  revision: string | undefined;
  /** Differs after every deploy, but not after a change of traffic. */
  version: string | undefined;
  /** When it was last changed (RFC 3339). */
  updatedAt: string | undefined;
  labels: Readonly<Record<string, string>>;
  /** What is saved of the settings that traffic does not carry. */
  saved: SavedSettings | undefined;
  /** Why its traffic cannot be split, as part of a sentence. */
  unfit: string | undefined;
  /** Its settings, by the paths that the inputs' settings have, such as `serviceConfig.availableMemory`. */
  config: JsonObject;
}

/** What a release, a rollback and a preflight know of the thing that is deployed. A driver reads it. */
export interface DeployTarget {
  /** Undefined if nothing with that name exists. */
  read(signal?: AbortSignal): Promise<Deployed | undefined>;
  /** True while a build or a deploy is under way that may still bring a revision. */
  building(signal?: AbortSignal): Promise<boolean>;
  /** Has the release's own change made the revision? Undefined if that cannot be known. */
  made(claim: Claim, signal?: AbortSignal): Promise<boolean | undefined>;
  /**
   * LATEST has the traffic that a release had pinned. Was it the release's own build that took it? Undefined if that cannot be
   * known.
   */
  tookTraffic(claim: Claim, signal?: AbortSignal): Promise<boolean | undefined>;
}

/** A release, and the revision that may be its own (short name). */
export interface Claim {
  revision: string;
  record: Pick<ReleaseRecord, 'id' | 'marks' | 'function_update_time'>;
}
