import { expect, test } from '@jest/globals';
import { compare, gcloudLibrary, nothingYet, sentence } from './compare.ts';

const library = gcloudLibrary();
if (!library) console.log('Skipped: the comparison of trees with gcloud, which is not installed here.');

(library ? test : test.skip)(
  'no tree uploads a file that the installed gcloud leaves out, and none is left out without a word',
  () => {
    const counts = nothingYet();
    compare(
      library ?? '',
      Array.from({ length: 150 }, (_, at) => at),
      counts,
    );
    expect(counts.more).toEqual([]);
    expect(counts.lost).toEqual([]);
    expect({ ...counts, sentence: sentence(counts) }).toMatchObject({ trees: 150 });
    expect(counts.same).toBeGreaterThan(50);
  },
);
