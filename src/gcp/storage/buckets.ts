import { createHash } from 'node:crypto';
import {
  type JsonObject,
  listOf,
  objectOf,
  textMapOf,
  textOf,
  textOrEmpty,
  textsOf,
} from '../../domain/data/json.ts';
import { bucketFact } from '../../domain/drill/bucket.ts';
import { type ObjectFact, runKey } from '../../domain/drill/canary.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest, RestCall } from '../../http/rest.ts';
import type { Buckets, Place, Removal, Written } from '../../steps/drill/ports.ts';
import { testBucket } from './test-permissions.ts';

/** Cloud Storage's JSON API, version 1 (discovery document storage v1). */

/** Why Cloud Storage keeps an object that somebody wants to delete or replace. */
const keeps = new Set(['retentionPolicyNotMet', 'objectUnderActiveHold']);

const maxPages = 50;
const mostBytes = 64 * 1024 * 1024;
/** A copy between places takes one call for each part. */
const mostParts = 1000;

const bucketPath = (bucket: string): string => `storage/v1/b/${encodeURIComponent(bucket)}`;
const objectPath = ({ bucket, name }: Place): string => `${bucketPath(bucket)}/o/${encodeURIComponent(name)}`;

export function createBuckets(rest: Rest): Buckets {
  const call = <T = JsonObject>(one: Omit<RestCall, 'api'>) => rest.call<T>({ ...one, api: 'storage' });

  async function live(place: Place, signal?: AbortSignal): Promise<ObjectFact | undefined> {
    const { status, body } = await call({ method: 'GET', path: objectPath(place), accept: [404], signal });
    return status === 404 ? undefined : objectFact(body, place.bucket);
  }

  /**
   * The precondition did not hold. Either somebody else was there, or an earlier attempt of this very write whose answer was
   * lost. The metadata of what is there tells which.
   */
  async function taken(
    place: Place,
    wanted: { run: string | undefined; md5: string | undefined },
    signal?: AbortSignal,
  ): Promise<Written> {
    const there = await live(place, signal);
    const isOurs =
      there !== undefined &&
      wanted.run !== undefined &&
      there.metadata[runKey] === wanted.run &&
      there.md5 === wanted.md5 &&
      there.metageneration === '1';
    return isOurs ? { object: there } : { refused: 'taken' };
  }

  async function remove(
    { bucket, name, generation, metageneration, isLive }: ObjectFact,
    forGood: boolean,
    signal?: AbortSignal,
  ): Promise<Removal> {
    const place = { bucket, name };
    const same = { ifGenerationMatch: generation, ifMetagenerationMatch: metageneration };
    try {
      const { status } = await call({
        method: 'DELETE',
        path: objectPath(place),
        query: { ...(forGood ? { generation } : {}), ...(isLive ? same : {}) },
        accept: [404, 412],
        retry: 'repeatable-write',
        signal,
      });
      if (status === 404) return { did: 'gone' };
      if (status !== 412) return { did: 'removed' };
      // In a bucket with versioning, an earlier attempt has made it noncurrent.
      return { did: (await live(place, signal)) === undefined ? 'gone' : 'changed' };
    } catch (error) {
      if (error instanceof RemoteError && keeps.has(error.reason ?? ''))
        return { did: 'kept', why: error.remoteMessage };
      throw error;
    }
  }

  return {
    async bucket(name, signal) {
      const { status, body } = await call({
        method: 'GET',
        path: bucketPath(name),
        query: { projection: 'noAcl' },
        accept: [404],
        signal,
      });
      if (status === 404) return undefined;
      // What is written and deleted goes by this answer, so it has to be about this bucket.
      if (textOf(body.name) !== name)
        throw new ReleaseError('response-malformed', {
          what: `Cloud Storage answered with another bucket than ${name}.`,
        });
      return bucketFact(body);
    },

    async held(bucket, permissions, signal) {
      const { body } = await rest.call<JsonObject>({ ...testBucket(bucket, permissions), signal });
      return textsOf(body.permissions);
    },

    async list(bucket, prefix, which, signal) {
      const found: ObjectFact[] = [];
      let pageToken: string | undefined;
      for (let page = 0; page < maxPages; page++) {
        const { body } = await call({
          method: 'GET',
          path: `${bucketPath(bucket)}/o`,
          query: {
            ...{ prefix, pageToken, projection: 'noAcl' },
            ...(which === 'all' ? { versions: true } : which === 'deleted' ? { softDeleted: true } : {}),
          },
          signal,
        });
        found.push(...listOf(body.items).map((item) => objectFact(objectOf(item), bucket)));
        pageToken = textOf(body.nextPageToken);
        if (pageToken === undefined) return found;
      }
      throw new ReleaseError('response-too-large', {
        what: `More than ${maxPages} pages of objects lie below gs://${bucket}/${prefix}.`,
      });
    },

    async write(place, { bytes, type, metadata }, replaces = '0', signal) {
      const { content } = multipart({ name: place.name, contentType: type, metadata }, type, bytes);
      const { status, body } = await call({
        method: 'POST',
        path: `upload/${bucketPath(place.bucket)}/o`,
        query: { uploadType: 'multipart', ifGenerationMatch: replaces, projection: 'noAcl' },
        content,
        accept: [412],
        retry: 'repeatable-write',
        attemptMs: 120_000,
        deadlineMs: 300_000,
        signal,
      });
      if (status !== 412) return { object: objectFact(body, place.bucket) };
      const md5 = createHash('md5').update(bytes).digest('base64');
      return taken(place, { run: metadata[runKey], md5 }, signal);
    },

    remove: (object, signal) => remove(object, false, signal),
    removeForGood: (object, signal) => remove(object, true, signal),

    async restore(object, signal) {
      const place = { bucket: object.bucket, name: object.name };
      const { status, body } = await call({
        method: 'POST',
        path: `${objectPath(place)}/restore`,
        query: { generation: object.generation, ifGenerationMatch: '0', projection: 'noAcl' },
        accept: [404, 412],
        retry: 'repeatable-write',
        signal,
      });
      if (status === 404) return { refused: 'gone' };
      if (status === 412) return taken(place, { run: object.metadata[runKey], md5: object.md5 }, signal);
      return { object: objectFact(body, object.bucket) };
    },

    async copy(object, to, signal) {
      const from = { bucket: object.bucket, name: object.name };
      let rewriteToken: string | undefined;
      for (let part = 0; part < mostParts; part++) {
        const { status, body } = await call({
          method: 'POST',
          path: `${objectPath(from)}/rewriteTo/b/${encodeURIComponent(to.bucket)}/o/${encodeURIComponent(to.name)}`,
          query: {
            sourceGeneration: object.generation,
            ifGenerationMatch: '0',
            projection: 'noAcl',
            rewriteToken,
          },
          accept: [404, 412],
          retry: 'repeatable-write',
          attemptMs: 60_000,
          deadlineMs: 300_000,
          signal,
        });
        if (status === 404) return { refused: 'gone' };
        if (status === 412) return taken(to, { run: object.metadata[runKey], md5: object.md5 }, signal);
        if (body.done === true) return { object: objectFact(objectOf(body.resource), to.bucket) };
        rewriteToken = textOf(body.rewriteToken);
        if (rewriteToken === undefined) break;
      }
      throw new ReleaseError('response-malformed', {
        what: `Cloud Storage did not finish the copy of gs://${from.bucket}/${from.name}.`,
      });
    },

    async digest(object, signal) {
      const { status, body } = await call<Buffer>({
        method: 'GET',
        path: objectPath(object),
        query: { alt: 'media', generation: object.generation },
        headers: { accept: '*/*' },
        raw: true,
        accept: [404],
        maxBytes: mostBytes,
        attemptMs: 120_000,
        deadlineMs: 300_000,
        signal,
      });
      if (status === 404) return undefined;
      return {
        md5: createHash('md5').update(body).digest('base64'),
        sha256: createHash('sha256').update(body).digest('hex'),
      };
    },
  };
}

/** Metadata and content in one request, so that no object of a drill ever exists without its marks (RFC 2387). */
function multipart(metadata: object, type: string, bytes: Uint8Array) {
  const boundary = `part-${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}`;
  const head = `--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(metadata)}\r\n--${boundary}\r\ncontent-type: ${type}\r\n\r\n`;
  return {
    content: {
      type: `multipart/related; boundary=${boundary}`,
      bytes: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    },
  };
}

/** @param bucket the bucket that was asked, whatever the answer says */
function objectFact(body: JsonObject, bucket: string): ObjectFact {
  const generation = textOf(body.generation);
  if (generation === undefined)
    throw new ReleaseError('response-malformed', {
      what: 'Cloud Storage answered with an object that has no generation.',
    });
  const created = Date.parse(textOrEmpty(body.timeCreated));
  return {
    bucket,
    name: textOrEmpty(body.name),
    generation,
    metageneration: textOrEmpty(body.metageneration),
    md5: textOf(body.md5Hash),
    size: Number(body.size),
    metadata: textMapOf(body.metadata),
    isLive: body.timeDeleted === undefined && body.softDeleteTime === undefined,
    isHeld: body.temporaryHold === true || body.eventBasedHold === true,
    createdAt: Number.isFinite(created) ? created : 0,
  };
}
