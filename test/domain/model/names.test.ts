import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { meansModel, namesOfModel } from '../../../src/domain/model/names.ts';
import { cpuMsOf } from '../../support/cpu.ts';

const carried = (reference: string, version: string | undefined) => ({
  reference,
  version,
  digest: undefined,
});

describe('the names of a model', () => {
  test.each([
    [
      'mlflow://mlflow.example.com/ocr/versions/7',
      '7',
      'mlflow://mlflow.example.com/ocr@candidate',
      ['ocr@7', 'ocr@candidate'],
    ],
    ['vertex://projects/p/locations/r/models/ocr@7', '7', 'vertex://ocr@7', ['ocr@7']],
    ['gs://bucket/ocr/model.onnx#171', '171', undefined, ['model.onnx@171']],
    ['gs://bucket/ocr/v7/#sha256:ab', 'ab', undefined, ['v7@ab']],
    ['models/ocr.onnx#sha256:abc', 'abc', 'models/ocr.onnx', ['ocr.onnx@abc']],
    ['gs://bucket/ocr#2/large#1.onnx#171', '171', undefined, ['large#1.onnx@171']],
    ['mlflow://mlflow.example.com/ocr#2/versions/7', '7', undefined, ['ocr#2@7']],
    ['odd', undefined, undefined, []],
  ])('%s', (reference, version, asked, names) =>
    expect(namesOfModel(carried(reference, version), asked)).toEqual([...names, reference]),
  );
});

describe('a pattern', () => {
  const names = namesOfModel(carried('mlflow://h/ocr/versions/7', '7'), 'mlflow://h/ocr@candidate');
  test.each([
    ['ocr@7', true],
    ['ocr@*', true],
    ['*@candidate', true],
    ['mlflow://h/*', true],
    ['*', true],
    ['o*r@*7', true],
    ['ocr', false],
    ['ocr@70', false],
    ['ocr@77*7', false],
    ['OCR@7', false],
    ['ocr@7*7', false],
  ])('%s: %s', (pattern, means) => expect(meansModel(pattern, names)).toBe(means));

  test('means the same as the regular expression with .* for its stars', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (pattern, name) => {
        const escaped = pattern.split('*').map((part) => part.replaceAll('.', '\\.'));
        expect(meansModel(pattern, [name])).toBe(new RegExp(`^${escaped.join('.*')}$`, 's').test(name));
      }),
    );
  });

  test('with many stars is quick on a long name', () => {
    const took = cpuMsOf(() => {
      expect(meansModel(`${'a*'.repeat(400)}b`, ['a'.repeat(100_000)])).toBe(false);
    });
    expect(took).toBeLessThan(5000);
  });
});
