// Checks that dist/ is exactly what the sources build: wipes it, builds it, and compares it with git, untracked files
// included.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './find-node24.mjs';

execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'inherit' });
const changed = execFileSync('git', ['status', '--porcelain', '--untracked-files=all', '--', 'dist'], {
  cwd: root,
  encoding: 'utf8',
});
if (changed.trim() !== '') {
  console.error(`dist/ is not what the sources build:\n${changed}Run "npm run build" and commit dist/.`);
  process.exit(1);
}
console.log('dist/ is what the sources build');
