import { defineRegistry } from '../definition.ts';
import { parseObject } from './reference.ts';

export const gs = defineRegistry({
  prefix: 'gs://',
  example: 'gs://my-bucket/ocr/model.onnx#1712345678901234',
  sentence:
    'an object of Cloud Storage; without a generation the newest one is taken, and a slash at the end means a whole folder',
  inputs: {},
  parse: parseObject,
  settings: () => undefined,
  placeOf: ({ bucket, object }) => ({ at: 'storage', bucket, folder: object.endsWith('/') }),
  async open({ rest }, { text, reference }) {
    const { createObjectModel } = await import('./objects.ts');
    return createObjectModel(rest, text, reference);
  },
});
