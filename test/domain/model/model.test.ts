import { describe, expect, test } from '@jest/globals';
import {
  carriedIn,
  labelOf,
  type ResolvedModel,
  sameBytes,
  variablesOf,
} from '../../../src/domain/model/model.ts';
import { modelOfRevision } from '../../../src/domain/model/of-revision.ts';

const model = (more: Partial<ResolvedModel> = {}): ResolvedModel => ({
  ...{ registry: 'gs', asked: 'gs://b/o', reference: 'gs://b/o#7', name: 'o', version: '7', uri: 'gs://b/o' },
  digest: 'crc32c:AAAAAA==',
  ...more,
});

describe('the model of a revision', () => {
  test.each([model(), model({ digest: undefined })])('is read as it was set', (one) => {
    const variables = variablesOf(one);
    expect(Object.keys(variables)).toHaveLength(4);
    expect(carriedIn(variables)).toEqual({
      reference: one.reference,
      version: one.version,
      digest: one.digest,
    });
  });

  test('is read from the containers of a revision, the first one that names it', () => {
    const env = (reference: string) => [{ name: 'MODEL_REFERENCE', value: reference }, { name: 'X' }];
    const raw = { containers: [{ env: [] }, { env: env('gs://b/o#1') }, { env: env('gs://b/o#2') }] };
    expect(modelOfRevision(raw)?.reference).toBe('gs://b/o#1');
    for (const none of [
      undefined,
      {},
      { containers: [{}] },
      { containers: [{ env: [{ name: 'MODEL_REFERENCE' }] }] },
    ])
      expect(modelOfRevision(none)).toBeUndefined();
  });

  test.each([
    ['sha256:a', 'sha256:a', true],
    ['sha256:a', 'sha256:b', false],
    ['sha256:a', undefined, true],
    [undefined, 'sha256:a', true],
    ['sha256:a', 'files:b', true],
    ['sha256:a+checkpoint:1', 'checkpoint:1', true],
    ['sha256:a+checkpoint:1', 'checkpoint:2', false],
    ['sha256:a+checkpoint:1', 'sha256:b+checkpoint:1', false],
    ['', '', true],
  ])('%s and %s are the same bytes, as far as is known: %s', (carried, now, same) => {
    expect(sameBytes(carried, now)).toBe(same);
  });

  test.each([
    ['ocr', '7', 'ocr-7'],
    ['OCR Korean', '12', 'ocr-korean-12'],
    ['model.onnx', '1712345678901234', 'model-onnx-1712345678901234'],
    ['x'.repeat(300), '1712345678901234', `${'x'.repeat(46)}-1712345678901234`],
    ['ocr', 'y'.repeat(300), `ocr-${'y'.repeat(39)}`],
    ['한국어', '7', '7'],
    ['_ocr', `${'y'.repeat(38)}-z`, `ocr-${'y'.repeat(38)}`],
  ])('%s %s as a label', (name, version, label) => {
    expect(labelOf(model({ name, version }))).toBe(label);
    expect(label).toMatch(/^[a-z0-9][a-z0-9_-]{0,62}$/);
  });
});
