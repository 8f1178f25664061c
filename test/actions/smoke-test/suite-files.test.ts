import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { suiteFiles } from '../../../src/actions/smoke-test/suite-files.ts';
import type { SmokePorts } from '../../../src/steps/smoke/ports.ts';
import { readSuite, SuiteError } from '../../../src/steps/smoke/read-suite.ts';
import { smokeTest } from '../../../src/steps/smoke/smoke-test.ts';

const outer = mkdtempSync(join(tmpdir(), 'bs-files-'));
const workspace = join(outer, 'repo');
mkdirSync(join(workspace, 'tests/images'), { recursive: true });
const put = (path: string, text: string) => writeFileSync(join(workspace, path), text);
put('tests/images/mixed.png', 'image');
put(`tests/images/${'영수증'.normalize('NFD')}.png`, 'receipt');
execFileSync('mkfifo', [join(workspace, 'tests/images/fifo')]);
writeFileSync(join(outer, 'secret'), 'secret');
symlinkSync(join(outer, 'secret'), join(workspace, 'tests/images/link.png'));
symlinkSync(outer, join(workspace, 'out'));
afterAll(() => rmSync(outer, { recursive: true, force: true }));

const files = suiteFiles(workspace);
const read = async (path: string) => Buffer.from(await files.read(path, 'tests/s.yaml')).toString();

test('a Korean file name is found in both of its spellings', async () => {
  for (const form of ['NFC', 'NFD'] as const)
    expect(await read(`images/영수증.png`.normalize(form))).toBe('receipt');
});

test.each([
  ['images/mixd.png', /does not exist: did you mean mixed\.png\?$/],
  ['imges/mixed.png', /does not exist: did you mean images\?$/],
  ['images/nothing-like-it', /nothing-like-it does not exist\.$/],
  ['images', /is not a file/],
  ['images/fifo', /is not a file/],
  ['../../secret', /is outside the workspace/],
  ['images/link.png', /is outside the workspace/],
  ['../out/secret', /is outside the workspace/],
])('%s is not read, and the reason is given', async (path, why) => {
  expect(await files.problem?.(path, 'tests/s.yaml')).toMatch(why);
  await expect(read(path)).rejects.toMatchObject({ code: 'suite-invalid', why: expect.stringMatching(why) });
});

test('every missing file is reported at its place before the first request', async () => {
  put(
    'tests/s.yaml',
    `version: 1
cases:
  - {name: good, image: images/mixed.png}
  - name: receipt
    image: images/none.png
    expect:
      text_file: images/none.txt
  - {name: later, image: images/none.png, skip: not there yet}
  - {name: by reference, image: gs://bucket/none.png}
`,
  );
  const ports = {
    files,
    http: {
      send: () => {
        throw new Error('nothing may be sent');
      },
    },
    clock: { now: () => 0, steady: () => 0, sleep: async () => {} },
    log: { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} },
  } as unknown as SmokePorts;
  const error = await smokeTest(ports, {
    suite: 'tests/s.yaml',
    target: { url: 'http://127.0.0.1:1' },
  }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(SuiteError);
  expect((error as SuiteError).problems.map(({ line, column, quoted }) => [line, column, quoted])).toEqual([
    [5, 12, '    image: images/none.png'],
    [7, 18, '      text_file: images/none.txt'],
  ]);
});

describe('files that are not what they seem are faults of the suite', () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;
  put('tests/images/pointer.png', pointer);
  put('tests/images/pointer.txt', pointer);
  put('tests/images/annex.png', '/annex/objects/SHA256E-s12345--abc.png\n');
  const bytes = (path: string, data: Uint8Array) => writeFileSync(join(workspace, path), data);
  bytes('tests/images/utf16.txt', Buffer.from('\ufeffTOTAL 128.40', 'utf16le'));
  bytes('tests/images/utf16-no-bom.txt', Buffer.from('TOTAL 128.40', 'utf16le'));
  bytes('tests/images/euc-kr.txt', Buffer.from([0xc7, 0xd5, 0xb0, 0xe8, 0x20, 0x31, 0x32, 0x38]));
  bytes('tests/images/latin1.txt', Buffer.from('caf\xe9 \xff', 'latin1'));
  bytes('tests/images/bom.txt', Buffer.from('\ufeffTOTAL 128.40'));

  const problemsOf = async (fields: string) => {
    put('tests/odd.yaml', `version: 1\ncases:\n  - {name: odd, ${fields}}\n`);
    const error = await readSuite({ files }, 'tests/odd.yaml').then(
      () => undefined,
      (caught: unknown) => caught,
    );
    return error instanceof SuiteError
      ? error.problems.map(({ line, message }) => `${line} ${message}`)
      : error;
  };
  const withText = (name: string) => `image: images/mixed.png, expect: {text_file: images/${name}}`;

  test.each([
    ['image: images/pointer.png', '3 images/pointer.png is a Git LFS pointer, not the file itself.'],
    ['image: images/annex.png', '3 images/annex.png is a git-annex pointer, not the file itself.'],
    [withText('pointer.txt'), '3 images/pointer.txt is a Git LFS pointer, not the file itself.'],
    [withText('utf16.txt'), '3 images/utf16.txt looks like UTF-16, expected UTF-8.'],
    [withText('utf16-no-bom.txt'), '3 images/utf16-no-bom.txt looks like UTF-16, expected UTF-8.'],
    [withText('euc-kr.txt'), '3 images/euc-kr.txt looks like EUC-KR, expected UTF-8.'],
    [withText('latin1.txt'), '3 images/latin1.txt is not UTF-8.'],
  ])('%s', async (fields, problem) => {
    expect(await problemsOf(fields)).toEqual([expect.stringContaining(problem)]);
  });

  test('a byte order mark of UTF-8 does no harm, and a skipped case is not checked', async () => {
    expect(await problemsOf(withText('bom.txt'))).toBeUndefined();
    expect((await readSuite({ files }, 'tests/odd.yaml')).cases[0]?.expect.text).toBe('TOTAL 128.40');
    expect(
      await problemsOf('skip: later, image: images/pointer.png, expect: {text_file: none.txt}'),
    ).toBeUndefined();
  });

  test('the suite itself in UTF-16', async () => {
    bytes('tests/utf16.yaml', Buffer.from('\ufeffversion: 1', 'utf16le'));
    await expect(readSuite({ files }, 'tests/utf16.yaml')).rejects.toMatchObject({
      code: 'suite-invalid',
      problems: [{ line: 1, message: expect.stringContaining('looks like UTF-16') }],
    });
  });
});
