import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Followed, followed } from './followed.ts';
import { allBlocks, read, root } from './pages.ts';

/**
 * Every block for a shell is followed by a test, or there is a reason why not. The Korean pages show the blocks of the English ones, and
 * korean.test.ts compares them.
 */
const shells = allBlocks('sh', 'shell', 'bash').filter(({ place }) => !place.startsWith('docs/ko/'));
const pageOf = (place: string) => place.replace(/:\d+$/, '');
const fits = ({ page, holds = '' }: Followed, block: { place: string; text: string }) =>
  pageOf(block.place) === page && block.text.includes(holds);

test.each(shells.map((block) => [block.place, block] as const))(
  '%s is followed, or says why not',
  (_, block) => {
    expect(followed.filter((one) => fits(one, block)).length).toBeGreaterThan(0);
  },
);

describe.each(followed.map((one) => [`${one.page} ${one.holds ?? ''}`, one] as const))('%s', (_, one) => {
  test('names a block that is there, and either a test or a reason', () => {
    expect(shells.filter((block) => fits(one, block)).length).toBeGreaterThan(0);
    expect([one.by, one.because].filter((text) => text !== undefined)).toHaveLength(1);
    if (one.by === undefined) return;
    expect([one.by, existsSync(join(root, one.by))]).toEqual([one.by, true]);
    const page = one.page.startsWith('actions/') ? one.page : basename(one.page, '.md');
    expect(read(one.by)).toContain(one.says ?? page);
  });
});

test('no block is without a test that runs it', () => {
  const reasons = followed.filter(({ because }) => because !== undefined);
  const count = shells.filter((block) => reasons.some((one) => fits(one, block))).length;
  console.log(`blocks for a shell: ${shells.length}, ${count} without a test that runs them`);
  expect(count).toBe(0);
});
