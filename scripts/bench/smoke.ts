/**
 * Measures the smoke test's own cost in one run: its character error rate compared with fastest-levenshtein on the same
 * texts, a suite of 200 cases compared with the same bare requests, and the memory of a process that sends 30 MiB images.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distance as theirs } from 'fastest-levenshtein';
import { suiteFiles } from '../../src/actions/smoke-test/suite-files.ts';
import { distance, intern } from '../../src/domain/data/edit-distance.ts';
import { score } from '../../src/domain/ocr/score.ts';
import { charactersOf, comparable, defaultPolicy } from '../../src/domain/ocr/units.ts';
import { endpoints } from '../../src/http/endpoints.ts';
import { closeConnections, send } from '../../src/http/send.ts';
import { createSmokeHttp } from '../../src/http/smoke-client.ts';
import { smokeTest } from '../../src/steps/smoke/smoke-test.ts';
import { median } from './support/median.ts';

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function timed(work: () => unknown, runs = 15): number {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    work();
    times.push(performance.now() - started);
  }
  return median(times.slice(3));
}

function compareScores(): void {
  const next = generator(42);
  const latin = () => String.fromCharCode(32 + next(90));
  const hangul = () => String.fromCodePoint(0xac00 + next(2000));
  console.log('two texts of 10,000 characters       distance   whole score   (1 = fastest-levenshtein)');
  for (const [name, unit, errorRate] of [
    ['Latin, 3 % errors', latin, 0.03],
    ['Latin, unrelated', latin, 1],
    ['Hangul, 3 % errors', hangul, 0.03],
    ['Hangul, unrelated', hangul, 1],
  ] as const) {
    const a = Array.from({ length: 10_000 }, unit);
    const b = a.map((char) => (next(1000) < errorRate * 1000 ? unit() : char));
    const [left, right] = [a.join(''), b.join('')];
    const policy = { ...defaultPolicy, whitespace: 'keep' as const };
    const ours = () =>
      distance(
        intern(
          charactersOf(comparable(left, policy), 'code-point'),
          charactersOf(comparable(right, policy), 'code-point'),
        ),
      );
    if (ours() !== theirs(left, right)) throw new Error(`${name}: the distances differ`);
    const base = timed(() => theirs(left, right));
    const whole = timed(() => score(left, right, policy), 9);
    console.log(
      `  ${name.padEnd(34)} ${(timed(ours) / base).toFixed(2).padStart(8)} ${(whole / base).toFixed(2).padStart(13)}   ${base.toFixed(1)} ms`,
    );
  }
}

const silent = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
const clock = {
  now: () => Date.now(),
  steady: () => Date.now(),
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
};

async function withServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const answer = JSON.stringify({ text: 'INVOICE 2026-001\nTOTAL 128.40' });
  const server = createServer((req, res) =>
    req.resume().on('end', () => res.setHeader('content-type', 'application/json').end(answer)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as { port: number }).port}/`);
  } finally {
    closeConnections();
    server.closeAllConnections();
    server.close();
  }
}

async function compareRequests(folder: string): Promise<void> {
  const image = Buffer.alloc(5000, 1);
  const cases = Array.from({ length: 200 }, (_, i) => {
    writeFileSync(join(folder, `${i}.png`), image);
    return `  - {name: case ${i}, image: ${i}.png, expect: {text: "INVOICE 2026-001\\nTOTAL 128.40", contains: TOTAL, fields: {total: {pattern: 'TOTAL (\\S+)', equals: "128.40"}}}}`;
  });
  writeFileSync(join(folder, 'suite.yaml'), `version: 1\ncases:\n${cases.join('\n')}\n`);
  await withServer(async (url) => {
    const ports = {
      http: createSmokeHttp(endpoints({}), 'bench'),
      files: suiteFiles(folder),
      clock,
      log: silent,
    };
    const bare: number[] = [];
    const ours: number[] = [];
    for (let run = 0; run < 7; run++) {
      let started = performance.now();
      for (let i = 0; i < 200; i++) await send({ method: 'POST', url, body: image, timeoutMs: 5000 });
      bare.push(performance.now() - started);
      started = performance.now();
      const result = await smokeTest(ports, { suite: 'suite.yaml', target: { url } });
      ours.push(performance.now() - started);
      if (result.verdict !== 'pass') throw new Error(result.reason);
    }
    const [a, b] = [median(bare.slice(2)), median(ours.slice(2))];
    console.log(
      `200 cases against a local server       ${(b / a).toFixed(2)} times the bare requests, ${((b - a) / 200).toFixed(2)} ms more per case (bound 5 ms)`,
    );
  });
}

/** Runs in its own process, so that the peak is that of this work alone. Linux reports it as VmHWM in kilobytes. */
function memoryOfLargeImages(folder: string): void {
  writeFileSync(join(folder, 'large.png'), Buffer.alloc(30 * 1024 * 1024, 7));
  const shapes = ['raw', 'multipart', 'vision-json', 'documentai'];
  const cases = [...shapes, ...shapes].map(
    (shape, i) => `  - {name: c${i}, image: ${i % 2 ? 'large.png' : 'large2.png'}, request: ${shape}}`,
  );
  writeFileSync(join(folder, 'large2.png'), Buffer.alloc(30 * 1024 * 1024, 9));
  writeFileSync(
    join(folder, 'large.yaml'),
    `version: 1\ncases:\n${cases.join('\n')}\npresets: [corrupt-then-good, too-large]\n`,
  );
  const server = `
const http = require('node:http');
const s = http.createServer((q, r) => q.resume().on('end', () => r.end('{"text":"x"}'))).listen(0, () => console.log(s.address().port));`;
  const child = `
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
const server = spawn(process.execPath, ['-e', ${JSON.stringify(server)}], { stdio: ['ignore', 'pipe', 'inherit'] });
const port = Number(await new Promise((resolve) => server.stdout.once('data', String).once('data', (data) => resolve(String(data)))));
const { smokeTest } = await import('${join(import.meta.dirname, '../../src/steps/smoke/smoke-test.ts')}');
const { createSmokeHttp } = await import('${join(import.meta.dirname, '../../src/http/smoke-client.ts')}');
const { endpoints } = await import('${join(import.meta.dirname, '../../src/http/endpoints.ts')}');
const { suiteFiles } = await import('${join(import.meta.dirname, '../../src/actions/smoke-test/suite-files.ts')}');
const { closeConnections } = await import('${join(import.meta.dirname, '../../src/http/send.ts')}');
const log = { line() {}, warning() {}, detail() {}, debug() {} };
const clock = { now: Date.now, steady: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };
const result = await smokeTest({ http: createSmokeHttp(endpoints({}), 'bench'), files: suiteFiles(${JSON.stringify(folder)}), clock, log }, { suite: 'large.yaml', target: { url: 'http://127.0.0.1:' + port + '/' } });
const sent = result.cases.filter((item) => item.kind === 'case' && item.status === 'passed').length;
console.log(JSON.stringify({ sent, peak: Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024 }));
closeConnections();
server.kill();
`;
  if (process.platform !== 'linux') {
    console.log('memory with 30 MiB images: skipped, because only Linux reports the peak of a process');
    return;
  }
  const run = spawnSync(
    process.execPath,
    ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', '--input-type=module', '-e', child],
    { encoding: 'utf8' },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  const { sent, peak } = JSON.parse(run.stdout.trim()) as { sent: number; peak: number };
  console.log(
    `${sent} cases with images of 30 MiB          peak ${peak.toFixed(0)} MiB of the whole process (bound 200 MiB)`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'bs-bench-smoke-'));
try {
  compareScores();
  await compareRequests(folder);
  memoryOfLargeImages(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
