import { createHash } from 'node:crypto';
import { type JsonObject, listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Rest } from '../../http/rest.ts';

/** A folder with more objects is no model. */
const maxObjects = 10_000;

/**
 * One digest of all objects below a folder, or of the one object of that name: names, sizes, checksums and generations. A file
 * that is overwritten with the same bytes has another generation, and counts as another model.
 */
export async function folderDigest(
  rest: Rest,
  { bucket, object }: { bucket: string; object: string },
  signal?: AbortSignal,
  accept: readonly number[] = [],
): Promise<string | 'absent' | 'unseen'> {
  const root = object.replace(/\/+$/, '');
  const lines: string[] = [];
  let pageToken: string | undefined;
  do {
    const { status, body } = await rest.call<JsonObject>({
      api: 'storage',
      method: 'GET',
      path: `storage/v1/b/${bucket}/o`,
      query: {
        prefix: root,
        pageToken,
        fields: 'items(name,size,crc32c,generation),nextPageToken',
      },
      maxBytes: 8 * 1024 * 1024,
      accept: [404, ...accept],
      signal,
    });
    if (status === 404) return 'absent';
    if (accept.includes(status)) return 'unseen';
    // The prefix `v3` also finds `v30/a`.
    for (const { name, size, crc32c, generation } of listOf(body.items).map(objectOf))
      if (name === root || textOf(name)?.startsWith(`${root}/`))
        lines.push(JSON.stringify([name, size, crc32c ?? null, generation]));
    pageToken = textOf(body.nextPageToken);
    if (lines.length > maxObjects)
      throw new ReleaseError('model-refused', {
        what: `More than ${maxObjects} objects lie below gs://${bucket}/${object}.`,
        fix: 'Name the folder of one model.',
      });
  } while (pageToken !== undefined);
  if (lines.length === 0) return 'absent';
  return `sha256:${createHash('sha256').update(lines.sort().join('\n')).digest('hex')}`;
}

/**
 * The same for the place that a registry names. A job that may not look there can still release the version: the function reads it
 * with its own account.
 */
export async function folderIn(
  rest: Rest,
  uri: string,
  signal?: AbortSignal,
): Promise<string | 'absent' | 'unseen'> {
  const [, bucket, object] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  if (bucket === undefined || object === undefined) return 'unseen';
  return folderDigest(rest, { bucket: encodeURIComponent(bucket), object }, signal, [401, 403]);
}
