import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readIgnoreRules } from '../../../src/gcp/source/ignore-rules.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-encoding-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = '# für alle\nsecret\n*.kéy\n!ok.kéy\n';
const utf16 = (order: 'le' | 'be', from = text) => {
  const bytes = Buffer.from(`\ufeff${from}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};

/** The same file as `.gcloudignore`, as `.gitignore`, and as a file that `.gcloudignore` includes. */
const places: [string, (bytes: Uint8Array) => void][] = [
  ['.gcloudignore', (bytes) => writeFileSync(join(folder, '.gcloudignore'), bytes)],
  ['.gitignore', (bytes) => writeFileSync(join(folder, '.gitignore'), bytes)],
  [
    'rules',
    (bytes) => {
      writeFileSync(join(folder, '.gcloudignore'), '#!include:rules\n');
      writeFileSync(join(folder, 'rules'), bytes);
    },
  ],
];

describe.each(places)('%s', (name, put) => {
  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text.slice(text.indexOf('secret'))}`)],
    ['UTF-8 with Windows line ends', Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['UTF-16, little-endian', utf16('le')],
    ['UTF-16, big-endian', utf16('be')],
    ['UTF-16 with Windows line ends', utf16('le', text.replaceAll('\n', '\r\n'))],
    [
      'UTF-8 with a comment in another encoding',
      Buffer.concat([Buffer.from('# f\xfcr\n', 'latin1'), Buffer.from(text)]),
    ],
  ])('is read in %s', (_, bytes) => {
    put(bytes);
    const rules = readIgnoreRules(folder);
    const judged = ['secret', 'a.kéy', 'ok.kéy', 'other'].map((path) => rules.ignores(path, false));
    expect(judged).toEqual([true, true, false, false]);
  });

  test.each([
    ['Latin-1', Buffer.from(text, 'latin1'), 'is not in UTF-8: line 3 holds other bytes'],
    ['EUC-KR', Buffer.from([0xc7, 0xd1, 0xb1, 0xdb, 0x0a]), 'is not in UTF-8: line 1'],
    ['UTF-16 without a mark', utf16('le').subarray(2), 'holds zero bytes'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x73, 0, 0, 0]), 'holds zero bytes'],
    ['zero bytes', Buffer.from('secret\0\n'), 'holds zero bytes'],
    ['more than a MiB', Buffer.alloc((1 << 20) + 1, 'a'), 'is larger than 1 MiB'],
  ])('is refused in %s', (_, bytes, problem) => {
    put(bytes);
    expect(() => readIgnoreRules(folder)).toThrow(`The ignore file ${name} ${problem}`);
  });
});

test('the mark takes nothing back that gcloud leaves out', () => {
  writeFileSync(join(folder, '.gcloudignore'), 'a\n#!include:rules\n');
  writeFileSync(join(folder, 'rules'), '\ufeff!a\n');
  expect(readIgnoreRules(folder).ignores('a', false)).toBe(true);
});

test.each(['.gcloudignore', '.gitignore'])(
  '%s that is a pipe, a device or a link to nothing is refused',
  (name) => {
    for (const target of ['/dev/zero', 'nowhere', '.']) {
      symlinkSync(target, join(folder, name));
      expect(() => readIgnoreRules(folder)).toThrow(`The ignore file ${name}`);
      rmSync(join(folder, name));
    }
    if (spawnSync('mkfifo', [join(folder, name)]).status !== 0)
      return console.log('Skipped: mkfifo is not here.');
    expect(() => readIgnoreRules(folder)).toThrow(`The ignore file ${name} is not a regular file`);
  },
);
