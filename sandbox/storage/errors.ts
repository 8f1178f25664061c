import type { World } from '../core/state.ts';
import { ApiError, type Call } from '../core/types.ts';
import { createdAt, isVersioned, retentionSeconds, type StoredObject } from './state.ts';

/** An error of the JSON API: a list of reasons, and neither status nor details (cloud.google.com/storage/docs/json_api/v1/status-codes). */
export function storageError(status: number, reason: string, message: string): ApiError {
  const error = new ApiError(status, '', message);
  error.errors = [{ message, domain: 'global', reason }];
  return error;
}

export const noObject = (bucket: string, object: string): ApiError =>
  storageError(404, 'notFound', `No such object: ${bucket}/${object}`);
export const noBucket = (): ApiError => storageError(404, 'notFound', 'The specified bucket does not exist.');
export const invalid = (message: string): ApiError => storageError(400, 'invalid', message);

const notMet = (): ApiError =>
  storageError(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.');

/**
 * The four preconditions on generation and metageneration. A generation of 0 stands for "no live version".
 * @param prefix `Source` for the source of a copy
 */
export function checkConditions(
  call: Call,
  found: Pick<StoredObject, 'generation' | 'metageneration'> | undefined,
  prefix: '' | 'Source' = '',
): void {
  const asked = (name: string) => call.query.get(`if${prefix}${name}`);
  const generation = found?.generation ?? '0';
  const metageneration = String(found?.metageneration ?? (found ? 1 : 0));
  for (const [name, value] of [
    ['Generation', generation],
    ['Metageneration', metageneration],
  ] as const) {
    const wanted = asked(`${name}Match`);
    if (wanted !== null && !/^\d+$/.test(wanted)) throw invalid(`Invalid argument: if${prefix}${name}Match`);
    if (wanted !== null && wanted !== value) throw notMet();
    const unwanted = asked(`${name}NotMatch`);
    if (unwanted !== null && unwanted === value)
      throw call.method === 'GET' ? storageError(304, 'notModified', 'Not Modified') : notMet();
  }
}

/** Refuses to delete or replace what a hold or the bucket's retention policy keeps. */
export function checkKept(world: World, stored: StoredObject, { forGood }: { forGood: boolean }): void {
  const name = `${stored.bucket}/${stored.object}`;
  const hold = stored.temporaryHold ? 'Temporary' : stored.eventBasedHold ? 'Event-Based' : undefined;
  if (hold)
    throw storageError(
      403,
      'objectUnderActiveHold',
      `Object '${name}' is under active ${hold} hold and cannot be deleted, overwritten or archived until hold is removed.`,
    );
  // With versioning, a live version that is deleted or replaced lives on as a noncurrent one.
  if (!forGood && isVersioned(world, stored.bucket)) return;
  const until = createdAt(stored) + retentionSeconds(world, stored.bucket) * 1000;
  if (until > world.now())
    throw storageError(
      403,
      'retentionPolicyNotMet',
      `Object '${name}' is subject to bucket's retention policy or object retention and cannot be deleted or overwritten until ${new Date(until).toISOString()}`,
    );
}
