import { describe, expect, test } from '@jest/globals';
import {
  bucketName,
  digestIn,
  isFunctionsSource,
  parseSource,
  uploadName,
} from '../../../src/domain/source/location.ts';

describe('where source lies', () => {
  test.each([
    ['gs://b/o.zip', { bucket: 'b', object: 'o.zip', generation: undefined }],
    ['gs://b/a/b/o.zip#17', { bucket: 'b', object: 'a/b/o.zip', generation: '17' }],
    ['https://b/o.zip', undefined],
    ['gs://b', undefined],
    [undefined, undefined],
  ])('%s', (text, wanted) => expect(parseSource(text)).toEqual(wanted));

  test.each([
    ['my-project', 'run-sources-my-project-us-central1'],
    ['example.com:google-ocr', 'run-sources-example_com_elgoog-ocr-us-central1'],
  ])('the bucket of %s has a name that Cloud Storage takes', (project, wanted) =>
    expect(bucketName(project, 'us-central1')).toBe(wanted),
  );

  test('the name of an upload has the digest of its source', () => {
    const sha256 = '0a'.repeat(32);
    expect(digestIn(`gs://b/${uploadName('ocr', sha256, 'one-two')}#17`)).toBe(sha256);
  });

  test.each(['gs://b/services/ocr/1769-0a.zip', `gs://b/${'0a'.repeat(32)}-1.zip`, undefined])(
    '%s was uploaded by another tool',
    (text) => expect(digestIn(text)).toBeUndefined(),
  );

  test.each([
    ['gs://gcf-v2-sources-123-us-central1/ocr/function-source.zip', true],
    ['gs://run-sources-p-us-central1/gcf-v2-sources-1/o.zip', false],
    [undefined, false],
  ])('%s was uploaded by the Functions API: %s', (text, wanted) =>
    expect(isFunctionsSource(text)).toBe(wanted),
  );
});
