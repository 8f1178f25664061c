// `npm run demo` installs the packages if they are missing, then releases the OCR function on the sandbox. This file runs
// on any Node from 20 on. Everything after the installation runs on Node 24.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { node24, root } from './find-node24.mjs';

const usage =
  'Usage: npm run demo -- [--scenario good|bad|exposed|smoke-fails] [--example node|python] [--ports NAME=PORT,...]';
const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  console.log(usage);
  process.exit(0);
}

const installed = join(root, 'node_modules', '.package-lock.json');
const lock = join(root, 'package-lock.json');
// npm would empty the folder behind a link, which belongs to someone else, such as another worktree.
const linked = lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink();
if (!linked && (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs)) {
  console.log('Installing the packages (npm ci) ...');
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel=silent'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(
      `The packages could not be installed${error ? ` (${error.message})` : ''}. npm must be on the PATH and must reach its registry. Run "npm ci" to see the reason.`,
    );
    process.exit(1);
  }
}

const child = spawn(
  node24(),
  ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(root, 'scripts/demo/main.ts'), ...args],
  { cwd: root, stdio: 'inherit' },
);
// A terminal sends Ctrl-C to the whole process group, so this process only waits until the demo has tidied up.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
child.on('error', (error) => {
  console.error(`The demo could not be started: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code) => process.exit(code ?? 1));
