// The test command: type check, lint and format, generated documentation, then every test. It runs all of them even if one
// fails, so that one run shows everything that is wrong. It exits 1 if anything failed. TEST_RESULT=FILE keeps jest's result.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { node24, root } from './find-node24.mjs';

const node = node24();
const bin = (path) => join(root, 'node_modules', path);
const result = process.env.TEST_RESULT;
// Two cores are enough for three: a test waits for a third of its time or more, for processes, polls and the sandbox's delays.
const workers = 3;
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  bin('jest/bin/jest.js'),
  `--maxWorkers=${workers}`,
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
if (result) printSlowest(JSON.parse(readFileSync(result, 'utf8')).testResults);
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}.`);
  process.exit(1);
}

/** Prints the test files that took longest, and all of them in sum. */
function printSlowest(files) {
  const took = files.map(({ name, startTime, endTime }) => ({
    name: relative(root, name),
    seconds: Math.max(0, endTime - startTime) / 1000,
  }));
  const sum = took.reduce((all, { seconds }) => all + seconds, 0);
  console.log(
    `\nThe slowest of ${took.length} test files, which took ${Math.round(sum)} s in sum, ${workers} at a time:`,
  );
  for (const { name, seconds } of took.sort((a, b) => b.seconds - a.seconds).slice(0, 20))
    console.log(`${String(Math.round(seconds)).padStart(5)} s  ${name}`);
}
