import { objectOf, textMapOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { carriesLabels, type ListedChange, madeByRelease } from '../../domain/traffic/maker.ts';
import type { FunctionOperation, Functions } from '../../steps/ports/functions.ts';
import type { Taken } from '../../steps/ports/target.ts';
import { deployedFunction } from './describe.ts';

type Clients = { functions: Pick<Functions, 'get' | 'operations'> };

/**
 * The Functions API writes the whole service, its traffic too. So the build of a release can have taken the traffic, if it made
 * the revision.
 * @param name projects/P/locations/L/functions/F
 */
export async function functionTookTraffic(
  { functions }: Clients,
  name: string,
  { revision, record }: Taken,
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  if (record.marks === undefined) return undefined;
  const raw = await functions.get(name, signal);
  const deployed = raw && deployedFunction(raw);
  // A later change of the function takes the labels away only with a revision of its own. And a revision that the function does
  // not describe was made through Cloud Run.
  if (!carriesLabels(deployed?.labels, record.marks) || deployed?.revision !== revision) return false;
  try {
    const operations = await functions.operations(name, signal);
    return madeByRelease(revision, record, operations.map(changeOf));
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== 'permission-denied') throw error;
    return undefined;
  }
}

function changeOf({ createTime, request, revision }: FunctionOperation): ListedChange {
  // Some answers wrap the function in the request that named it.
  const fn = request?.function === undefined ? objectOf(request) : objectOf(request.function);
  const { bucket, object, generation } = objectOf(objectOf(objectOf(fn.buildConfig).source).storageSource);
  const upload = [bucket, object, generation].map((part) => textOf(part) ?? '').join('/');
  return { createTime, labels: textMapOf(fn.labels), upload, revision };
}
