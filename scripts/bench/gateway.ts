/**
 * Measures the lint of an API gateway's document of 5,000 lines, from the text to the findings: the first lint in a process of its own,
 * which is what an action waits for, and later ones (bound 300 ms each, median of the rounds). It also prints the CPU time of the
 * first one, and that of a process that does nothing, measured in the same rounds, as a ratio.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { lint } from '../../src/domain/gateway/lint.ts';
import { readDocument } from '../../src/domain/gateway/read-document.ts';
import { documentOf, operationsIn } from './support/gateway-document.ts';
import { median, range } from './support/median.ts';

const rounds = Number(process.env.ROUNDS ?? 15);
const bound = 300;
const formats = ['yaml', 'json'] as const;

/** The numbers that a process prints. */
function numbersOf(...args: string[]): number[] {
  const ran = spawnSync(process.execPath, ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', ...args], {
    encoding: 'utf8',
  });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return ran.stdout.trim().split(' ').map(Number);
}

function once(text: string): number {
  const started = performance.now();
  const read = readDocument(text);
  if ('problem' in read) throw new Error(read.problem);
  if (lint(read.api).length > 0 || read.api.operations.length !== operationsIn)
    throw new Error('the document is read wrongly');
  return performance.now() - started;
}

const first = join(import.meta.dirname, 'support/first-lint.ts');
const nothing: number[] = [];
const cold = { yaml: [] as number[][], json: [] as number[][] };
for (let round = 0; round < rounds; round++) {
  nothing.push(
    ...numbersOf('-e', 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)'),
  );
  for (const format of formats) cold[format].push(numbersOf(first, format));
}
const base = median(nothing);
console.log(`a process that does nothing: ${base.toFixed(0)} ms of CPU (${range(nothing)})`);
for (const format of formats) {
  const text = documentOf(format);
  const lines = text.split('\n').length;
  const warm = Array.from({ length: rounds }, () => once(text));
  const [clock, cpu] = [0, 1].map((at) => cold[format].map((numbers) => numbers[at] as number)) as [
    number[],
    number[],
  ];
  const [begin, then] = [median(clock), median(warm)];
  console.log(
    `${format}, ${lines} lines: first ${begin.toFixed(0)} ms (${range(clock)}), with ${(median(cpu) / base).toFixed(1)} times the CPU of the process; then ${then.toFixed(0)} ms (${range(warm)}); bound ${bound} ms`,
  );
  if (lines < 5000 || begin > bound || then > bound) process.exitCode = 1;
}
