import { describe, expect, test } from '@jest/globals';
import { countAbove, readHistogram } from '../../../src/sli/metrics/distribution.ts';

describe('distributions', () => {
  test.each([
    [
      {
        bucketOptions: { linearBuckets: { numFiniteBuckets: 3, width: 10, offset: 0 } },
        bucketCounts: ['1', '1', '1', '1', '1'],
      },
      18,
      { total: 5, above: 2, edge: 20 },
    ],
    [
      {
        bucketOptions: { exponentialBuckets: { numFiniteBuckets: 3, growthFactor: 2, scale: 10 } },
        bucketCounts: ['0', '5', '2'],
      },
      19,
      { total: 7, above: 2, edge: 20 },
    ],
    [{ bucketOptions: { explicitBuckets: { bounds: [1, 2] } } }, 2, { total: 0, above: 0, edge: 2 }],
  ])('%#', (raw, bound, expected) => {
    const histogram = readHistogram(raw);
    expect(histogram && countAbove(histogram, bound)).toEqual(expected);
  });

  test.each([
    null,
    {},
    { bucketOptions: {}, bucketCounts: ['1'] },
    { bucketOptions: { linearBuckets: { numFiniteBuckets: 1e9, width: 1 } } },
    { bucketOptions: { explicitBuckets: { bounds: ['x'] } } },
    { bucketOptions: { explicitBuckets: { bounds: [1] } }, bucketCounts: ['1', '2', '3'] },
    { bucketOptions: { explicitBuckets: { bounds: [1] } }, bucketCounts: ['-1'] },
    { bucketOptions: { explicitBuckets: { bounds: [1] } }, bucketCounts: ['3'], count: '10' },
    { bucketOptions: { explicitBuckets: { bounds: [1] } }, count: '10' },
  ])('%j is not a distribution', (raw) => {
    expect(readHistogram(raw)).toBeUndefined();
  });
});
