import { type Json, type JsonObject, objectOf, valueAt } from '../data/json.ts';
import type { Settings } from './settings.ts';

const path = 'serviceConfig.environmentVariables';

/** The settings to send if variables that are not named stay. `config` is what is deployed, by the paths of the settings. */
export function mergedSettings(
  settings: Settings,
  config: JsonObject | undefined,
  merge: boolean | undefined,
): Settings {
  const wanted = settings.get(path);
  if (merge !== true || wanted === undefined || config === undefined) return settings;
  const live = objectOf(valueAt(config, path));
  return new Map<string, Json>([...settings, [path, { ...live, ...objectOf(wanted) }]]);
}
