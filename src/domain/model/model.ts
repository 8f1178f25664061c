/**
 * A model by its exact version. A revision carries it, so that traffic which goes back takes the model back as well, and all
 * instances of one revision use the same model.
 */
export interface ResolvedModel {
  /** Which kind of registry knows it. */
  registry: string;
  /** As the user wrote it. */
  asked: string;
  /** The same model by its exact version, as a user could write it. */
  reference: string;
  /** Name for people. */
  name: string;
  version: string;
  /** Where its bytes are. */
  uri: string;
  /** What tells its bytes from others. Undefined if the bytes cannot be seen from here. */
  digest: string | undefined;
}

/** The model of a release, and the alias that is to name it once it serves. */
export interface ReleasedModel extends ResolvedModel {
  /** `was`: the version that the alias named before the first change. Undefined: nothing had the alias. */
  alias?: { name: string; was: string | undefined } | undefined;
}

/** What a report keeps of a model. */
export type ModelEvidence = Pick<ResolvedModel, 'reference' | 'name' | 'version' | 'digest'>;

export const evidenceOfModel = ({ reference, name, version, digest }: ResolvedModel): ModelEvidence => ({
  reference,
  name,
  version,
  digest,
});

/** What a revision says about the model that it carries. */
export interface CarriedModel {
  reference: string;
  version: string | undefined;
  digest: string | undefined;
}

/**
 * Are these the bytes that a revision was released with? A digest may have several parts, such as `sha256:…+checkpoint:…`, and a part
 * that only one of them has cannot be compared.
 */
export function sameBytes(carried: string | undefined, now: string | undefined): boolean {
  const parts = (digest = '') =>
    new Map(digest.split('+').map((part) => [part.split(':', 1)[0] ?? '', part] as const));
  const others = parts(now);
  return [...parts(carried)].every(([kind, value]) => !others.has(kind) || others.get(kind) === value);
}

/** The environment variables of a revision that name its model. A release that names a model sets all of them. */
export const modelVariables = {
  reference: 'MODEL_REFERENCE',
  version: 'MODEL_VERSION',
  uri: 'MODEL_URI',
  digest: 'MODEL_DIGEST',
} as const;

/** A variable that is left out would keep the value of the model before, so an unknown digest has a word too. */
const unknownDigest = 'unknown';

export const variablesOf = ({ reference, version, uri, digest }: ResolvedModel): Record<string, string> => ({
  [modelVariables.reference]: reference,
  [modelVariables.version]: version,
  [modelVariables.uri]: uri,
  [modelVariables.digest]: digest ?? unknownDigest,
});

/** The model that these environment variables name, if they name one. */
export function carriedIn(variables: Readonly<Record<string, string | undefined>>): CarriedModel | undefined {
  const reference = variables[modelVariables.reference];
  if (reference === undefined || reference === '' || reference.length > maxReference) return undefined;
  const digest = variables[modelVariables.digest];
  return {
    reference,
    version: variables[modelVariables.version],
    digest: digest === unknownDigest ? undefined : digest,
  };
}

export const maxReference = 1000;

/** Name and version as the value of a label: lower case, and at most 63 characters, of which the version keeps its own. */
export function labelOf({ name, version }: ResolvedModel): string {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9_-]+/g, '-');
  const end = `-${plain(version)}`.slice(0, 40);
  // Some tools take a label only if it begins and ends with a letter or a digit.
  return `${plain(name).slice(0, 63 - end.length)}${end}`.replace(/^[-_]+|[-_]+$/g, '');
}

/** For a line of a log or a summary. */
export const modelText = ({ name, version, digest }: ResolvedModel): string =>
  `${name} ${version}${digest === undefined ? '' : ` (${shortDigest(digest)})`}`;

/** A digest that a person can compare: its kind and twelve characters. */
export const shortDigest = (digest: string): string => {
  const [kind, rest] = digest.split(':', 2);
  return rest === undefined ? digest.slice(0, 24) : `${kind}:${rest.slice(0, 12)}`;
};
