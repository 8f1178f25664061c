import type { JsonObject } from '../data/json.ts';
import { isObject, listOf, objectOf, textMapOf, textOf, textOrEmpty } from '../data/json.ts';
import { configLabel, sourceLabel } from '../product.ts';

/** What one region serves, as far as two regions can be compared. */
export interface RegionFact {
  region: string;
  /** Short names of the revisions with traffic. */
  serving: readonly string[];
  ready: boolean;
  image: string | undefined;
  /** Digests that a release of this project sets. */
  source: string | undefined;
  config: string | undefined;
  account: string | undefined;
  cpu: string | undefined;
  memory: string | undefined;
  timeout: string | undefined;
  concurrency: number;
  instances: number;
  /** Environment variables. The values are compared and never shown. */
  env: Readonly<Record<string, string>>;
  /** `secret:version` by name. */
  secrets: Readonly<Record<string, string>>;
  ingress: string | undefined;
  invokerCheckOff: boolean;
  /** Undefined: the policy may not be read. */
  openTo: readonly string[] | undefined;
}

/** Cloud Run's own limit if a revision names none (run v2 RevisionScaling). */
const usualInstances = 100;
/** Requests that an instance gets at a time if a revision does not say. */
const usualConcurrency = 80;

const positive = (value: unknown): number | undefined => {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
};

/** Variables that Cloud Functions itself sets, which say nothing about the code's settings. */
const ofPlatform = new Set(['FUNCTION_TARGET', 'FUNCTION_SIGNATURE_TYPE', 'LOG_EXECUTION_ID']);

export interface RegionParts {
  region: string;
  /** The service of run v2, raw. */
  service: JsonObject;
  /** The revision that serves, raw. Undefined: none, or several. */
  revision: JsonObject | undefined;
  serving: readonly string[];
  ready: boolean;
  openTo: readonly string[] | undefined;
}

export function regionFact({ region, service, revision, serving, ready, openTo }: RegionParts): RegionFact {
  const from = revision ?? {};
  const container = objectOf(listOf(from.containers)[0]);
  const limits = textMapOf(objectOf(container.resources).limits);
  const labels = { ...textMapOf(service.labels), ...textMapOf(from.labels) };
  const env: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const entry of listOf(container.env).map(objectOf)) {
    const name = textOrEmpty(entry.name);
    const secret = objectOf(objectOf(entry.valueSource).secretKeyRef);
    if (ofPlatform.has(name) || name === '') continue;
    // A value that names its region is the same setting in another one.
    if (isObject(entry.valueSource))
      secrets[name] = `${textOrEmpty(secret.secret)}:${textOrEmpty(secret.version)}`;
    else env[name] = textOrEmpty(entry.value).replaceAll(region, 'REGION');
  }
  const caps = [objectOf(from.scaling).maxInstanceCount, objectOf(service.scaling).maxInstanceCount].flatMap(
    (value) => positive(value) ?? [],
  );
  return {
    ...{ region, serving, ready, env, secrets, openTo },
    image: textOf(container.image),
    source: labels[sourceLabel],
    config: labels[configLabel],
    account: textOf(from.serviceAccount),
    cpu: limits.cpu,
    memory: limits.memory,
    timeout: textOf(from.timeout),
    concurrency: positive(from.maxInstanceRequestConcurrency) ?? usualConcurrency,
    instances: caps.length > 0 ? Math.min(...caps) : usualInstances,
    ingress: textOf(service.ingress),
    invokerCheckOff: service.invokerIamDisabled === true,
  };
}

/** Requests at a time that a region can take. */
export const slotsOf = ({ instances, concurrency }: RegionFact): number => instances * concurrency;
