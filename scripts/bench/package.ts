/**
 * Compares packaging with `zip -q -r` on the same tree in the same run: 10,000 text files and 200 MB. Prints the ratio of
 * the times, and the peak memory of the whole process with its worker threads.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { peakMebibytes } from './support/peak.ts';

const root = join(import.meta.dirname, '..', '..');
const files = 10_000;
const bytes = 200e6;
const runs = 3;

/** Writes text from a seeded generator of words. It compresses about as well as source code. */
function makeTree(folder: string): void {
  let state = 42;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const words = Array.from({ length: 4000 }, () =>
    Array.from({ length: 2 + Math.floor(random() * 9) }, () =>
      String.fromCharCode(97 + Math.floor(random() * 26)),
    ).join(''),
  );
  for (let index = 0; index < files; index++) {
    const parent = join(folder, `part-${Math.floor(index / 100)}`);
    if (index % 100 === 0) mkdirSync(parent, { recursive: true });
    const lines: string[] = [];
    for (let length = 0; length < bytes / files; ) {
      const line = Array.from({ length: 8 }, () => words[Math.floor(random() ** 2 * words.length)]).join(' ');
      lines.push(line);
      length += line.length + 1;
    }
    writeFileSync(join(parent, `file-${index}.txt`), lines.join('\n'));
  }
}

const median = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

interface Packed {
  seconds: number;
  mebibytes: number;
  archive: number;
}

/** Copies the packing code without its types. Node would strip them at run time, which costs memory that the bundle does not. */
function plainCode(folder: string): string {
  for (const part of ['src/gcp/source', 'src/domain'])
    for (const name of readdirSync(join(root, part), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const file = join(folder, part, name.replace(/\.ts$/, '.mjs'));
      mkdirSync(dirname(file), { recursive: true });
      const code = stripTypeScriptTypes(readFileSync(join(root, part, name), 'utf8'));
      writeFileSync(file, code.replace(/(from '\.[^']*)\.ts'/g, "$1.mjs'"));
    }
  return join(folder, 'src/gcp/source');
}

function packOnce(code: string, folder: string, temp: string): Packed {
  const script = `
    const { scan } = await import(${JSON.stringify(join(code, 'scan.mjs'))});
    const { pack } = await import(${JSON.stringify(join(code, 'pack.mjs'))});
    const archive = await pack(await scan(${JSON.stringify(folder)}), ${JSON.stringify(temp)});
    archive.remove();
    console.log(JSON.stringify({ archive: archive.bytes, mebibytes: ${peakMebibytes} }));`;
  const started = performance.now();
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const seconds = (performance.now() - started) / 1000;
  if (run.status !== 0) throw new Error(run.stderr);
  return { seconds, ...(JSON.parse(run.stdout) as { archive: number; mebibytes: number }) };
}

function zipOnce(folder: string, temp: string): number | undefined {
  const archive = join(temp, 'peer.zip');
  rmSync(archive, { force: true });
  const started = performance.now();
  const run = spawnSync('zip', ['-q', '-r', archive, '.'], { cwd: folder });
  return run.status === 0 ? (performance.now() - started) / 1000 : undefined;
}

const temp = mkdtempSync(join(tmpdir(), 'bs-bench-'));
try {
  const folder = join(temp, 'tree');
  makeTree(folder);
  const code = plainCode(join(temp, 'code'));
  const own: Packed[] = [];
  const peer: number[] = [];
  for (let run = 0; run < runs; run++) {
    const seconds = zipOnce(folder, temp);
    if (seconds !== undefined) peer.push(seconds);
    own.push(packOnce(code, folder, temp));
  }
  const seconds = median(own.map((run) => run.seconds));
  const peak = Math.max(...own.map((run) => run.mebibytes));
  if (peer.length === 0)
    console.log('package: not compared with zip, because it is not installed (apt-get install zip)');
  else
    console.log(
      `package: ${(seconds / median(peer)).toFixed(2)} x zip -q -r on ${files} files and ${bytes / 1e6} MB (bound 0.8; ${seconds.toFixed(2)} s against ${median(peer).toFixed(2)} s, whole process)`,
    );
  console.log(
    `package: peak memory ${peak.toFixed(0)} MiB (bound 256), archive ${((own[0]?.archive ?? 0) / 1e6).toFixed(0)} MB`,
  );
} finally {
  rmSync(temp, { recursive: true, force: true });
}
