import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { isCopied, isExecuted, sameButStamp, stamp } from '../../../scripts/release/stamp.ts';

const sha = 'a'.repeat(40);
const by = { sha, version: '1.2.0' };
const named = `@${sha} # v1.2.0`;

test.each([
  ['- uses: backstay-release/backstay@v1', `- uses: backstay-release/backstay${named}`],
  [
    'uses: backstay-release/backstay/actions/smoke-test@v1',
    `uses: backstay-release/backstay/actions/smoke-test${named}`,
  ],
  [
    'uses: backstay-release/backstay/.github/workflows/release.yml@v1',
    `uses: backstay-release/backstay/.github/workflows/release.yml${named}`,
  ],
  [`uses: backstay-release/backstay@${'b'.repeat(40)} # v1.1.0`, `uses: backstay-release/backstay${named}`],
  [
    'uses: backstay-release/backstay@v1 # the whole release',
    `uses: backstay-release/backstay${named} # the whole release`,
  ],
])('%s', (before, after) => {
  expect(stamp(before, by)).toBe(after);
  expect(stamp(after, by)).toBe(after);
  expect(sameButStamp(before, after)).toBe(true);
});

test.each([
  'uses: actions/checkout@v5',
  'uses: backstay-release/backstay-demo@v1',
  'uses: backstay-release/backstay@main',
  'uses: backstay-release/backstay@v1.2.0',
  '`backstay-release/backstay@v1` is the whole release',
])('%s stays', (text) => {
  expect(stamp(text, by)).toBe(text);
});

test('another change is seen beside a stamp', () => {
  expect(
    sameButStamp(
      'uses: backstay-release/backstay@v1\nrun: a',
      `uses: backstay-release/backstay${named}\nrun: b`,
    ),
  ).toBe(false);
});

const root = join(import.meta.dirname, '../../..');
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter(Boolean);

test('in this repository every workflow and composite that a runner executes names only the stamp afterwards', () => {
  const executed = tracked.filter(isExecuted);
  expect(executed).toEqual(
    expect.arrayContaining([
      '.github/workflows/release.yml',
      '.github/workflows/check.yml',
      '.github/workflows/check-comment.yml',
      '.github/workflows/rollback.yml',
      'actions/candidate/action.yml',
    ]),
  );
  for (const file of executed) {
    const text = stamp(readFileSync(join(root, file), 'utf8'), by);
    const uses = [...text.matchAll(/uses: (backstay-release\/\S+)/g)].map(([, use = '']) => use);
    expect(uses.filter((use) => !use.endsWith(`@${sha}`))).toEqual([]);
  }
});

test('every example and page that names an action is stamped', () => {
  const naming = tracked.filter(
    (file) =>
      /\.(md|ya?ml)$/.test(file) &&
      /uses: backstay-release\/backstay/.test(readFileSync(join(root, file), 'utf8')),
  );
  const left = naming.filter((file) => !isCopied(file) && !isExecuted(file));
  // A changelog and an issue speak of the version of their day.
  expect(
    left.filter((file) => !/^(CHANGELOG\.md|test\/|\.github\/ISSUE_TEMPLATE\/|docs\/gallery\/)/.test(file)),
  ).toEqual([]);
  expect(naming.length).toBeGreaterThan(15);
});
