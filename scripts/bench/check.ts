/**
 * Measures the check: the time from the start of its process to its first finding in a small repository, as a ratio to `node -e 0`
 * in the same run (bound 6), and a repository of 2,000 workflows (bounds 10 s and 300 MiB).
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manyWorkflows } from './support/many-workflows.ts';
import { median, range } from './support/median.ts';
import { peakScript, smallHeap } from './support/peak.ts';

const rounds = Number(process.env.ROUNDS ?? 15);
const root = process.env.BACKSTAY_BUILT ?? join(import.meta.dirname, '..', '..');
const program = join(root, 'actions/check/main.js');
const folder = mkdtempSync(join(tmpdir(), 'bs-bench-check-'));

function repository(name: string, files: Record<string, string>): string {
  const path = join(folder, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(path, file, '..'), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  spawnSync('git', ['init', '--quiet', path]);
  return path;
}

const runner = (workspace: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  GITHUB_WORKSPACE: workspace,
  RUNNER_TEMP: folder,
});

async function toFirstFinding(workspace: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [program], {
    env: runner(workspace),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  const found = new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('[public-flag]')) resolve(performance.now() - started);
    });
    child.on('close', () => reject(new Error(`the check ended without its finding:\n${text}`)));
  });
  const time = await found;
  child.kill('SIGKILL');
  return time;
}

try {
  const small = repository('small', {
    '.github/workflows/release.yml':
      'on: push\njobs:\n  release:\n    runs-on: ubuntu-latest\n    steps:\n      - run: gcloud run deploy ocr --allow-unauthenticated\n',
    'index.js': 'exports.ocr = (request, response) => response.end();\n',
    'package.json': '{ "name": "ocr", "main": "index.js" }\n',
  });
  const bare: number[] = [];
  const first: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const started = performance.now();
    spawnSync(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    const ended = performance.now() - started;
    const found = await toFirstFinding(small);
    // The first round warms the caches of the file system.
    if (round >= 0) {
      bare.push(ended);
      first.push(found);
    }
  }
  console.log(`node -e 0 takes ${median(bare).toFixed(0)} ms (median of ${rounds} rounds)`);
  console.log(
    `to the first finding  ${(median(first) / median(bare)).toFixed(2)} times node -e 0 (${range(first)}; bound 6)`,
  );

  const many = repository('many', manyWorkflows(2000));
  const usage = join(folder, 'usage.json');
  const preload = join(folder, 'peak.cjs');
  writeFileSync(preload, peakScript(usage));
  const started = performance.now();
  spawnSync(process.execPath, [...smallHeap, '--require', preload, program], {
    env: runner(many),
    stdio: 'ignore',
  });
  const seconds = (performance.now() - started) / 1000;
  const { mebibytes, cpuSeconds } = JSON.parse(readFileSync(usage, 'utf8')) as Record<string, number>;
  console.log(
    `2,000 workflows       ${seconds.toFixed(1)} s, of which ${cpuSeconds?.toFixed(1)} s of the processor, ${mebibytes?.toFixed(0)} MiB (bounds 10 s, 300 MiB)`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
