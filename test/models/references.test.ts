import { describe, expect, test } from '@jest/globals';
import { parseReference, referenceSentence } from '../../src/models/registry.ts';
import { cpuMsOf } from '../support/cpu.ts';

describe('references of models', () => {
  test.each([
    ['gs://bucket/ocr/model.onnx', { bucket: 'bucket', object: 'ocr/model.onnx', generation: undefined }],
    ['gs://bucket/o#17', { bucket: 'bucket', object: 'o', generation: '17' }],
    ['gs://bucket/folder/', { object: 'folder/' }],
    ['models/ocr.onnx', { path: 'models/ocr.onnx', sha256: undefined }],
    [`m#sha256:${'a'.repeat(64)}`, { path: 'm', sha256: 'a'.repeat(64) }],
    [
      'mlflow://ml.example.com/ocr@candidate',
      { base: 'https://ml.example.com', name: 'ocr', at: { alias: 'candidate' } },
    ],
    [
      'mlflow://ml.example.com:8443/under/here/cat.schema.ocr/versions/7',
      { base: 'https://ml.example.com:8443/under/here', name: 'cat.schema.ocr', at: { version: '7' } },
    ],
    // One server has one text: a rollback may write it another way than the release.
    [
      'mlflow://ML.Example.com:443/a/../b/ocr@candidate',
      { base: 'https://ml.example.com/b', place: 'ml.example.com/b', name: 'ocr' },
    ],
    ['mlflow://localhost:443/ocr@candidate', { base: 'http://localhost:443' }],
    [
      'mlflow://localhost:5000/ocr/stages/Production',
      { base: 'http://localhost:5000', at: { stage: 'Production' } },
    ],
  ])('%s', (text, reference) => {
    expect(parseReference(text).reference).toMatchObject(reference);
  });

  test.each([
    'gs://bucket',
    'gs://bucket/',
    'gs://bucket/folder/#7',
    'gs://bucket/o#x',
    's3://bucket/o',
    'https://example.com/model',
    '/etc/passwd',
    '../model.onnx',
    'a/../../model.onnx',
    'm#sha256:abc',
    'mlflow://ml.example.com/ocr',
    'mlflow://ml.example.com/ocr@latest',
    'mlflow://ml.example.com/ocr@v7',
    'mlflow://ml.example.com/ocr/versions/0',
    'mlflow://ml.example.com/ocr/stages/production',
    'mlflow://user:password@ml.example.com/ocr@candidate',
    'mlflow://ml.example.com/ocr@a b',
    'mlflow://ml.example.com:99999/ocr@candidate',
    '',
  ])('%s is refused', (text) => {
    expect(() => parseReference(text)).toThrow(/^expected /);
  });

  test('a long reference is read in a moment', () => {
    const long = [`mlflow://${'a/'.repeat(20_000)}@`, `gs://${'a'.repeat(50_000)}`, 'a/'.repeat(50_000)];
    expect(
      cpuMsOf(() => {
        for (const text of long) expect(() => parseReference(text)).toThrow();
      }),
    ).toBeLessThan(2000);
  });
});

test('the sentence about all kinds keeps the commas inside the sentence of one', () => {
  expect(referenceSentence).toContain(' or `models/ocr.onnx` (a file of the repository, with ');
});
