import { objectOf, textMapOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { carriesLabels, type ListedChange, madeByRelease } from '../../domain/traffic/maker.ts';
import type { FunctionOperation, Functions } from '../../steps/ports/functions.ts';
import type { Claim } from '../../steps/ports/target.ts';
import { deployedFunction } from './describe.ts';

type Clients = { functions: Pick<Functions, 'get' | 'operations'> };

/**
 * Has the release's own change of the function made the revision? The list of operations tells it.
 * @param name projects/P/locations/L/functions/F
 */
export async function functionMade(
  { functions }: Clients,
  name: string,
  { revision, record }: Claim,
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
