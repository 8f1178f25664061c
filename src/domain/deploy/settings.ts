import { canonical, type Json, type JsonObject, setAt } from '../data/json.ts';
import { ownLabelPrefix } from '../product.ts';

/** What a deploy was asked to set, by dotted leaf path of google.cloud.functions.v2.Function. Only what was set is in it. */
export type Settings = ReadonlyMap<string, Json>;

/** Paths whose value is a map: a mask names the whole map, never one key. */
export const mapPaths: readonly string[] = [
  'labels',
  'serviceConfig.environmentVariables',
  'buildConfig.environmentVariables',
];

/** Labels that belong to Google or to these actions; an input that sets `labels` leaves them alone. */
const isReserved = (label: string) => label.startsWith('goog-') || label.startsWith(ownLabelPrefix);

/** A Function message that holds exactly these settings. */
export function messageOf(settings: Settings): JsonObject {
  const message: JsonObject = {};
  for (const [path, value] of settings) setAt(message, path, value);
  return message;
}

/** What the configuration digest is taken over: the settings as asked for, whatever the source. */
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
 * The labels to send. `given` replaces what a user set before (as deploy-cloud-functions@v4 does); without it the
 * live ones stay. Reserved ones always stay, and ours are added.
 */
export function mergeLabels(live: JsonObject, given: JsonObject | undefined, own: JsonObject): JsonObject {
  const kept = Object.fromEntries(
    Object.entries(live).filter(([key]) => given === undefined || isReserved(key)),
  );
  return { ...kept, ...given, ...own };
}
