import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { uploadSet } from '../../../src/gcp/source/upload-set.ts';
import { createTrees } from '../../../src/git/trees.ts';
import { published } from '../../peers/workflows/published.ts';
import { check, type Files } from '../../support/check-repository.ts';

/** Ours first: this repository, and every workflow and snippet that we give others to copy. */

const root = join(import.meta.dirname, '../../..');

test('this repository passes its own check', () => {
  const { paths, text } = createTrees({
    root,
    environment: { PATH: process.env.PATH },
    upload: uploadSet,
  }).head();
  const files: Files = Object.fromEntries(
    paths.flatMap((path) =>
      /^(\.github|actions|terraform|examples)\/|^[^/]+$/.test(path) ? [[path, text(path) ?? '']] : [],
    ),
  );
  expect(Object.keys(files).length).toBeGreaterThan(60);
  const found = check(files).found.filter(({ severity }) => !['low', 'info'].includes(severity));
  expect(found.map(({ at, title }) => `${at.file}:${at.line}: ${title}`)).toEqual([]);
});

/** What the frame around the snippet of a page decides, and not the snippet. */
const ofTheFrame = ['id-token-missing', 'no-environment', 'timeout-too-short'];

test('every workflow and snippet that we publish passes, but for the commit that a release of ours writes', () => {
  const all = published();
  expect(all.length).toBeGreaterThan(40);
  const found = all.flatMap(({ place, file, text }) =>
    check({ [`.github/workflows/${file}`]: text })
      .found.filter(({ severity }) => !['low', 'info'].includes(severity))
      .filter(({ rule, title }) => !(rule === 'uses-moving' && title.startsWith('backstay-release/')))
      .filter(({ rule }) => !(/\.md:/.test(place) && ofTheFrame.includes(rule)))
      .map(({ rule, title }) => `${place}: ${title} [${rule}]`),
  );
  expect(found).toEqual([]);
});
