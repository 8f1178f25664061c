import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readRegularFile } from '../../src/runner/regular-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'bs-regular-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = (bytes: Buffer | string): string => {
  const path = join(folder, 'file.json');
  writeFileSync(path, bytes);
  return path;
};

test('a byte order mark is not part of the text', () => {
  expect(readRegularFile(written('\uFEFF{"slo": 0.99}'))).toBe('{"slo": 0.99}');
});

test.each([
  [
    'UTF-16, as PowerShell writes it',
    Buffer.from('\uFEFF{"slo": 0.99}', 'utf16le'),
    /looks like UTF-16\. Save it as UTF-8/,
  ],
  ['a byte that is no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /is not UTF-8/],
  [
    'a pointer of Git LFS',
    'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n',
    /is a Git LFS pointer, not the file itself\. Check out with lfs: true/,
  ],
])('%s is refused by its name', (_, bytes, says) => {
  expect(() => readRegularFile(written(bytes))).toThrow(says);
});
