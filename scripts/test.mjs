// The test command: type check, lint and format, generated documentation, then every test. It runs all of them even if one
// fails, so that one run shows everything that is wrong. It exits 1 if anything failed. TEST_RESULT=FILE keeps jest's result.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { node24, root } from './find-node24.mjs';

const node = node24();
const bin = (path) => join(root, 'node_modules', path);
const result = process.env.TEST_RESULT;
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  bin('jest/bin/jest.js'),
  '--maxWorkers=2',
  ...(result ? ['--json', `--outputFile=${result}`] : []),
];
const steps = [
  ['type check', [bin('typescript/bin/tsc'), '--noEmit']],
  ['lint and format', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']],
  ['documentation', [join(root, 'scripts/docs.mjs'), '--check']],
  ['tests', jest],
];
const failed = [];
for (const [name, argv] of steps) {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const { status } = spawnSync(node, ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', ...argv], {
    cwd: root,
    stdio: 'inherit',
  });
  console.log(`== ${name} took ${Math.round((performance.now() - started) / 1000)} s`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}.`);
  process.exit(1);
}
