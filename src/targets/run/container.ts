import { type JsonObject, listOf, objectOf, textOf } from '../../domain/data/json.ts';

/** The parts of google.cloud.run.v2.RevisionTemplate that the inputs set. Everything else in it stays as it is. */

interface Variable {
  name: string;
  value?: string;
  secret?: { secret: string; version: string };
}

export function variablesOf(container: JsonObject): Variable[] {
  return listOf(container.env).flatMap((item): Variable[] => {
    const raw = objectOf(item);
    const name = textOf(raw.name);
    if (name === undefined) return [];
    const reference = objectOf(objectOf(raw.valueSource).secretKeyRef);
    const secret = textOf(reference.secret);
    if (secret !== undefined)
      return [{ name, secret: { secret, version: textOf(reference.version) ?? 'latest' } }];
    return [{ name, value: typeof raw.value === 'string' ? raw.value : '' }];
  });
}

const plainVariable = (name: string, value: string): JsonObject => ({ name, value });

/** Replaces the plain variables. Those that come from secrets stay, unless a plain one takes the name. */
export function withVariables(container: JsonObject, wanted: JsonObject): JsonObject {
  const names = new Set(Object.keys(wanted));
  const kept = listOf(container.env).filter((item) => {
    const raw = objectOf(item);
    return raw.valueSource !== undefined && !names.has(textOf(raw.name) ?? '');
  });
  const plain = Object.entries(wanted).map(([name, value]) => plainVariable(name, String(value)));
  return { ...container, env: [...plain, ...kept] };
}

/** Replaces the variables that come from secrets. Plain ones stay, unless a secret takes the name. */
export function withSecretVariables(
  container: JsonObject,
  wanted: readonly JsonObject[],
  project: string,
): JsonObject {
  const names = new Set(wanted.map(({ key }) => key));
  const kept = listOf(container.env).filter((item) => {
    const raw = objectOf(item);
    return raw.valueSource === undefined && !names.has(textOf(raw.name) ?? '');
  });
  const secrets = wanted.map(({ key, secret, version, projectId }) => ({
    name: textOf(key) ?? '',
    valueSource: {
      secretKeyRef: {
        secret: secretName(textOf(secret) ?? '', textOf(projectId), project),
        version: version ?? 'latest',
      },
    },
  }));
  return { ...container, env: [...kept, ...secrets] };
}

/** A secret of another project has its whole name (k8s.min.proto, SecretKeySelector). */
export const secretName = (secret: string, owner: string | undefined, project: string): string =>
  owner === undefined || owner === project ? secret : `projects/${owner}/secrets/${secret}`;

/** The project and the short name of a secret in a template. */
export function secretParts(name: string, project: string): { projectId: string; secret: string } {
  const [, owner, secret] = /^projects\/([^/]+)\/secrets\/([^/]+)$/.exec(name) ?? [];
  return { projectId: owner ?? project, secret: secret ?? name };
}
