import { type JsonObject, listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { mainContainer, withContainer } from '../../domain/deploy/main-container.ts';
import { secretName, secretParts } from './container.ts';

/** Secrets that are files: a volume of the template, and a mount of the container. */

const isSecret = (volume: JsonObject) => volume.secret !== undefined;
const nameOf = (item: JsonObject) => textOf(item.name) ?? '';

/** The secret volumes that the main container mounts, as the inputs write them. */
export function secretVolumesOf(template: JsonObject, project: string): JsonObject[] {
  const volumes = listOf(template.volumes).map(objectOf).filter(isSecret);
  return listOf(mainContainer(template).volumeMounts)
    .map(objectOf)
    .flatMap((mount): JsonObject[] => {
      const volume = volumes.find((one) => nameOf(one) === nameOf(mount));
      const source = objectOf(volume?.secret);
      const secret = textOf(source.secret);
      if (secret === undefined) return [];
      const versions = listOf(source.items)
        .map(objectOf)
        .map(({ version, path }) => ({ version: textOf(version) ?? 'latest', path: textOf(path) ?? '' }));
      return [{ mountPath: textOf(mount.mountPath) ?? '', ...secretParts(secret, project), versions }];
    });
}

/** Replaces the secret volumes of the main container. Other volumes, and those that a sidecar mounts, stay. */
export function withSecretVolumes(
  template: JsonObject,
  wanted: readonly JsonObject[],
  project: string,
): JsonObject {
  const main = mainContainer(template);
  const volumes = listOf(template.volumes).map(objectOf);
  const secrets = new Set(volumes.filter(isSecret).map(nameOf));
  const elsewhere = new Set(
    listOf(template.containers)
      .map(objectOf)
      .filter((one) => one !== main)
      .flatMap((one) => listOf(one.volumeMounts).map(objectOf).map(nameOf)),
  );
  const own = wanted.map((item, index) => {
    const secret = secretName(textOf(item.secret) ?? '', textOf(item.projectId), project);
    return {
      volume: { name: freeName(index, elsewhere), secret: { secret, items: item.versions ?? [] } },
      mountPath: textOf(item.mountPath) ?? '',
    };
  });
  const mounts = listOf(main.volumeMounts)
    .map(objectOf)
    .filter((mount) => !secrets.has(nameOf(mount)));
  const container = {
    ...main,
    volumeMounts: [...mounts, ...own.map(({ volume, mountPath }) => ({ name: volume.name, mountPath }))],
  };
  const kept = volumes.filter((volume) => !isSecret(volume) || elsewhere.has(nameOf(volume)));
  return { ...withContainer(template, container), volumes: [...kept, ...own.map(({ volume }) => volume)] };
}

/** The name of a volume is the template's own business, so it only has to be free. */
function freeName(index: number, taken: ReadonlySet<string>): string {
  for (let nth = index + 1; ; nth += 100) {
    const name = `secret-${nth}`;
    if (!taken.has(name)) return name;
  }
}
