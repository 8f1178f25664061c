import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiDefinition } from '../../../sandbox/core/types.ts';

/** A field's schema: `$Name` for a message, `[]` and `{}` before it for a list and a map, `*` for what is not described. */
export type Fields = Record<string, string>;

/** What Google's discovery documents say about the routes of the sandbox. */
export interface Facts {
  source: string;
  /** `cloudfunctions GET /v2/projects/{}/locations/{}/functions` with the schema of the answer. */
  methods: Record<string, string>;
  /** The fields of each schema that an answer can reach, by `API VERSION Name`. */
  schemas: Record<string, Fields>;
}

export const factsFile = join(import.meta.dirname, 'facts.json');
export const facts = (): Facts => JSON.parse(readFileSync(factsFile, 'utf8')) as Facts;

/** The path with every parameter as `{}`. Google's documents and the sandbox name them differently. */
export const shapeOf = (path: string): string =>
  `/${path.replace(/^\//, '')}`
    .replace(/\{[^}]*\}/g, '{}')
    .replace(/:[A-Za-z]\w*\*/g, '{}')
    .replace(/\/:[A-Za-z]\w*/g, '/{}');

export const keyOf = (api: string, method: string, path: string): string =>
  `${api} ${method} ${shapeOf(path)}`;

/** Servers of the sandbox that stand for no Google API with a discovery document. */
const withoutDocument = new Set(['certs', 'control', 'github', 'oidc', 'registry', 'upload']);

const mediaUpload = 'The document has the path of an upload apart from those of the methods (`mediaUpload`).';

const tokens =
  'The document calls it oauth2/v2/tokeninfo. The library of Google Auth asks oauth2.googleapis.com, which has no document.';

/** Routes whose path is not in a discovery document as it stands, each with its reason. */
export const exceptions: Readonly<Record<string, string>> = {
  'cloudquotas GET /v1beta/projects/:project/locations/global/services/:service/quotaInfos':
    'the documents of google-api-python-client have no Cloud Quotas; gcloud calls this route',
  'oauth2 GET /tokeninfo': tokens,
  'oauth2 POST /token': tokens,
  'oauth2 POST /tokeninfo': tokens,
  'storage GET /download/storage/v1/b/:bucket/o/:object':
    'The document says of `objects.get` that bytes have a service of their own (`useMediaDownloadService`), and names its path nowhere. `mediaLink` has it.',
  'storage POST /upload/storage/v1/b/:bucket/o': mediaUpload,
  'storage PUT /upload/storage/v1/b/:bucket/o': mediaUpload,
  'storage POST /resumable/upload/storage/v1/b/:bucket/o': mediaUpload,
  'storage PUT /resumable/upload/storage/v1/b/:bucket/o': mediaUpload,
};

export const routesOf = (
  apis: readonly ApiDefinition[],
): { api: string; method: string; pattern: string }[] =>
  apis
    .filter(({ name }) => !withoutDocument.has(name))
    .flatMap(({ name, routes }) => routes.map(({ method, pattern }) => ({ api: name, method, pattern })));

/** The documented method for a route: the same shape, or one in which a literal of the sandbox is a parameter. */
export function documented(known: Facts, api: string, method: string, pattern: string): string | undefined {
  const wanted = shapeOf(pattern).split('/');
  return Object.keys(known.methods).find((key) => {
    const [name, verb, path = ''] = key.split(' ');
    const parts = path.split('/');
    return (
      name === api &&
      verb === method &&
      parts.length === wanted.length &&
      parts.every(
        (part, i) =>
          part === wanted[i] ||
          (part.startsWith('{}') && part.slice(2) === (wanted[i] ?? '').replace(/^[^:{]*(\{\})?/, '')),
      )
    );
  });
}
