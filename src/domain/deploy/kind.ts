import { type JsonObject, listOf, objectOf, textOf } from '../data/json.ts';

/** What the rest of the code has to know of a kind of deployment. A new one is an entry here, a folder and a line in src/targets. */
export interface KindFacts {
  /** How it is deployed, as the rest of a sentence that begins with its name. */
  how: string;
  /** What a thing of this kind is, as part of a sentence. */
  text: string;
  /** How to deploy such a thing. */
  fix: string;
  /** Which API manages it. */
  api: 'functions' | 'run';
  /** Is it built from source, or is the image built already? */
  from: 'source' | 'image';
  /** The role of who releases it: the end of its id, and its title. */
  role: readonly [id: string, title: string];
  /** Does a service that Cloud Run's own API manages look like it? The first kind that says so is the one. */
  fits(service: JsonObject): boolean;
}

const kinds = {
  function: {
    how: 'by the Functions API from source',
    text: 'a function that the Functions API manages',
    fix: 'Use target: function with source_dir. To let Cloud Run manage it, which cannot be undone, detach it first:',
    api: 'functions',
    from: 'source',
    role: ['Deployer', 'Releases functions'],
    fits: () => false,
  },
  'run-function': {
    how: 'by Cloud Run from source',
    text: 'a Cloud Run function that the Functions API does not manage',
    fix: 'Use target: run-function with source_dir, or another name.',
    api: 'run',
    from: 'source',
    role: ['SourceDeployer', 'Releases functions of Cloud Run'],
    fits: ({ buildConfig, template }) =>
      textOf(objectOf(buildConfig).functionTarget) !== undefined ||
      listOf(objectOf(template).containers).some((one) => objectOf(one).sourceCode !== undefined),
  },
  'run-image': {
    how: 'as a container image on Cloud Run',
    text: 'a Cloud Run service that runs a container image',
    fix: 'Use target: run-image and set image, or another name.',
    api: 'run',
    from: 'image',
    role: ['ImageDeployer', 'Releases container images'],
    fits: () => true,
  },
} as const satisfies Record<string, KindFacts>;

/** How a service is deployed. */
export type TargetKind = keyof typeof kinds;
export const targetKinds = Object.keys(kinds) as [TargetKind, ...TargetKind[]];

export const factsOf = (kind: TargetKind): KindFacts => kinds[kind];
export const isOfFunctions = (kind: TargetKind): boolean => kinds[kind].api === 'functions';
export const isOfImage = (kind: TargetKind): boolean => kinds[kind].from === 'image';

/** The kinds, each with how it is deployed, as part of a sentence. */
export const kindsText = targetKinds.map((kind) => `\`${kind}\` ${kinds[kind].how}`).join(', ');

/** The kind of a service that Cloud Run's own API manages. */
export const kindOfService = (raw: JsonObject): TargetKind =>
  targetKinds.find((kind) => factsOf(kind).fits(raw)) ?? 'run-image';

/** Google's label on the services of functions that the Functions API manages. `gcloud functions detach` removes it. */
export const belongsToFunctions = (labels: Readonly<Record<string, string>>): boolean =>
  labels['goog-managed-by'] === 'cloudfunctions';
