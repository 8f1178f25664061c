import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { suiteFiles } from '../../../src/actions/smoke-test/suite-files.ts';
import { type SmokePorts, SuiteError, smokeTest } from '../../../src/steps/smoke/smoke-test.ts';

const outer = mkdtempSync(join(tmpdir(), 'bs-files-'));
const workspace = join(outer, 'repo');
mkdirSync(join(workspace, 'tests/images'), { recursive: true });
const put = (path: string, text: string) => writeFileSync(join(workspace, path), text);
put('tests/images/mixed.png', 'image');
put(`tests/images/${'영수증'.normalize('NFD')}.png`, 'receipt');
writeFileSync(join(outer, 'secret'), 'secret');
symlinkSync(join(outer, 'secret'), join(workspace, 'tests/images/link.png'));
symlinkSync(outer, join(workspace, 'out'));
afterAll(() => rmSync(outer, { recursive: true, force: true }));

const files = suiteFiles(workspace);
const read = async (path: string) => Buffer.from(await files.read(path, 'tests/s.yaml')).toString();

test('a Korean name is found in either spelling', async () => {
  for (const form of ['NFC', 'NFD'] as const)
    expect(await read(`images/영수증.png`.normalize(form))).toBe('receipt');
});

test.each([
  ['images/mixd.png', /does not exist: did you mean mixed\.png\?$/],
  ['imges/mixed.png', /does not exist: did you mean images\?$/],
  ['images/nothing-like-it', /nothing-like-it does not exist\.$/],
  ['images', /is not a file/],
  ['../../secret', /lies outside of the workspace/],
  ['images/link.png', /lies outside of the workspace/],
  ['../out/secret', /lies outside of the workspace/],
])('%s says why it cannot be read, and is not read', async (path, why) => {
  expect(await files.problem?.(path, 'tests/s.yaml')).toMatch(why);
  await expect(read(path)).rejects.toMatchObject({ code: 'suite-invalid', why: expect.stringMatching(why) });
});

test('every missing file is told at its place before anything is sent', async () => {
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
    clock: { now: () => 0, sleep: async () => {} },
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
