import { readFileSync } from 'node:fs';
import { requirePermission } from '../core/iam.ts';
import { ranged } from '../core/range.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { findBucket } from './buckets.ts';
import { digestsOf } from './digests.ts';
import { checkConditions, checkKept, invalid, noObject, storageError } from './errors.ts';
import { bucketResource, objectBody } from './render.ts';
import {
  bury,
  catchUp,
  createdAt,
  liveOf,
  nextGeneration,
  type ObjectSettings,
  put,
  retire,
  type StoredObject,
  storageState,
} from './state.ts';

type Params = Record<string, string>;

/** The fields of an object that a request may set. */
export function settingsIn(body: Record<string, unknown>): ObjectSettings {
  const { contentType, contentEncoding, cacheControl, metadata, temporaryHold, eventBasedHold } = body;
  return {
    ...(typeof contentType === 'string' ? { contentType } : {}),
    ...(typeof contentEncoding === 'string' ? { contentEncoding } : {}),
    ...(typeof cacheControl === 'string' ? { cacheControl } : {}),
    ...(metadata && typeof metadata === 'object' ? { metadata: metadata as Record<string, string> } : {}),
    ...(typeof temporaryHold === 'boolean' ? { temporaryHold } : {}),
    ...(typeof eventBasedHold === 'boolean' ? { eventBasedHold } : {}),
  };
}

/** Google's own clients write `True` as well. */
const isTrue = (value: string | null): boolean => value?.toLowerCase() === 'true';

/** How late the list of what is soft-deleted is, under the quirk. */
const listLagMs = 30_000;

/** Objects of the JSON API: live, noncurrent and soft-deleted generations. */
export function objectRoutes(world: World): Route[] {
  const state = () => storageState(world);
  /** One generation: the one that the request names, else the live one. */
  const find = (call: Call, { bucket = '', object = '' }: Params, permission: string): StoredObject => {
    findBucket(world, call, bucket, permission);
    catchUp(world);
    const asked = call.query.get('generation');
    const among = isTrue(call.query.get('softDeleted'))
      ? state().softDeleted
      : [
          ...(liveOf(world, bucket, object) ? [liveOf(world, bucket, object) as StoredObject] : []),
          ...state().noncurrent,
        ];
    const stored = among.find(
      (one) =>
        one.bucket === bucket &&
        one.object === object &&
        (asked === null ? one.timeDeleted === undefined : one.generation === asked),
    );
    if (!stored) throw noObject(bucket, object);
    return stored;
  };

  const read = (call: Call, params: Params): Reply => {
    const stored = find(call, params, 'storage.objects.get');
    checkConditions(call, stored);
    if (call.query.get('alt') !== 'media') return { status: 200, body: objectBody(world, stored) };
    if (stored.softDeleteTime !== undefined) throw noObject(stored.bucket, stored.object);
    const data = readFileSync(stored.file as string);
    const { crc32c, md5Hash } = digestsOf(stored);
    const headers = {
      'content-type': stored.contentType ?? 'application/zip',
      'x-goog-generation': stored.generation,
      'x-goog-metageneration': String(stored.metageneration ?? 1),
      'x-goog-hash': `crc32c=${crc32c},md5=${md5Hash}`,
      ...(stored.contentEncoding ? { 'content-encoding': stored.contentEncoding } : {}),
    };
    return data.length === 0
      ? { status: 200, headers, body: data }
      : ranged(data, call.headers.range, headers);
  };

  const list = (call: Call, { bucket = '' }: Params): Reply => {
    findBucket(world, call, bucket, 'storage.objects.list');
    catchUp(world);
    const { query } = call;
    const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
    const isSoft = isTrue(query.get('softDeleted'));
    if (isSoft && isTrue(query.get('versions')))
      throw invalid('softDeleted and versions cannot both be true.');
    const live = [...state().objects.values()].filter(({ file }) => file !== undefined);
    const { deletedIsListedAtOnce } = world.quirks;
    const isListed = ({ softDeleteTime = 0 }: StoredObject) =>
      deletedIsListedAtOnce || softDeleteTime + listLagMs <= world.now();
    const all = isSoft
      ? state().softDeleted.filter(isListed)
      : isTrue(query.get('versions'))
        ? [...live, ...state().noncurrent]
        : live;
    const start = query.get('startOffset') ?? '';
    const end = query.get('endOffset');
    const matching = all
      .filter((one) => one.bucket === bucket && one.object.startsWith(prefix))
      .filter(({ object }) => object >= start && (end === null || object < end))
      .sort((a, b) => (a.object < b.object ? -1 : a.object > b.object ? 1 : createdAt(a) - createdAt(b)));
    const folder = ({ object }: StoredObject) => {
      const at = delimiter === '' ? -1 : object.indexOf(delimiter, prefix.length);
      return at < 0 ? undefined : object.slice(0, at + delimiter.length);
    };
    const most = Math.min(1000, Number(query.get('maxResults')) || 1000);
    const from = Number(Buffer.from(query.get('pageToken') ?? '', 'base64').toString()) || 0;
    const items = matching.filter((one) => folder(one) === undefined);
    const prefixes = [...new Set(matching.flatMap((one) => folder(one) ?? []))];
    const next = from + most < items.length ? Buffer.from(String(from + most)).toString('base64') : undefined;
    return {
      status: 200,
      body: {
        kind: 'storage#objects',
        items: items.slice(from, from + most).map((one) => objectBody(world, one)),
        ...(prefixes.length > 0 && from === 0 ? { prefixes } : {}),
        ...(next ? { nextPageToken: next } : {}),
      },
    };
  };

  const remove = (call: Call, params: Params): Reply => {
    const stored = find(call, params, 'storage.objects.delete');
    checkConditions(
      call,
      stored.timeDeleted === undefined ? stored : liveOf(world, stored.bucket, stored.object),
    );
    const forGood = call.query.get('generation') !== null;
    checkKept(world, stored, { forGood });
    if (!forGood) retire(world, stored);
    else {
      if (stored.timeDeleted === undefined) state().objects.delete(`${stored.bucket}/${stored.object}`);
      bury(world, stored);
    }
    return { status: 204 };
  };

  const patch = (call: Call, params: Params): Reply => {
    const stored = find(call, params, 'storage.objects.update');
    checkConditions(call, stored);
    const body = call.json();
    const metadata = (body.metadata ?? {}) as Record<string, string | null>;
    const merged = Object.entries({ ...stored.metadata, ...metadata }).filter(([, value]) => value !== null);
    Object.assign(stored, settingsIn(body), { metadata: Object.fromEntries(merged) });
    stored.metageneration = (stored.metageneration ?? 1) + 1;
    return { status: 200, body: objectBody(world, stored) };
  };

  /** Refuses what may not take the place of the live version. */
  const makeRoom = (call: Call, bucket: string, object: string): void => {
    const live = liveOf(world, bucket, object);
    checkConditions(call, live);
    if (!live) return;
    requirePermission(world, call.principal, 'storage.objects.delete', bucketResource(world, bucket));
    checkKept(world, live, { forGood: false });
  };

  const restore = (call: Call, { bucket = '', object = '' }: Params): Reply => {
    for (const permission of ['storage.objects.restore', 'storage.objects.create'])
      findBucket(world, call, bucket, permission);
    catchUp(world);
    const generation = call.query.get('generation');
    if (generation === null) throw storageError(400, 'required', 'Required parameter: generation');
    const buried = state().softDeleted.find(
      (one) => one.bucket === bucket && one.object === object && one.generation === generation,
    );
    if (!buried) throw noObject(bucket, object);
    if (world.quirks.restoreTakesGenerationMatch) makeRoom(call, bucket, object);
    const { timeDeleted: _, softDeleteTime: __, hardDeleteTime: ___, ...kept } = buried;
    const metageneration = world.quirks.restoreStartsAnew ? 1 : (kept.metageneration ?? 1) + 1;
    const made = put(world, { ...kept, generation: nextGeneration(world), metageneration });
    return { status: 200, body: objectBody(world, made) };
  };

  /** Copies one generation, between places in several calls. */
  const rewrite = (call: Call, params: Params): Reply => {
    const { sourceBucket = '', sourceObject = '', bucket = '', object = '' } = params;
    const query = new URLSearchParams(call.query);
    const wanted = query.get('sourceGeneration');
    if (wanted !== null) query.set('generation', wanted);
    else query.delete('generation');
    const source = find(
      { ...call, query },
      { bucket: sourceBucket, object: sourceObject },
      'storage.objects.get',
    );
    checkConditions(call, source, 'Source');
    const target = findBucket(world, call, bucket, 'storage.objects.create');
    makeRoom(call, bucket, object);
    const { size } = digestsOf(source);
    const far = state().buckets.get(sourceBucket)?.location !== target.location;
    const isFirst = call.query.get('rewriteToken') === null;
    if (far && size > 1024 * 1024 && isFirst)
      return {
        status: 200,
        body: {
          ...{ kind: 'storage#rewriteResponse', totalBytesRewritten: String(1024 * 1024) },
          ...{ objectSize: String(size), done: false, rewriteToken: `token-${source.generation}` },
        },
      };
    const { timeDeleted: _, temporaryHold: __, eventBasedHold: ___, ...kept } = source;
    const made = put(world, {
      ...kept,
      ...settingsIn(call.body.length > 0 ? call.json() : {}),
      ...{ bucket, object, generation: nextGeneration(world), metageneration: 1 },
    });
    return {
      status: 200,
      body: {
        ...{ kind: 'storage#rewriteResponse', totalBytesRewritten: String(size) },
        ...{ objectSize: String(size), done: true, resource: objectBody(world, made) },
      },
    };
  };

  const one = '/storage/v1/b/:bucket/o/:object';
  return [
    { method: 'GET', pattern: '/storage/v1/b/:bucket/o', handle: list },
    { method: 'GET', pattern: one, handle: read },
    { method: 'GET', pattern: `/download${one}`, handle: read },
    { method: 'DELETE', pattern: one, handle: remove },
    { method: 'PATCH', pattern: one, handle: patch },
    { method: 'POST', pattern: `${one}/restore`, handle: restore },
    {
      method: 'POST',
      pattern: '/storage/v1/b/:sourceBucket/o/:sourceObject/rewriteTo/b/:bucket/o/:object',
      handle: rewrite,
    },
  ];
}
