import { type Past, pastMetadata, readPast } from '../../domain/drill/trend.ts';
import type { DrillPorts } from './ports.ts';

/** Bucket and folder of the results. Each is an object of its own that is never changed. */
export interface ResultsPlace {
  bucket: string;
  folder: string;
}

/** Adds a result, with everything that was measured. */
export async function writeResult(
  { buckets }: Pick<DrillPorts, 'buckets'>,
  { bucket, folder }: ResultsPlace,
  now: Past,
  measured: object,
  signal?: AbortSignal,
): Promise<void> {
  const text = JSON.stringify({ ...now, ...measured }, null, 2);
  await buckets.write(
    { bucket, name: `${folder}${now.run}.json` },
    { bytes: Buffer.from(`${text}\n`), type: 'application/json', metadata: pastMetadata(now) },
    undefined,
    signal,
  );
}

/** Adds to `past` the results that are there. */
export async function readResults(
  { buckets }: Pick<DrillPorts, 'buckets'>,
  { bucket, folder }: ResultsPlace,
  past: Past[],
  signal?: AbortSignal,
): Promise<void> {
  for (const { name, metadata } of await buckets.list(bucket, folder, 'live', signal)) {
    const one = readPast(name.slice(folder.length).replace(/\.json$/, ''), metadata);
    if (one) past.push(one);
  }
}
