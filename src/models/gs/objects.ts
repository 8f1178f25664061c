import { textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { type CarriedModel, type ResolvedModel, sameBytes } from '../../domain/model/model.ts';
import type { Rest } from '../../http/rest.ts';
import type { ModelRegistry } from '../../steps/ports/model.ts';
import { folderDigest, folderIn } from './folder.ts';
import type { ObjectReference } from './reference.ts';

/** Objects of Cloud Storage as a model: the JSON API, version 1. */

export function createObjectModel(rest: Rest, asked: string, reference: ObjectReference): ModelRegistry {
  return {
    resolve: (signal) =>
      reference.object.endsWith('/')
        ? folderModel(rest, asked, reference, signal)
        : objectModel(rest, asked, reference, signal),
    isThere: (other, signal) => isThere(rest, other, signal),
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
  if (digest === 'absent')
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

/** A generation is there or not. A folder may have other bytes since. */
async function isThere(
  rest: Rest,
  { reference, digest }: CarriedModel,
  signal?: AbortSignal,
): Promise<boolean | 'changed' | undefined> {
  if (/^gs:\/\/.*\/$/.test(reference)) {
    const now = await folderIn(rest, reference, signal);
    return now === 'unseen' ? undefined : now === 'absent' ? false : sameBytes(digest, now) || 'changed';
  }
  const [, bucket, object, generation] = /^gs:\/\/([^/]+)\/([^#]+)#(\d+)$/.exec(reference) ?? [];
  if (bucket === undefined || object === undefined) return undefined;
  const { status } = await rest.call({
    api: 'storage',
    method: 'GET',
    path: `storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(object)}`,
    query: { generation, fields: 'generation' },
    accept: [401, 403, 404],
    signal,
  });
  return status === 404 ? false : status === 200 ? true : undefined;
}
