/** An object, or with a slash at the end everything below a folder. */
export interface ObjectReference {
  bucket: string;
  object: string;
  generation: string | undefined;
}

export function parseObject(rest: string): ObjectReference {
  const [, bucket, object = '', generation] =
    /^([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/([^#?\s]{1,1000})(?:#(\d{1,20}))?$/.exec(rest) ?? [];
  if (bucket === undefined)
    throw new Error('expected a bucket and an object such as gs://my-bucket/ocr/model.onnx#1712345678901234');
  if (object.endsWith('/') && generation !== undefined)
    throw new Error('expected no generation, because only an object has one and this is a folder');
  return { bucket, object, generation };
}
