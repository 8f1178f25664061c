/** Measures how long the command line takes to start, as a ratio to `node -e 0` in the same run. The bound for help is 3. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median, range } from './support/median.ts';

const rounds = Number(process.env.ROUNDS ?? 15);
const program = join(process.env.BACKSTAY_BUILT ?? join(import.meta.dirname, '..', '..'), 'dist/cli.js');
const node = process.env.BENCH_NODE ?? process.execPath;

const commands: Record<string, string[]> = {
  'node -e 0': ['-e', '0'],
  version: [program, 'version'],
  help: [program, 'help'],
  'help rollback': [program, 'help', 'rollback'],
  'a misspelt flag': [program, 'rollback', '--nmae', 'x'],
};
const times = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]));
for (let round = 0; round <= rounds; round++)
  for (const [name, args] of Object.entries(commands)) {
    const started = performance.now();
    spawnSync(node, args, { stdio: 'ignore' });
    // The first round warms the caches of the file system.
    if (round > 0) times.get(name)?.push(performance.now() - started);
  }
const base = median(times.get('node -e 0') ?? []);
console.log(`node -e 0 takes ${base.toFixed(0)} ms (median of ${rounds} rounds)`);
for (const [name, all] of times)
  if (name !== 'node -e 0')
    console.log(`${name.padEnd(16)} ${(median(all) / base).toFixed(2)} times node -e 0 (${range(all)})`);
