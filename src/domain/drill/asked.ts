/** One bucket of the input `buckets`: `role=bucket>copy`. Role and copy may be missing. */
export interface AskedBucket {
  role: string;
  bucket: string;
  copy: string | undefined;
}

const name = '[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]';
const form = new RegExp(`^(?:([a-z][a-z0-9-]{0,30})=)?(?:gs://)?(${name})(?:\\s*>\\s*(?:gs://)?(${name}))?$`);

export const bucketForm =
  'a bucket such as model=my-models, with its copy in another region behind > if it has one';

/** Throws with a sentence that says what would be right. */
export function parseBucket(text: string): AskedBucket {
  const [, role = 'data', bucket, copy] = form.exec(text) ?? [];
  if (bucket === undefined) throw new Error(`expected ${bucketForm}`);
  if (bucket === copy) throw new Error('expected a copy that is another bucket');
  return { role, bucket, copy };
}
