// Checks that dist/ is exactly what the sources build: wipes it, builds it, and compares it with git, untracked files
// included.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './find-node24.mjs';

execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'inherit' });
const changed = execFileSync('git', ['status', '--porcelain', '--untracked-files=all', '--', 'dist'], {
  cwd: root,
  encoding: 'utf8',
});
if (changed.trim() !== '') {
  console.error(`dist/ is not what the sources build:\n${changed}Run "npm run bundle" and commit dist/.`);
  for (const [, file] of changed.matchAll(/^ M (\S+)$/gm)) console.error(firstDifference(file));
  process.exit(1);
}

/** Says where a file begins to differ from git's, with what stands there in both. */
function firstDifference(file) {
  const committed = execFileSync('git', ['show', `HEAD:${file}`], {
    cwd: root,
    maxBuffer: 1 << 26,
  }).toString();
  const built = readFileSync(join(root, file), 'utf8');
  let at = 0;
  while (at < committed.length && committed[at] === built[at]) at++;
  const around = (text) => JSON.stringify(text.slice(Math.max(0, at - 60), at + 100));
  return `${file} differs from character ${at} on:\n  committed ${around(committed)}\n  built     ${around(built)}`;
}

console.log('dist/ is what the sources build');
