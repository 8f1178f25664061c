import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { uploadSet } from '../../../src/gcp/source/upload-set.ts';
import { createTrees } from '../../../src/git/trees.ts';
import { check, type Files } from '../../support/check-repository.ts';

/** Ours first: this repository, and every workflow that we give others to copy. */

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

const examples = readdirSync(join(root, 'examples/workflows'));

test.each(examples)(
  'examples/workflows/%s passes, but for the commit that a release of ours writes',
  (name) => {
    const text = readFileSync(join(root, 'examples/workflows', name), 'utf8');
    const found = check({ [`.github/workflows/${name}`]: text }).found.filter(
      ({ rule, severity, title }) =>
        !['low', 'info'].includes(severity) &&
        !(rule === 'uses-moving' && title.startsWith('backstay-release/')),
    );
    expect(found.map(({ at, title }) => `${at.line}: ${title}`)).toEqual([]);
  },
);
