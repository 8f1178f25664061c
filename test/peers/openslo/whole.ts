/**
 * Asks OpenSLO's own SDK about every file of cases.ts: `npm run peers -- openslo`. It needs Go and the SDK: from the module
 * proxy, or from a clone that OPENSLO_SDK names. `--write` writes facts.json, which the test beside this file reads.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cases } from './cases.ts';
import { judge } from './compare.ts';

const sdk = 'github.com/OpenSLO/go-sdk';
const version = 'v0.9.2';
const folder = mkdtempSync(join(tmpdir(), 'openslo-'));
const go = (...argv: string[]) => spawnSync('go', argv, { cwd: folder, encoding: 'utf8' });

try {
  cpSync(join(import.meta.dirname, 'go'), folder, { recursive: true });
  const clone = process.env.OPENSLO_SDK;
  const source = clone
    ? [`-replace=${sdk}=${clone}`, `-require=${sdk}@v0.0.0`]
    : [`-require=${sdk}@${version}`];
  const steps = [
    ['mod', 'init', 'peer'],
    ['mod', 'edit', ...source],
    ['mod', 'tidy'],
    ['build', '-o', 'peer', '.'],
  ];
  const failed = steps.map((argv) => go(...argv)).find(({ status }) => status !== 0);
  if (failed)
    console.log(
      `Skipped: the SDK could not be built. ${(failed.error?.message ?? failed.stderr).slice(-400)}`,
    );
  else compareAll();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function compareAll(): void {
  const all = cases();
  const { stdout } = spawnSync(join(folder, 'peer'), {
    input: JSON.stringify(all.map(({ text }) => text)),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const problems = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as string);
  const counts: Record<string, number> = {};
  for (const [at, { name, text }] of all.entries()) {
    const { judgement } = judge(text, problems[at] === '');
    counts[judgement] = (counts[judgement] ?? 0) + 1;
    if (judgement === 'wrongly accepted') {
      console.log(`${name}: ${problems[at]}`);
      process.exitCode = 1;
    }
  }
  console.log(`${all.length} files: ${JSON.stringify(counts)}`);
  if (!process.argv.includes('--write')) return;
  const valid = all.filter((_, at) => problems[at] === '').map(({ name }) => name);
  const path = join(import.meta.dirname, 'facts.json');
  writeFileSync(path, `${JSON.stringify({ sdk: version, files: all.length, valid }, null, 1)}\n`);
}
