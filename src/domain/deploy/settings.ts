import { canonical, type Json, type JsonObject, setAt } from '../data/json.ts';
import { ownLabelPrefix } from '../product.ts';

/**
 * Settings from the inputs, by dotted leaf path of google.cloud.functions.v2.Function. An input that is not set is
 * absent.
 */
export type Settings = ReadonlyMap<string, Json>;

/** The environment variables that a revision gets. */
export const environmentPath = 'serviceConfig.environmentVariables';
export const secretEnvironmentPath = 'serviceConfig.secretEnvironmentVariables';
export const secretVolumesPath = 'serviceConfig.secretVolumes';

/** Paths whose value is a map. A mask names the whole map, never one of its keys. */
export const mapPaths: readonly string[] = ['labels', environmentPath, 'buildConfig.environmentVariables'];

/** Labels of Google or of these actions. Setting `labels` does not change them. */
export const isReserved = (label: string) => label.startsWith('goog-') || label.startsWith(ownLabelPrefix);

/** A Function message that holds exactly these settings. */
export function messageOf(settings: Settings): JsonObject {
  const message: JsonObject = {};
  for (const [path, value] of settings) setAt(message, path, value);
  return message;
}

/** The text whose digest identifies the configuration: the settings from the inputs, without the source. */
export function configText(settings: Settings): string {
  const own = [...settings].filter(
    ([path]) => path !== 'buildConfig.source' && !path.startsWith('buildConfig.source.') && path !== 'labels',
  );
  const labels = Object.entries((settings.get('labels') ?? {}) as JsonObject).filter(
    ([key]) => !isReserved(key),
  );
  return canonical(
    Object.fromEntries([...own, ['labels', settings.has('labels') ? Object.fromEntries(labels) : null]]),
  );
}

/**
 * The labels to send. `given` replaces the labels that a user set before, as deploy-cloud-functions@v4 does; if it is
 * undefined, they stay. Reserved labels always stay, and `own` is added.
 */
export function mergeLabels(live: JsonObject, given: JsonObject | undefined, own: JsonObject): JsonObject {
  const kept = Object.fromEntries(
    Object.entries(live).filter(([key]) => given === undefined || isReserved(key)),
  );
  return { ...kept, ...given, ...own };
}
