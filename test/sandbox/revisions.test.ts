import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { satisfies } from '../../sandbox/revisions/dependencies.ts';
import { extractZip, readZip } from '../../sandbox/revisions/zip.ts';
import { until } from '../support/hold-call.ts';
import { zipOf } from './support/zip.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-zip-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a zip', () => {
  test('unpacks to the same files', () => {
    const files = { 'a.txt': 'one', 'deep/er/b.js': 'two'.repeat(5000), empty: '', '한글.txt': '셋' };
    extractZip(readZip(zipOf(files)), folder);
    for (const [path, text] of Object.entries(files))
      expect(readFileSync(join(folder, path), 'utf8')).toBe(text);
  });

  test.each([['../up.txt'], ['/etc/x'], ['a/../../b'], ['..\\up.txt'], ['C:\\x']])(
    'with the path %s is refused as a whole',
    (path) => {
      expect(() => readZip(zipOf({ 'ok.txt': 'x', [path]: 'y' }))).toThrow(/leaves the archive/);
    },
  );

  test('with a symbolic link is refused', () => {
    const zip = zipOf({ link: '/etc/passwd' });
    const directory = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    zip.writeUInt32LE((0o120777 << 16) >>> 0, directory + 38);
    expect(() => readZip(zip)).toThrow(/symbolic link/);
  });

  test('that is larger than its header says is refused', () => {
    const zip = zipOf({ bomb: '0'.repeat(1_000_000) });
    const directory = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    zip.writeUInt32LE(10, directory + 24);
    expect(() => readZip(zip)[0]?.data()).toThrow();
  });

  test("made by the machine's zip tool is read, if there is one", async () => {
    writeFileSync(join(folder, 'c.txt'), 'three');
    const out = join(folder, 'tool.zip');
    const code = await new Promise((resolve) =>
      spawn('zip', ['-q', out, 'c.txt'], { cwd: folder })
        .once('error', () => resolve('none'))
        .once('close', resolve),
    );
    if (code === 'none') return process.stderr.write('revisions.test: no zip tool, that part is skipped\n');
    expect(readZip(readFileSync(out))[0]?.data().toString()).toBe('three');
  });

  test('truncated anywhere is refused', () => {
    const zip = zipOf({ 'a.txt': 'one', 'b.txt': 'two' });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: zip.length - 1 }), (length) => {
        expect(() => readZip(zip.subarray(0, length))).toThrow(/archive|truncated|broken|zip64/);
      }),
    );
  });
});

describe('a version fits a range', () => {
  test.each([
    ['1.2.3', '^1.2.0', true],
    ['2.0.0', '^1.2.0', false],
    ['1.1.9', '^1.2.0', false],
    ['0.3.1', '^0.3.0', true],
    ['0.4.0', '^0.3.0', false],
    ['0.0.4', '^0.0.3', false],
    ['1.2.9', '~1.2.3', true],
    ['1.3.0', '~1.2.3', false],
    ['1.9.0', '~1', true],
    ['1.2.3', '1.2.3', true],
    ['1.2.4', '1.2.3', false],
    ['1.2.4', '1.2', true],
    ['1.9.9', '1.x', true],
    ['9.0.0', '>=1.2', true],
    ['5.0.0', '*', true],
    ['5.0.0', 'latest', true],
    ['1.0.0-beta.1', '^1.0.0', undefined],
    ['1.0.0', 'file:../x', undefined],
    ['1.0.0', '1 || 2', undefined],
  ])('%s in %s: %s', (version, range, expected) => expect(satisfies(version, range)).toBe(expected));
});

test('the containers of a killed sandbox end with it', async () => {
  const source = join(folder, 'host.ts');
  const here = import.meta.dirname;
  symlinkSync(join(here, '..', '..', 'node_modules'), join(folder, 'node_modules'), 'dir');
  mkdirSync(join(folder, 'state'));
  writeFileSync(
    source,
    `import { openSandbox } from ${JSON.stringify(join(here, 'support', 'client.ts'))};
     const client = await openSandbox({ folder: ${JSON.stringify(join(folder, 'state'))} });
     await client.deploy('f', { 'index.js': 'exports.ocr = (q, r) => r.json({ pid: process.pid });' });
     const { uri } = await client.service('f');
     console.log((await client.call(uri, await client.idToken(uri))).body.pid);`,
  );
  const child = spawn(process.execPath, ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number(
    await new Promise((resolve) => {
      child.stdout.setEncoding('utf8').once('data', resolve);
      child.once('exit', () => resolve(0));
    }),
  );
  expect(existsSync(`/proc/${pid}`) || process.platform !== 'linux').toBe(true);
  child.kill('SIGKILL');
  const alive = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  await until(() => !alive());
});
