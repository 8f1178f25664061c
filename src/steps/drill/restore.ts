import type { Way } from '../../domain/drill/bucket.ts';
import { canaryMetadata, type ObjectFact, runFolder } from '../../domain/drill/canary.ts';
import { lostSeconds, type Restored } from '../../domain/drill/restored.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { DrillPorts, DrillRequest, Place } from './ports.ts';

/** A canary as it was written. The digest is that of the bytes in this process, not one that Cloud Storage says. */
interface Canary {
  place: Place;
  object: ObjectFact;
  sha256: string;
}

/** How long a run's objects belong to it alone, besides the time that it waits for a copy. */
const runMs = 2 * 3600 * 1000;

/** Cloud Storage refused something, or somebody else was faster: the drill of this bucket stops here. */
export class Stopped extends Error {}

export interface RestoreOne {
  bucket: string;
  way: Way;
  /** The bucket of the copy, for the way `copy`. */
  copy: string | undefined;
}

/**
 * One real restore: writes canaries, loses them as an accident would, brings them back, reads every byte and compares. The clock
 * of the RTO runs from the loss to the last comparison. It has to find what can be restored by a listing, as a person has to.
 */
export async function restoreOne(
  ports: DrillPorts,
  request: DrillRequest,
  one: RestoreOne,
): Promise<Restored> {
  const { clock } = ports;
  const { signal } = request;
  const canaries = await writeCanaries(ports, request, one);
  const written = clock.steady();
  const [first] = canaries;
  if (!first) throw new Stopped('no canary was written');
  const rpo = one.way === 'copy' ? await awaitCopy(ports, request, one, canaries) : undefined;
  const before = one.way === 'copy' ? first : await replaceFirst(ports, request, one, first);
  canaries[0] = before;
  for (const { object } of canaries) await lose(ports, one, object, signal);
  const lost = clock.steady();
  const missing: string[] = [];
  const differ: string[] = [];
  const back: number[] = [];
  const from = one.way === 'copy' ? (one.copy ?? '') : one.bucket;
  const kept = await ports.buckets.list(
    from,
    folderOf(request, one),
    one.way === 'versions' ? 'all' : one.way === 'soft-delete' ? 'deleted' : 'live',
    signal,
  );
  const listed = clock.steady();
  for (const canary of canaries) {
    const { name } = canary.place;
    const newest = kept
      .filter((object) => object.name === name && !(one.way === 'versions' && object.isLive))
      .sort((a, b) => a.createdAt - b.createdAt)
      .at(-1);
    const again = newest && (await bringBack(ports, one, newest, canary.place, signal));
    const digest = again && (await ports.buckets.digest(again, signal));
    if (!newest || !digest) missing.push(name);
    else if (digest.sha256 !== canary.sha256) differ.push(name);
    if (newest && digest && canary === before) back.push(newest.createdAt);
  }
  const seconds = (clock.steady() - lost) / 1000;
  return {
    bucket: one.bucket,
    way: one.way,
    objects: canaries.length,
    bytes: canaries.length * request.bytes,
    missing,
    differ,
    // A copy that came after the wait had ended was late by so much at least.
    rpo_seconds:
      one.way === 'copy'
        ? (rpo ?? (missing.length === 0 ? (listed - written) / 1000 : undefined))
        : lostSeconds([before.object.createdAt], back),
    rto_seconds: missing.length === canaries.length ? undefined : seconds,
  };
}

const folderOf = ({ prefix, run }: DrillRequest, { way }: RestoreOne): string =>
  `${runFolder(prefix, run)}${way}/`;

async function write(
  { buckets, clock, random, digestOf }: DrillPorts,
  request: DrillRequest,
  place: Place,
  replaces?: string,
): Promise<Canary> {
  const bytes = random(request.bytes);
  const { md5, sha256 } = digestOf(bytes);
  const metadata = canaryMetadata(request.run, md5, clock.now() + runMs + request.copyWaitMs);
  const content = { bytes, type: 'application/octet-stream', metadata };
  const written = await buckets.write(place, content, replaces, request.signal);
  if ('refused' in written)
    throw new Stopped(`gs://${place.bucket}/${place.name} is not as the drill left it`);
  return { place, object: written.object, sha256 };
}

async function writeCanaries(ports: DrillPorts, request: DrillRequest, one: RestoreOne): Promise<Canary[]> {
  const canaries: Canary[] = [];
  for (let at = 0; at < request.canaries; at++)
    canaries.push(
      await write(ports, request, { bucket: one.bucket, name: `${folderOf(request, one)}${at}.bin` }),
    );
  return canaries;
}

/** Writes the first canary once more, so that the restore has to find the newest of two. */
const replaceFirst = (
  ports: DrillPorts,
  request: DrillRequest,
  _: RestoreOne,
  first: Canary,
): Promise<Canary> => write(ports, request, first.place, first.object.generation);

/** Seconds until the copy had every canary. Throws if it never had. */
async function awaitCopy(
  { buckets, clock }: DrillPorts,
  request: DrillRequest,
  one: RestoreOne,
  canaries: readonly Canary[],
): Promise<number | undefined> {
  const started = clock.steady();
  const deadline = started + request.copyWaitMs;
  for (;;) {
    const there = await buckets.list(one.copy ?? '', folderOf(request, one), 'live', request.signal);
    const has = ({ place, object }: Canary) =>
      there.some(({ name, md5 }) => name === place.name && md5 === object.md5);
    if (canaries.every(has)) return (clock.steady() - started) / 1000;
    if (clock.steady() + request.paceMs > deadline) return undefined;
    await clock.sleep(request.paceMs, request.signal);
  }
}

/** The accident: the object is deleted, so that only the way under test can bring it back. */
async function lose(
  { buckets }: DrillPorts,
  { way }: RestoreOne,
  object: ObjectFact,
  signal?: AbortSignal,
): Promise<void> {
  const end = await (way === 'versions'
    ? buckets.remove(object, signal)
    : buckets.removeForGood(object, signal));
  if (end.did === 'kept') throw new Stopped(end.why);
  if (end.did === 'changed') throw new Stopped(`somebody else changed gs://${object.bucket}/${object.name}`);
}

/** Undefined: it is gone. Throws if something else has its name now. */
async function bringBack(
  { buckets }: DrillPorts,
  { way }: RestoreOne,
  object: ObjectFact,
  place: Place,
  signal?: AbortSignal,
): Promise<ObjectFact | undefined> {
  const written = await (way === 'soft-delete'
    ? buckets.restore(object, signal)
    : buckets.copy(object, place, signal));
  if ('object' in written) return written.object;
  if (written.refused === 'gone') return undefined;
  throw new Stopped(`somebody else wrote gs://${place.bucket}/${place.name}`);
}

/** A refusal of one bucket is no reason to leave the others untried. */
export const isRefusal = (error: unknown): error is Stopped | ReleaseError =>
  error instanceof Stopped || (error instanceof ReleaseError && error.code !== 'cancelled');
