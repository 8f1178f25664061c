import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { manifestText } from '../../../src/domain/source/manifest.ts';
import { pack } from '../../../src/gcp/source/pack.ts';
import { pieceBytes } from '../../../src/gcp/source/read-file.ts';
import { scan } from '../../../src/gcp/source/scan.ts';
import { combineCrc } from '../../../src/gcp/source/zip-format.ts';
import { openFilesBelow } from '../../support/open-files.ts';

let root: string;
let source: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'bs-archive-')));
  source = join(root, 'source');
  mkdirSync(source);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string | Uint8Array, mode = 0o644): string {
  const file = join(source, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode });
  chmodSync(file, mode);
  return file;
}

interface Entry {
  name: string;
  mode: number;
  method: number;
  date: number;
  content: Buffer;
}

/** Reads an archive from its central directory and checks every local header against it. */
function readZip(path: string): Entry[] {
  const bytes = readFileSync(path);
  const end = bytes.length - 22;
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50);
  const entries: Entry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < bytes.readUInt16LE(end + 10); index++) {
    expect(bytes.readUInt32LE(at)).toBe(0x02014b50);
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const packed = bytes.readUInt32LE(at + 20);
    const local = bytes.readUInt32LE(at + 42);
    expect(bytes.subarray(local + 4, local + 30).equals(bytes.subarray(at + 6, at + 32))).toBe(true);
    expect(bytes.toString('utf8', local + 30, local + 30 + nameLength)).toBe(name);
    const data = bytes.subarray(local + 30 + nameLength, local + 30 + nameLength + packed);
    const method = bytes.readUInt16LE(at + 10);
    const content = method === 8 ? inflateRawSync(data) : data;
    expect(crc32(content)).toBe(bytes.readUInt32LE(at + 16));
    expect(content.length).toBe(bytes.readUInt32LE(at + 24));
    entries.push({
      name,
      mode: bytes.readUInt32LE(at + 38) >>> 16,
      method,
      date: bytes.readUInt32LE(at + 12),
      content,
    });
    at += 46 + nameLength;
  }
  return entries;
}

const refused = async (text: string | RegExp) => expect(scan(source)).rejects.toThrow(text);

describe('an archive', () => {
  test('holds exactly the files, sorted, with their modes and a fixed time, and unzip agrees', async () => {
    put('index.js', 'exports.ocr = 1;\n'.repeat(50));
    put('bin/run', '#!/bin/sh\n', 0o755);
    put('empty', '');
    put('한글/é.txt', 'text');
    put('photo.jpg', Buffer.alloc(3000, 'abc'));
    put('random.bin', createHash('sha512').update('x').digest());
    const tree = await scan(source);
    const archive = await pack(tree, root);
    const entries = readZip(archive.path);
    expect(entries.map((entry) => entry.name)).toEqual([
      'bin/run',
      'empty',
      'index.js',
      'photo.jpg',
      'random.bin',
      '한글/é.txt',
    ]);
    expect(new Set(entries.map((entry) => entry.date))).toEqual(new Set([0x00210000]));
    expect(entries.map((entry) => entry.mode)).toEqual([
      0o100755, 0o100644, 0o100644, 0o100644, 0o100644, 0o100644,
    ]);
    // Files in compressed formats, and files that would grow, are stored as they are.
    expect(entries.map((entry) => entry.method)).toEqual([
      expect.any(Number),
      0,
      8,
      0,
      0,
      expect.any(Number),
    ]);
    for (const entry of entries)
      expect(entry.content.equals(readFileSync(join(source, entry.name)))).toBe(true);
    expect(archive.bytes).toBe(readFileSync(archive.path).length);
    if (spawnSync('unzip', ['-v']).status === 0)
      expect(execFileSync('unzip', ['-tq', archive.path], { encoding: 'utf8' })).toContain(
        'No errors detected',
      );
    else console.log('Skipped: the check by unzip, which is not installed here.');
    archive.remove();
    expect(existsSync(archive.path)).toBe(false);
  });

  test.each([0, 1, pieceBytes - 1, pieceBytes, pieceBytes + 1, 3 * pieceBytes + 17])(
    'a file of %i bytes',
    async (size) => {
      const content = Buffer.alloc(size);
      for (let at = 0; at < size; at++) content[at] = (at * 31 + (at >> 7)) & 0x7f;
      put('big', content);
      const tree = await scan(source);
      expect(tree.files[0]?.sha256).toBe(createHash('sha256').update(content).digest('hex'));
      const archive = await pack(tree, root);
      expect(readZip(archive.path)[0]?.content.equals(content)).toBe(true);
    },
  );

  test('a file that changes between listing and packing stops the packing and leaves nothing behind', async () => {
    const file = put('a.txt', 'one');
    for (const change of [
      () => writeFileSync(file, 'two'),
      () => appendFileSync(file, 'more'),
      () => rmSync(file),
    ]) {
      writeFileSync(file, 'one');
      const tree = await scan(source);
      change();
      if (existsSync(file) && readFileSync(file, 'utf8') === 'onemore') {
        // The file is longer than listed: exactly the listed bytes are packed.
        const archive = await pack(tree, root);
        expect(readZip(archive.path)[0]?.content.toString()).toBe('one');
        archive.remove();
      } else await expect(pack(tree, root)).rejects.toThrow('a.txt changed while it was being packed');
      expect(readdirSync(root)).toEqual(['source']);
    }
  });

  test('a cancelled run leaves no archive and no thread', async () => {
    for (let index = 0; index < 300; index++) put(`f${index}`, Buffer.alloc(50_000, String(index)));
    const tree = await scan(source);
    const abort = new AbortController();
    const packing = pack(tree, root, abort.signal);
    // Packing has started once the archive is open. On Linux it has no name.
    const started = () =>
      existsSync('/proc/self/fd') ? openFilesBelow(root, 'self').length > 0 : readdirSync(root).length > 1;
    while (!started()) await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error('stop'));
    await expect(packing).rejects.toThrow('stop');
    expect(readdirSync(root)).toEqual(['source']);
    expect(openFilesBelow(root, 'self')).toEqual([]);
  });
});

describe('the digest', () => {
  test('depends only on paths, contents and modes', async () => {
    const file = put('a/b.txt', 'x');
    put('c.txt', 'y');
    const { sha256, files } = await scan(source);
    expect(sha256).toBe(createHash('sha256').update(manifestText(files)).digest('hex'));
    utimesSync(file, 1, 1);
    chmodSync(file, 0o600);
    expect((await scan(source)).sha256).toBe(sha256);
    chmodSync(file, 0o755);
    expect((await scan(source)).sha256).not.toBe(sha256);
  });

  test('property: the combined CRC of two pieces is the CRC of the whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        expect(combineCrc(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
      }),
    );
  });
});

describe('hostile trees', () => {
  test('refuses a link that leaves the folder, whatever it points to', async () => {
    writeFileSync(join(root, 'outside'), 'secret');
    mkdirSync(join(root, 'folder'));
    put('index.js', '');
    symlinkSync('../outside', join(source, 'file'));
    symlinkSync('../folder', join(source, 'dir'));
    symlinkSync('/etc/passwd', join(source, 'absolute'));
    symlinkSync('..', join(source, 'up'));
    symlinkSync('nowhere', join(source, 'broken'));
    symlinkSync('loop', join(source, 'loop'));
    await refused(/4 files of the source may not be uploaded/);
    for (const name of ['file', 'absolute'])
      await refused(new RegExp(`${name}: a link that leaves the folder`));
    await refused(/loop: a link to loop, which does not exist or goes in circles/);
  });

  test('a link to a neighbour folder whose name begins in the same way leaves the folder too', async () => {
    mkdirSync(`${source}-other`);
    writeFileSync(`${source}-other/x`, 'x');
    symlinkSync(`${source}-other/x`, join(source, 'x'));
    await refused('a link that leaves the folder');
  });

  test('a link to a file stands for it; a link to a folder is left out and named, as gcloud leaves it out', async () => {
    put('real/a.txt', 'a');
    mkdirSync(join(root, 'outside'));
    symlinkSync('real', join(source, 'alias'));
    symlinkSync('../outside', join(source, 'dir'));
    symlinkSync('..', join(source, 'real', 'up'));
    symlinkSync('real/a.txt', join(source, 'b.txt'));
    symlinkSync('b.txt', join(source, 'c.txt'));
    const tree = await scan(source);
    expect(tree.files.map((file) => file.path)).toEqual(['b.txt', 'c.txt', 'real/a.txt']);
    expect(tree.left).toEqual([
      { kind: 'link', path: 'alias', why: 'a link to the folder real' },
      { kind: 'link', path: 'dir', why: 'a link to the folder ../outside' },
      { kind: 'link', path: 'real/up', why: 'a link to the folder ..' },
    ]);
  });

  test('refuses a link to a file that an ignore rule leaves out, itself or with a folder', async () => {
    put('.gcloudignore', 'secret/\n*.key\n');
    put('secret/deep/key.txt', 'k');
    put('a.key', 'k');
    symlinkSync('secret/deep/key.txt', join(source, 'one'));
    symlinkSync('a.key', join(source, 'two'));
    symlinkSync('secret', join(source, 'pub'));
    put('index.js', '');
    await refused(
      /one: a link to secret\/deep\/key.txt, which .gcloudignore leaves out; two: a link to a.key, which/,
    );
    rmSync(join(source, 'one'));
    rmSync(join(source, 'two'));
    expect((await scan(source)).files.map((file) => file.path)).toEqual(['.gcloudignore', 'index.js']);
  });

  test('what an earlier step left behind is left out and named, wherever it lies', async () => {
    put('.gcloudignore', '');
    put('index.js', '');
    put('.git/config', 'x');
    put('lib/gha-creds-0123456789abcdef.json', '{}');
    put('sub/.git', 'gitdir: ../.git/modules/sub');
    const own = put('keys/mine.json', '{}');
    symlinkSync('keys/mine.json', join(source, 'link.json'));
    const tree = await scan(source, undefined, new Set([own]));
    expect(tree.files.map((file) => file.path)).toEqual(['.gcloudignore', 'index.js']);
    expect(tree.left.map(({ path, kind }) => `${kind} ${path}`).sort()).toEqual([
      'leaving .git',
      'leaving keys/mine.json',
      'leaving lib/gha-creds-0123456789abcdef.json',
      'leaving link.json',
      'leaving sub/.git',
    ]);
  });

  test('the size is known before a byte is read', async () => {
    put('a.txt', 'a');
    truncateSync(put('huge.bin', ''), 5 * 2 ** 30);
    await refused('Its largest file is huge.bin (5368.7 MB)');
  });

  test('refuses a pointer of Git LFS or git-annex in place of a file', async () => {
    put(
      'eng.traineddata',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'9'.repeat(64)}\nsize 4113088\n`,
    );
    await refused(
      /eng.traineddata: a pointer of Git LFS, not the file itself.*Check out with lfs: true.*Or leave it out/,
    );
  });

  test('refuses a link with a harmless name to a forbidden file inside the folder', async () => {
    put('.gcloudignore', '.git\n.env\n');
    put('.git/config', 'x');
    put('.env', 'A=1');
    symlinkSync('.git/config', join(source, 'config.txt'));
    symlinkSync('.env', join(source, 'settings'));
    await refused(/config\.txt: a link to the history.*settings: a link to an environment file/);
  });

  test('pipes, sockets and devices are refused and never opened', async () => {
    put('index.js', '');
    if (spawnSync('mkfifo', [join(source, 'pipe')]).status !== 0)
      return console.log('Skipped: mkfifo is not here.');
    await refused('pipe: neither a file nor a folder nor a link');
  });

  test('refuses names that could be read as something else', async () => {
    put('index.js', '');
    writeFileSync(join(source, 'new\nline'), '');
    writeFileSync(join(source, 'back\\slash'), '');
    writeFileSync(Buffer.concat([Buffer.from(`${source}/bad-`), Buffer.from([0xff, 0xfe])]), '');
    await refused(/3 files of the source may not be uploaded/);
  });

  test('finds keys by content, also across the boundary of two pieces', async () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${Buffer.concat([Buffer.from([0x30, 0x82, 0x04, 0xbd]), Buffer.alloc(600, 7)]).toString('base64')}\n-----END PRIVATE KEY-----\n`;
    put('plain.txt', key);
    put('seam.bin', Buffer.concat([Buffer.alloc(pieceBytes - 5), Buffer.from(key)]));
    put('far.bin', Buffer.concat([Buffer.alloc(pieceBytes * 2 + 99), Buffer.from(key)]));
    put('sa.json', JSON.stringify({ type: 'authorized_user', refresh_token: 'x' }));
    put('fine.txt', '-----BEGIN PRIVATE KEY-----');
    await refused(
      /4 files of the source may not be uploaded: far\.bin: a private key.*plain\.txt: .*sa\.json: the credentials of a person.*seam\.bin: a private key/,
    );
  });

  test('finds tokens by content, wherever they lie, and passes what only looks like one', async () => {
    const aws = 'aws_secret_access_key = Zm9vYmFyYmF6cXV4MDk4NzY1NDMyMWZvb2JhcmJh';
    const gitlab = `glpat-${'aB3dE5fG7hJ9kL1mN2pQ'}`;
    put('first.txt', aws);
    put('a_b_c.js', `const key_of_mine = "${gitlab}"; // ghp_ npm_ _ aws_secret_access_key`);
    put('seam.bin', Buffer.concat([Buffer.alloc(pieceBytes - 9), Buffer.from(` ${aws} `)]));
    put('utf16.txt', Buffer.from(`\ufeff${gitlab}`, 'utf16le'));
    put('.npmrc', '//npm.pkg.github.com/:_authToken=ghp_EXAMPLEexampleEXAMPLEexampleEXAMPLE0');
    put('docs.md', 'Set aws_secret_access_key. Tokens begin with ghp_, github_pat_, npm_ or xoxb-.');
    put('package-lock.json', '{"packages":{"node_modules/npm_config":{"integrity":"sha512-ghp_abc"}}}');
    await refused(
      /5 files of the source may not be uploaded: \.npmrc: a token of an npm registry; a_b_c\.js: a token of GitLab; first\.txt: a key of AWS; seam\.bin: a key of AWS; utf16\.txt: a token of GitLab/,
    );
  });

  test('refuses an empty folder, and a folder of which every file is left out', async () => {
    await refused('holds no file to upload');
    put('.gcloudignore', '*\n');
    put('a', '');
    await refused('Every file is left out by .gcloudignore');
  });

  test('fuzz: every tree gives an archive of its own files, or one refusal', async () => {
    const name = fc.constantFrom(
      'a',
      'b',
      '.env',
      'c.txt',
      '.git',
      'link',
      'x y',
      '한',
      'gha-creds-1.json',
      'deep',
    );
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const kind = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ type: fc.constant('file' as const), content: fc.string({ maxLength: 50 }) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          type: fc.constant('link' as const),
          target: fc.constantFrom('a', '..', '../..', '/etc/hostname', 'deep', '../a', '.'),
        }),
      },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('folder' as const) }) },
    );
    const ignored = fc.constantFrom('', '.env\n', '.git\n.env\ngha*\n', '*\n!a\n');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(path, kind), { maxLength: 12 }), ignored, async (items, rules) => {
        rmSync(source, { recursive: true, force: true });
        mkdirSync(source);
        if (rules) writeFileSync(join(source, '.gcloudignore'), rules);
        for (const [where, item] of items) {
          const absolute = join(source, where);
          try {
            // Write nothing through a link that an earlier item made: it may lead anywhere.
            let parent = source;
            for (const part of where.split('/').slice(0, -1)) {
              parent = join(parent, part);
              mkdirSync(parent, { recursive: true });
              if (realpathSync(parent) !== parent) throw new Error('a link');
            }
            if (item.type === 'file') writeFileSync(absolute, item.content, { flag: 'wx' });
            else if (item.type === 'link') symlinkSync(item.target, absolute);
            else mkdirSync(absolute);
          } catch {
            // If two items have the same name, the first one stays.
          }
        }
        try {
          const tree = await scan(source);
          for (const file of tree.files) {
            expect(file.path).not.toMatch(/(^|\/)(\.env|\.git|\.\.|gha-creds-1\.json)(\/|$)|^\//);
            expect(file.real.startsWith(`${source}/`)).toBe(true);
            expect(
              createHash('sha256')
                .update(readFileSync(join(source, file.path)))
                .digest('hex'),
            ).toBe(file.sha256);
          }
        } catch (error) {
          expect((error as { code?: string }).code).toBe('source-refused');
        }
      }),
      { numRuns: 150 },
    );
  });
});
