/**
 * The name and the version of this product, and every name derived from them. Nothing else in src spells them, so a
 * rename is a change of this file (test/product.test.ts checks that, and the version against package.json).
 */

/** The product's name as people read it. */
export const product = 'Backstay';
/** The product's name for machines: the prefix of file, label and agent names. Lower-case letters only. */
export const slug = 'backstay';
export const version = '0.1.0';

/** `owner/name` on GitHub. */
export const repository = `backstay-release/${slug}`;
export const repositoryUrl = `https://github.com/${repository}`;
/** What a workflow writes before `@v1`: the whole release, or one stage of it. */
export const actionPath = (action: string) =>
  action === 'release' ? repository : `${repository}/actions/${action}`;
/** A page or a file of the main branch. */
export const pageUrl = (path: string) => `${repositoryUrl}/blob/main/${path}`;
/** The explanation of an error: an anchor of the page that is generated from the codes and the rows. */
export const errorPage = (anchor: string) => `${pageUrl('docs/reference/errors.md')}#${anchor}`;
/** `$id` of a JSON schema, which is also where editors fetch it. */
export const schemaUrl = (file: string) =>
  `https://raw.githubusercontent.com/${repository}/v1/schemas/${file}`;

/** Value of `schema` in every report. */
export const reportSchema = `${slug}/report/v1`;
/** Value of `schema` in every capacity file. */
export const capacitySchema = `${slug}/capacity/v1`;

/** Annotation of the Cloud Run service that holds the record of a release under way. */
export const recordAnnotation = `${slug}/record`;
/** Annotation of the Cloud Run service while configurations of it are measured: what to put back. */
export const capacityAnnotation = `${slug}/capacity`;
/** How the traffic tags of configurations that are being measured begin. */
export const capacityTag = 'bs-cap';
/** Traffic tag of the candidate, which gives it its own URL. A release removes it at its end. */
export const candidateTag = 'bs-c';
/** Traffic tag of the revision that served before, so that it can be found if the record is lost. */
export const beforeTag = 'bs-b';
export const ownTags: readonly string[] = [candidateTag, beforeTag];

/** The first words of the lines by which the actions know their comment on a pull request, and its parts. A reader does not see them. */
export const commentMark = `${slug}/comment`;

/** Labels of a function that hold the digests of its source and of its settings. */
export const sourceLabel = `${slug}-source`;
export const configLabel = `${slug}-config`;
/** Label that names the model of a revision, for people. What the revision uses is in its environment variables. */
export const modelLabel = `${slug}-model`;
/** Label of a function or a revision that names the release whose change it is. Others copy it, but never before that release has set it. */
export const releaseLabel = `${slug}-release`;
/** Prefix of every label that only these actions may set. */
export const ownLabelPrefix = `${slug}-`;

/** The description of everything that `init` makes and that can have one: the sign by which it knows what is its own. */
export const setupMark = `Made by ${slug} init`;
/** Labels of the throw-away resources of the conformance command: which run made them, and when they may be removed. */
export const throwAwayLabel = `${slug}-conformance`;
export const throwAwayExpiry = `${slug}-conformance-expires`;
/** Names of throw-away resources begin with this. Service accounts have 30 characters, so it is short. */
export const throwAwayPrefix = 'bs-conf-';

/** Files that the actions look for if their input is not set. */
export const suiteFile = `${slug}.smoke.yaml`;
export const sloFile = `${slug}.slo.yaml`;
export const checkFile = `${slug}.check.yaml`;
export const suiteSchemaFile = `${slug}.smoke.json`;
export const sloSchemaFile = `${slug}.slo.json`;
export const countsSchemaFile = `${slug}.counts.json`;
export const capacitySchemaFile = `${slug}.capacity.json`;

/**
 * User agent of a request. `id` tells apart the requests of one run in Google's logs, `part` those of one action.
 * Request counts leave out every agent that contains the slug as a word.
 */
export const userAgent = (id: string, part?: string) =>
  `${part ? `${slug}-${part}` : slug}/${version} (${id})`;
export const clientAgent = { name: slug, version };
/** Does this user agent belong to one of these actions? */
export const isOwnAgent = (agent: string) => new RegExp(`\\b${slug}\\b`, 'i').test(agent);

/** Names of temporary files and folders begin with this. */
export const filePrefix = `${slug}-`;
/** An environment variable of ours. */
export const envName = (rest: string) => `${slug.toUpperCase()}_${rest}`;

/** The plain form of a message to a webhook, and the headers that sign it. */
export const noteSchema = `${slug}.notify/v1`;
export const signatureHeaders = { time: `x-${slug}-timestamp`, signature: `x-${slug}-signature` };
