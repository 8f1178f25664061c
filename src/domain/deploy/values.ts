import type { Json, JsonObject } from '../data/json.ts';
import { parseMap } from '../data/parse-map.ts';
import { ownLabelPrefix } from '../product.ts';

/**
 * Parsers of the inputs that are maps. Each throws an `Error` that says what is expected. The messages count entries and
 * never quote them: a comma without quotes makes a key of half a password.
 */

export const accountPattern = /^[a-z0-9][\w.-]*@[a-z0-9][a-z0-9.-]*\.[a-z]+$/;

/** `{}` empties the map, as in deploy-cloud-functions@v4. An input that is not set does not change it. */
export const mapOrEmpty = (text: string): Map<string, string> =>
  text.trim() === '{}' ? new Map() : parseMap(text);

/** Variables that only Google may set (cloud.google.com/run/docs/container-contract, Environment variables). */
const reservedVariables = new Set([
  'PORT',
  'K_SERVICE',
  'K_REVISION',
  'K_CONFIGURATION',
  'FUNCTION_TARGET',
  'FUNCTION_SIGNATURE_TYPE',
]);

export function parseVariables(text: string): JsonObject {
  const map = mapOrEmpty(text);
  for (const [index, key] of [...map.keys()].entries()) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key))
      throw new Error(`expected the name of a variable in entry ${index + 1}, such as LANGUAGES`);
    if (reservedVariables.has(key)) throw new Error(`Cloud Functions sets ${key} itself, so leave it out`);
    if (key.startsWith('X_GOOGLE_'))
      throw new Error(
        'Cloud Functions sets every variable that begins with X_GOOGLE_ itself, so leave it out',
      );
  }
  return Object.fromEntries(map);
}

/** As gcloud checks labels (command_lib/util/args/labels_util.py). Letters without a case, such as Korean ones, count as lower-case. */
const labelKey = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const labelValue = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

export function parseLabels(text: string): JsonObject {
  const map = mapOrEmpty(text);
  for (const [index, [key, value]] of [...map].entries()) {
    const entry = `entry ${index + 1}`;
    if (!labelKey.test(key) || bytesOf(key) > 128)
      throw new Error(
        `expected a label such as team or cost-center in ${entry}: a lower-case letter, then at most 62 lower-case letters, digits, - and _, of any script, together at most 128 bytes`,
      );
    if (!labelValue.test(value) || bytesOf(value) > 128)
      throw new Error(
        `expected at most 63 lower-case letters, digits, - and _ as the value of ${entry}, of any script, together at most 128 bytes`,
      );
    if (key.startsWith('goog-')) throw new Error(`${entry} begins with goog-, which only Google may set`);
    if (key.startsWith(ownLabelPrefix))
      throw new Error(`${entry} begins with ${ownLabelPrefix}, which only these actions may set`);
  }
  return Object.fromEntries(map);
}

/** `network=N,subnetwork=S,tags=a b` as `directVpcNetworkInterface`: in Google's REST API, not in its npm proto. */
export function parseNetworkInterface(text: string): Json {
  const map = parseMap(text);
  for (const [index, key] of [...map.keys()].entries())
    if (!['network', 'subnetwork', 'tags'].includes(key))
      throw new Error(`expected network=, subnetwork= or tags= in entry ${index + 1}`);
  const network = map.get('network');
  const subnetwork = map.get('subnetwork');
  if (!network && !subnetwork) throw new Error('expected network=NAME, subnetwork=NAME or both');
  const tags = (map.get('tags') ?? '').split(/[\s;]+/).filter(Boolean);
  return [
    {
      ...(network ? { network } : {}),
      ...(subnetwork ? { subnetwork } : {}),
      ...(tags.length > 0 ? { tags } : {}),
    },
  ];
}

/** `ATTRIBUTE=VALUE`, `ATTRIBUTE=PATTERN:VALUE`: google.cloud.functions.v2.EventFilter. */
export function parseEventFilters(text: string): JsonObject[] {
  return [...mapOrEmpty(text)].map(([attribute, value]) =>
    value.startsWith('PATTERN:')
      ? { attribute, value: value.slice('PATTERN:'.length), operator: 'match-path-pattern' }
      : { attribute, value },
  );
}

/** Full resource name of a build service account, from its full name or its e-mail address. */
export function parseBuildAccount(text: string, project: string): string {
  if (/^projects\/[^/]+\/serviceAccounts\/[^/]+$/.test(text)) return text;
  if (!accountPattern.test(text)) throw new Error('expected the e-mail of a service account');
  return `projects/${project}/serviceAccounts/${text}`;
}

/** Full name of a VPC connector, from its full or its short name. */
export function parseConnector(text: string, location: string): string {
  if (/^projects\/[^/]+\/locations\/[^/]+\/connectors\/[^/]+$/.test(text)) return text;
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(text)) throw new Error('expected a connector such as my-connector');
  return `${location}/connectors/${text}`;
}
