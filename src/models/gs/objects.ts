import { createHash } from 'node:crypto';
import { type JsonObject, listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { ResolvedModel } from '../../domain/model/model.ts';
import type { Rest } from '../../http/rest.ts';
import type { ModelRegistry } from '../../steps/ports/model.ts';
import type { ObjectReference } from './reference.ts';

/** Objects of Cloud Storage as a model: the JSON API, version 1. */

/** A folder with more objects is no model. */
const maxObjects = 10_000;

export function createObjectModel(rest: Rest, asked: string, reference: ObjectReference): ModelRegistry {
  return {
    resolve: (signal) =>
      reference.object.endsWith('/')
        ? folderModel(rest, asked, reference, signal)
        : objectModel(rest, asked, reference, signal),
  };
}

async function objectModel(
  rest: Rest,
  asked: string,
  { bucket, object, generation }: ObjectReference,
  signal?: AbortSignal,
): Promise<ResolvedModel> {
  const { status, body } = await rest.call({
    api: 'storage',
    method: 'GET',
    path: `storage/v1/b/${bucket}/o/${encodeURIComponent(object)}`,
    query: { generation },
    accept: [404],
    signal,
  });
  const uri = `gs://${bucket}/${object}`;
  const version = textOf(body.generation);
  if (status === 404 || version === undefined)
    throw new ReleaseError('model-refused', {
      what: `The model ${asked} does not exist.`,
      why:
        generation === undefined
          ? undefined
          : 'An object that was overwritten or deleted keeps its old generations only in a bucket with object versioning.',
      fix: 'Correct the bucket, the object or the generation.',
    });
  return {
    registry: 'gs',
    asked,
    reference: `${uri}#${version}`,
    name: object.split('/').at(-1) ?? object,
    version,
    uri,
    // A generation names the bytes by itself. The checksum lets a person compare them.
    digest: textOf(body.crc32c) === undefined ? undefined : `crc32c:${textOf(body.crc32c)}`,
  };
}

async function folderModel(
  rest: Rest,
  asked: string,
  { bucket, object }: ObjectReference,
  signal?: AbortSignal,
): Promise<ResolvedModel> {
  const digest = await folderDigest(rest, { bucket, object }, signal);
  if (digest === undefined)
    throw new ReleaseError('model-refused', {
      what: `The model ${asked} does not exist: nothing lies below it.`,
      fix: 'Correct the bucket or the folder.',
    });
  const uri = `gs://${bucket}/${object}`;
  return {
    registry: 'gs',
    asked,
    reference: uri,
    name: object.split('/').at(-2) ?? object,
    version: digest.slice('sha256:'.length, 'sha256:'.length + 12),
    uri,
    digest,
  };
}

/**
 * One digest of all objects below a folder: their names, sizes, checksums and generations. Undefined if there is none. A file
 * that is overwritten with the same bytes has another generation, and counts as another model.
 */
export async function folderDigest(
  rest: Rest,
  { bucket, object }: Pick<ObjectReference, 'bucket' | 'object'>,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const lines: string[] = [];
  let pageToken: string | undefined;
  do {
    const { body } = await rest.call<JsonObject>({
      api: 'storage',
      method: 'GET',
      path: `storage/v1/b/${bucket}/o`,
      query: {
        prefix: object,
        pageToken,
        fields: 'items(name,size,crc32c,generation),nextPageToken',
      },
      maxBytes: 8 * 1024 * 1024,
      signal,
    });
    for (const item of listOf(body.items).map(objectOf))
      lines.push(JSON.stringify([item.name, item.size, item.crc32c ?? null, item.generation]));
    pageToken = textOf(body.nextPageToken);
    if (lines.length > maxObjects)
      throw new ReleaseError('model-refused', {
        what: `More than ${maxObjects} objects lie below gs://${bucket}/${object}.`,
        fix: 'Name the folder of one model.',
      });
  } while (pageToken !== undefined);
  if (lines.length === 0) return undefined;
  return `sha256:${createHash('sha256').update(lines.sort().join('\n')).digest('hex')}`;
}
