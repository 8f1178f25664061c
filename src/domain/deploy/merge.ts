import { type Json, type JsonObject, listOf, objectOf, textOf, valueAt } from '../data/json.ts';
import { environmentPath, isReserved, type Settings } from './settings.ts';

/** What happens to what is live and not named: it stays, or it goes. */
export type Strategy = 'merge' | 'overwrite';

/** Undefined means the rule of deploy-cloud-functions@v4: what is set replaces all of its kind. */
export interface Merging {
  /** Variables that are not named stay. */
  mergeVariables?: boolean | undefined;
  secretsStrategy?: Strategy | undefined;
  labelsStrategy?: Strategy | undefined;
}

/** The lists of secrets, and the field that tells one entry from another. */
const secrets = {
  'serviceConfig.secretEnvironmentVariables': 'key',
  'serviceConfig.secretVolumes': 'mountPath',
} as const;

/** The settings to send if things that are not named stay. `config` is what is deployed, by the paths of the settings. */
export function mergedSettings(
  settings: Settings,
  config: JsonObject | undefined,
  { mergeVariables, secretsStrategy, labelsStrategy }: Merging,
): Settings {
  if (config === undefined) return settings;
  const merged = new Map<string, Json>(settings);
  const mergeMap = (path: string) => {
    const wanted = settings.get(path);
    if (wanted !== undefined) merged.set(path, { ...objectOf(valueAt(config, path)), ...objectOf(wanted) });
  };
  if (mergeVariables) mergeMap(environmentPath);
  if (labelsStrategy === 'merge') mergeMap('labels');
  if (secretsStrategy === 'merge')
    for (const [path, key] of Object.entries(secrets)) {
      const wanted = settings.get(path);
      if (wanted !== undefined) merged.set(path, [...unnamed(config, path, key, wanted), ...listOf(wanted)]);
    }
  return merged;
}

/** Live entries of a list that the wanted list does not name. */
function unnamed(config: JsonObject, path: string, key: string, wanted: Json): JsonObject[] {
  const names = new Set(listOf(wanted).map((one) => textOf(objectOf(one)[key])));
  return listOf(valueAt(config, path))
    .map(objectOf)
    .filter((one) => !names.has(textOf(one[key])));
}

/** What a service would lose although no input says so. */
export interface Losses {
  secrets: string[];
  labels: string[];
}

export function lossesOf(settings: Settings, config: JsonObject | undefined, merging: Merging): Losses {
  const losses: Losses = { secrets: [], labels: [] };
  if (config === undefined) return losses;
  // `{}` says that all are to go.
  const named = Object.keys(secrets).some((path) => listOf(settings.get(path)).length > 0);
  if (merging.secretsStrategy === undefined && named)
    losses.secrets = Object.entries(secrets).flatMap(([path, key]) => {
      const wanted = settings.get(path);
      return wanted === undefined
        ? []
        : unnamed(config, path, key, wanted).map((one) => textOf(one[key]) ?? '');
    });
  const labels = settings.get('labels');
  if (merging.labelsStrategy === undefined && Object.keys(objectOf(labels)).length > 0)
    losses.labels = Object.keys(objectOf(config.labels)).filter(
      (name) => !isReserved(name) && !(name in objectOf(labels)),
    );
  return losses;
}
