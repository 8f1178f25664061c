import { createHash } from 'node:crypto';
import { type JsonObject, listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Rest } from '../../http/rest.ts';

/** A folder with more objects is no model. */
const maxObjects = 10_000;
/** A page may be almost empty and have another one after it. */
const maxPages = 100;

interface Place {
  bucket: string;
  object: string;
}

/**
 * One digest of all objects below a folder, or of the one object of that name: names, sizes, checksums and generations. A file
 * that is overwritten with the same bytes has another generation, and counts as another model.
 */
export async function folderDigest(
  rest: Rest,
  { bucket, object }: Place,
  signal?: AbortSignal,
  accept: readonly number[] = [],
): Promise<string | 'absent' | 'unseen'> {
  const root = object.replace(/\/+$/, '');
  const lines: string[] = [];
  const add = ({ name, size, crc32c, generation }: JsonObject) =>
    lines.push(JSON.stringify([name, size, crc32c ?? null, generation]));
  let pageToken: string | undefined;
  for (let page = 1; page === 1 || pageToken !== undefined; page++) {
    const { status, body } = await listed(rest, bucket, { prefix: `${root}/`, pageToken }, signal, accept);
    if (status === 404) return 'absent';
    if (accept.includes(status)) return 'unseen';
    // The console makes an empty object for a folder. It holds nothing.
    for (const item of listOf(body.items).map(objectOf))
      if (!(textOf(item.name)?.endsWith('/') && textOf(item.size) === '0')) add(item);
    pageToken = textOf(body.nextPageToken);
    if (lines.length > maxObjects || (page >= maxPages && pageToken !== undefined))
      throw new ReleaseError('model-refused', {
        what: `More than ${maxObjects} objects lie below gs://${bucket}/${object}, or they fill more than ${maxPages} pages.`,
        fix: 'Name the folder of one model.',
      });
  }
  // Of all names that begin with it, the name itself comes first: `v3` before `v3/a` and `v30/a`.
  if (!object.endsWith('/')) {
    const { body } = await listed(rest, bucket, { prefix: root, maxResults: 1 }, signal, [404, ...accept]);
    const [first] = listOf(body.items).map(objectOf);
    if (first?.name === root) add(first);
  }
  if (lines.length === 0) return 'absent';
  return `sha256:${createHash('sha256').update(lines.sort().join('\n')).digest('hex')}`;
}

const listed = (
  rest: Rest,
  bucket: string,
  query: Record<string, string | number | undefined>,
  signal: AbortSignal | undefined,
  accept: readonly number[],
) =>
  rest.call<JsonObject>({
    ...{ api: 'storage', method: 'GET', path: `storage/v1/b/${bucket}/o` },
    query: { ...query, fields: 'items(name,size,crc32c,generation),nextPageToken' },
    maxBytes: 8 * 1024 * 1024,
    accept: [404, ...accept],
    signal,
  });

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
