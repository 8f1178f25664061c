import { type JsonObject, listOf, objectOf, textOf, textOrEmpty } from '../data/json.ts';
import { shortName } from '../data/resource-name.ts';
import type { PostureFacts, SecretUse } from './facts.ts';

/** Readers of a run v2 Service as JSON. */

export const serviceJson = ({ service }: PostureFacts): JsonObject => (service?.ok ? service.value : {});
export const functionJson = (facts: PostureFacts): JsonObject =>
  facts.function?.ok ? facts.function.value : {};

const containersOf = (service: JsonObject): JsonObject[] => inTemplate(objectOf(service.template));
const inTemplate = (template: JsonObject): JsonObject[] => listOf(template.containers).map(objectOf);

export interface PlainVariable {
  name: string;
  value: string;
}

/** The plain variables of every container. */
export const plainVariables = (service: JsonObject): PlainVariable[] =>
  variablesIn(objectOf(service.template));

/** Those of a template or of a revision. */
export const variablesIn = (template: JsonObject): PlainVariable[] =>
  inTemplate(template).flatMap(({ env }) =>
    listOf(env)
      .map(objectOf)
      .flatMap(({ name, value }) => {
        const named = textOf(name);
        return named !== undefined && textOf(value) !== undefined
          ? [{ name: named, value: textOrEmpty(value) }]
          : [];
      }),
  );

/** `projects/P/secrets/S` of a short or a whole name. */
const wholeName = (secret: string, project: string): string =>
  secret.startsWith('projects/') ? secret : `projects/${project}/secrets/${secret}`;

/** Every secret that the service reads, with where it reads it. */
export function secretUses(service: JsonObject, project: string): Map<string, SecretUse[]> {
  const found = new Map<string, SecretUse[]>();
  const add = (secret: unknown, use: SecretUse) => {
    const name = textOf(secret);
    if (name === undefined) return;
    const whole = wholeName(name, project);
    found.set(whole, [...(found.get(whole) ?? []), use]);
  };
  for (const { env } of containersOf(service))
    for (const { name, valueSource } of listOf(env).map(objectOf)) {
      const { secret, version } = objectOf(objectOf(valueSource).secretKeyRef);
      add(secret, { at: textOrEmpty(name), kind: 'variable', version: textOf(version) ?? 'latest' });
    }
  for (const { name, secret } of listOf(objectOf(service.template).volumes).map(objectOf)) {
    const mounted = objectOf(secret);
    const items = listOf(mounted.items).map(objectOf);
    // Without items, the whole secret is mounted at its latest version.
    for (const { path, version } of items.length > 0 ? items : [{}])
      add(mounted.secret, {
        at: [textOf(name), textOf(path)].filter(Boolean).join('/'),
        kind: 'volume',
        version: textOf(version) ?? 'latest',
      });
  }
  return found;
}

/** Buckets that the service mounts, or that a variable names by `gs://`. */
export function bucketsOf(service: JsonObject): string[] {
  const mounted = listOf(objectOf(service.template).volumes).flatMap(
    (volume) => textOf(objectOf(objectOf(volume).gcs).bucket) ?? [],
  );
  const named = plainVariables(service).flatMap(
    ({ value }) => /^gs:\/\/([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(\/|$)/.exec(value)?.[1] ?? [],
  );
  return [...new Set([...mounted, ...named])];
}

/** True if requests from the Internet reach the service without a load balancer. */
export const takesInternet = (service: JsonObject): boolean =>
  !/INTERNAL|NONE/.test(textOrEmpty(service.ingress));

/** True if strangers can send requests to the URLs of Cloud Run itself. */
export const defaultUrlOpen = (service: JsonObject): boolean =>
  takesInternet(service) && service.defaultUriDisabled !== true;

export const runtimeAccount = (service: JsonObject): string | undefined =>
  textOf(objectOf(service.template).serviceAccount);

export const keyName = (service: JsonObject): string | undefined =>
  textOf(objectOf(service.template).encryptionKey);

export const serviceShort = (facts: PostureFacts): string =>
  shortName(facts.exposure.target.service) ?? facts.exposure.target.name;
