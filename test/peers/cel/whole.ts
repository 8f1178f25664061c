/**
 * Compares our evaluator of CEL with cel-go: `npm run peers -- cel`. It needs Go and its module proxy.
 * `--write` writes facts.jsonl, which the test beside this file reads.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count, googles, nothingYet, ours, sentence } from './compare.ts';
import { generate } from './generate.ts';
import { scenes } from './scenes.ts';
import { written } from './written.ts';

const seeds = Array.from({ length: 20 }, (_, at) => at + 1);
const eachSeed = 1000;

const folder = mkdtempSync(join(tmpdir(), 'cel-go-'));
try {
  const program = join(folder, 'cel');
  const built = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: join(import.meta.dirname, 'go'),
    encoding: 'utf8',
  });
  if (built.status !== 0) {
    console.log(`Skipped: cel-go could not be built. ${built.error?.message ?? built.stderr.slice(0, 500)}`);
  } else compareAll(program);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function compareAll(program: string): void {
  const facts: string[] = [];
  const total = nothingYet();
  for (const [at, scene] of scenes.entries()) {
    const sets = [written, ...seeds.map((seed) => generate(seed, eachSeed))];
    for (const [set, expressions] of sets.entries()) {
      const verdicts = googles(program, scene, expressions);
      for (const [index, expression] of expressions.entries()) {
        const google = verdicts[index] ?? '';
        count(total, expression, at, google, ours(expression, scene));
        // The table keeps what people write, and a part of what is generated.
        if (set === 0 || (set === 1 && index < 500)) facts.push(JSON.stringify([at, expression, google]));
      }
    }
  }
  for (const wrong of total.wrong.slice(0, 40)) console.log(JSON.stringify(wrong));
  console.log(sentence(total));
  if (process.argv.includes('--write')) {
    writeFileSync(join(import.meta.dirname, 'facts.jsonl'), `${facts.join('\n')}\n`);
    console.log(`Wrote ${facts.length} facts.`);
  }
  if (total.wrong.length > 0) process.exitCode = 1;
}
