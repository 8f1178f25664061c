// Runs the benchmarks of scripts/bench/ one after another: all of them, or those named as in
// `npm run bench -- start package`. Each prints ratios measured within one run. None of them is a test.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './find-node24.mjs';

const wanted = process.argv.slice(2);
const folder = join(root, 'scripts/bench');
const files = readdirSync(folder).filter(
  (name) => name.endsWith('.ts') && (wanted.length === 0 || wanted.includes(name.replace('.ts', ''))),
);
if (files.length === 0) {
  console.error(
    `No benchmark is named ${wanted.join(', ')}. Choose from: ${readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => name.replace('.ts', ''))
      .join(', ')}.`,
  );
  process.exit(1);
}
let failed = 0;
for (const file of files) {
  console.log(`\n== ${file.replace('.ts', '')}`);
  if (
    spawnSync(process.execPath, ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(folder, file)], {
      cwd: root,
      stdio: 'inherit',
    }).status !== 0
  )
    failed++;
}
process.exit(failed > 0 ? 1 : 0);
