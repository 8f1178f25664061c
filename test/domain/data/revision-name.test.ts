import { expect, test } from '@jest/globals';
import { isRevisionOf } from '../../../src/domain/data/revision-name.ts';

test.each([
  ['ocr', 'ocr-00001-abc', true],
  ['ocr', 'ocr-blue', true],
  ['ocr', 'ocr-2026-11-30', true],
  ['ocr', 'ocr-worker-00001-abc', false],
  ['ocr', 'ocr-python-worker-00012-xyz', false],
  ['ocr-python', 'ocr-python-00001-abc', true],
  ['ocr', 'ocr', false],
  ['ocr', 'ocrs-00001-abc', false],
  ['ocr', 'my-ocr-00001-abc', false],
])('of %s: %s is %s', (service, name, own) => {
  expect(isRevisionOf(service, name)).toBe(own);
});
