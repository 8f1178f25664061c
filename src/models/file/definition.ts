import { defineRegistry } from '../definition.ts';
import { parseFile } from './reference.ts';

export const file = defineRegistry({
  prefix: '',
  example: 'models/ocr.onnx',
  sentence: 'a file of the repository, with `#sha256:…` only if it has that digest',
  inputs: {},
  parse: parseFile,
  settings: () => undefined,
  async open({ workspace }, { text, reference }) {
    const { createFileModel } = await import('./file.ts');
    return createFileModel(workspace, text, reference);
  },
});
