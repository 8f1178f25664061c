import type { CarriedModel, ResolvedModel } from '../../domain/model/model.ts';
import type { ServingPeriod, TaggedVersion } from '../../domain/model/tags.ts';

/** A place that keeps models, opened for one model. Every failure is a `ReleaseError`. */
export interface ModelRegistry {
  /** The exact version that the reference means now. Throws if it does not exist, is not ready, or has no bytes. */
  resolve(signal?: AbortSignal): Promise<ResolvedModel>;
  /**
   * Can new instances still get the model that a revision carries? `changed`: other bytes lie there now. Undefined if that cannot be
   * known from here.
   */
  isThere(carried: CarriedModel, signal?: AbortSignal): Promise<boolean | 'changed' | undefined>;
  /** Names that can move from version to version. Absent where a model has none. */
  aliases?: ModelAliases | undefined;
  /** What its versions say about where they serve. Absent where a model has no place for that. */
  tags?: ModelTags | undefined;
}

export interface ModelAliases {
  /** The version that the alias names now. Undefined if nothing has that alias. */
  read(alias: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Moves the alias. Whether another write came first can only be seen by reading again. */
  move(alias: string, version: string, signal?: AbortSignal): Promise<void>;
  /** The version that an exact reference of this model names. Undefined if it names another model. */
  versionOf(reference: string): string | undefined;
  /** A command for a shell that moves the alias. */
  command(alias: string, version: string): string;
}

/** A tag or a label of a version for each service that it serves or has served. Services are named by their whole names. */
export interface ModelTags {
  /** Every version with a tag of this service. */
  read(service: string, signal?: AbortSignal): Promise<TaggedVersion[]>;
  /** Replaces the tag of one version. `conflict`: somebody else changed the version meanwhile, so it must be read again. */
  write(
    service: string,
    tagged: { version: string; periods: readonly ServingPeriod[] },
    signal?: AbortSignal,
  ): Promise<'written' | 'conflict'>;
  /** How the tag names a revision. A registry may have no room for the whole name. */
  spelled(service: string, revision: string): string;
}
