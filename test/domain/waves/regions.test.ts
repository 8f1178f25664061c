import { describe, expect, test } from '@jest/globals';
import { parseWaves } from '../../../src/domain/waves/regions.ts';

describe('regions', () => {
  test.each([
    ['europe-west1', [['europe-west1']]],
    ['europe-west1; asia-northeast3, us-central1', [['europe-west1'], ['asia-northeast3', 'us-central1']]],
    [
      'europe-west1;\n  asia-northeast3\n  us-central1;\n',
      [['europe-west1'], ['asia-northeast3', 'us-central1']],
    ],
  ])('%j', (text, waves) => {
    expect(parseWaves(text)).toEqual(waves);
  });

  test.each([
    ['', /at least one region in each wave/],
    ['europe-west1;;us-central1', /at least one region in each wave/],
    ['; us-central1', /at least one region in each wave/],
    ['europe-west1; europe-west1', /each region once/],
    ['eu', /regions such as us-central1/],
    ['europe-west1/../x1', /regions such as us-central1/],
    [Array.from({ length: 13 }, (_, i) => `us-east${i + 1}`).join(','), /at most 12/],
  ])('%j is refused', (text, message) => {
    expect(() => parseWaves(text)).toThrow(message);
  });
});
