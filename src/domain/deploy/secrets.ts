import type { JsonObject } from '../data/json.ts';

interface SecretReference {
  project: string | undefined;
  secret: string;
  version: string;
}

const expected =
  'expected NAME:VERSION, PROJECT/NAME/VERSION or projects/PROJECT/secrets/NAME/versions/VERSION';

/**
 * Takes the forms that the code of deploy-cloud-functions@v4 takes (`P/S/V` and full names) and those in its README
 * (`S:V`).
 */
export function parseSecret(text: string): SecretReference {
  const value = text.trim();
  const full =
    /^(?:projects\/)?((?:[a-z0-9.-]+:)?[^/:\s]+)\/(?:secrets\/)?([\w-]+)(?:\/(?:versions\/)?([\w-]+))?$/.exec(
      value,
    );
  if (full) return { project: full[1], secret: full[2] ?? '', version: full[3] ?? 'latest' };
  const short = /^([\w-]+)(?::([\w-]+))?$/.exec(value);
  if (!short) throw new Error(expected);
  return { project: undefined, secret: short[1] ?? '', version: short[2] ?? 'latest' };
}

function parseEntry(entry: string, text: string): SecretReference {
  try {
    return parseSecret(text);
  } catch (error) {
    throw new Error(`${(error as Error).message} as the value of ${entry}`);
  }
}

export interface SecretSettings {
  /** google.cloud.functions.v2.SecretEnvVar */
  variables: JsonObject[];
  /** google.cloud.functions.v2.SecretVolume */
  volumes: JsonObject[];
}

/** A key that begins with `/` is a file in a volume. Any other key is an environment variable. */
export function secretSettings(map: ReadonlyMap<string, string>, project: string): SecretSettings {
  const settings: SecretSettings = { variables: [], volumes: [] };
  for (const [index, [key, value]] of [...map].entries()) {
    const entry = `entry ${index + 1}`;
    const reference = parseEntry(entry, value);
    const projectId = reference.project ?? project;
    if (!key.startsWith('/')) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key))
        throw new Error(`expected the name of a variable or an absolute path as the key of ${entry}`);
      settings.variables.push({ key, projectId, secret: reference.secret, version: reference.version });
      continue;
    }
    const slash = key.lastIndexOf('/');
    const mountPath = key.slice(0, slash);
    const path = key.slice(slash + 1);
    if (mountPath === '' || path === '')
      throw new Error(`expected a path such as /secrets/key as the key of ${entry}`);
    const file = { version: reference.version, path };
    const volume = settings.volumes.find((known) => known.mountPath === mountPath);
    if (!volume) settings.volumes.push({ mountPath, projectId, secret: reference.secret, versions: [file] });
    else if (volume.secret !== reference.secret || volume.projectId !== projectId)
      throw new Error(
        `${entry} mounts a second secret in the same folder: give each secret a folder of its own`,
      );
    else (volume.versions as JsonObject[]).push(file);
  }
  return settings;
}
