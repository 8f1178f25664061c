import { describe, expect, test } from '@jest/globals';
import { type InstanceSize, sizeProblems } from '../../../src/domain/preflight/limits.ts';

const problems = (asked: InstanceSize, live?: InstanceSize) =>
  sizeProblems(asked, live).map(({ problem }) => problem);

/** Each row: what the user sets, what the function has, and what Google would refuse. */
describe('sizes that Google refuses', () => {
  const rows: [string, InstanceSize, InstanceSize | undefined, string[]][] = [
    ['512 bytes of memory', { memory: '512' }, undefined, ['memory_too_small']],
    ['64Mi of memory', { memory: '64Mi' }, undefined, ['memory_too_small']],
    ['33Gi of memory', { memory: '33Gi' }, undefined, ['memory_too_large']],
    ['3 CPU', { cpu: '3' }, undefined, ['cpu_unknown']],
    ['1.5 CPU', { cpu: '1500m' }, undefined, ['cpu_unknown']],
    ['half a CPU and 8 requests at a time', { cpu: '0.5', concurrency: 8 }, undefined, ['cpu_below_one']],
    ['half a CPU, live concurrency of 8', { cpu: '500m' }, { concurrency: 8 }, ['cpu_below_one']],
    ['8 requests at a time with the default memory', { concurrency: 8 }, undefined, ['cpu_below_one']],
    ['8 requests at a time with 1Gi', { concurrency: 8, memory: '1Gi' }, undefined, ['cpu_below_one']],
    [
      'less memory with live concurrency',
      { memory: '256Mi' },
      { cpu: '0.5', concurrency: 2 },
      ['cpu_below_one'],
    ],
    ['1Gi for 0.3 CPU', { cpu: '0.3', memory: '1Gi' }, undefined, ['memory_needs_cpu']],
    ['2Gi for 0.5 CPU', { cpu: '0.5', memory: '2Gi' }, undefined, ['memory_needs_cpu']],
    ['8Gi for 1 CPU', { cpu: '1', memory: '8Gi' }, undefined, ['memory_needs_cpu']],
    ['16Gi live for 2 CPU', { cpu: '2' }, { memory: '16Gi' }, ['memory_needs_cpu']],
    ['1Gi for 4 CPU', { cpu: '4', memory: '1Gi' }, undefined, ['cpu_needs_memory']],
    ['2Gi for 8 CPU', { cpu: '8', memory: '2Gi' }, undefined, ['cpu_needs_memory']],
    ['min above max', { min: 5, max: 2 }, undefined, ['min_above_max']],
    ['min above the live max', { min: 5 }, { max: 2 }, ['min_above_max']],
    ['max below the live min', { max: 1 }, { min: 3, max: 9 }, ['min_above_max']],
  ];
  test.each(rows)('%s', (_, asked, live, expected) => {
    expect(problems(asked, live)).toEqual(expected);
  });
});

describe('sizes that Google takes', () => {
  const rows: [string, InstanceSize, InstanceSize | undefined][] = [
    ['nothing set', {}, { memory: '256M', cpu: '0.1666', concurrency: 1, min: 9, max: 1 }],
    ["Google's own 128M", { memory: '128M' }, undefined],
    ['32Gi for 8 CPU', { memory: '32Gi', cpu: '8' }, undefined],
    ['512Mi for 0.08 CPU', { memory: '512Mi', cpu: '0.08' }, undefined],
    ['1Gi for 0.583 CPU', { memory: '1Gi', cpu: '0.583' }, undefined],
    ['4Gi for 1 CPU', { memory: '4Gi', cpu: '1' }, undefined],
    ['2Gi for 4 CPU', { memory: '2Gi', cpu: '4' }, undefined],
    ['1 CPU and 80 requests at a time', { cpu: '1', concurrency: 80 }, undefined],
    ['2Gi, which comes with 1 CPU', { memory: '2Gi', concurrency: 8 }, undefined],
    ['concurrency on a live CPU of 1', { concurrency: 8 }, { cpu: '1', memory: '512Mi' }],
    [
      'more memory alone: Google may choose another CPU',
      { memory: '8Gi' },
      { cpu: '0.1666', memory: '256M' },
    ],
    ['min equal to max', { min: 2, max: 2 }, undefined],
    ["max 0, which is Google's limit", { min: 5, max: 0 }, undefined],
    ['half a CPU and one request at a time', { cpu: '0.5', concurrency: 1 }, { concurrency: 8 }],
  ];
  test.each(rows)('%s', (_, asked, live) => {
    expect(problems(asked, live)).toEqual([]);
  });
});

test('a bare number names what was probably meant', () => {
  expect(sizeProblems({ memory: '512' }, undefined)).toEqual([
    { problem: 'memory_too_small', memory: '512', meant: '512Mi' },
  ]);
  expect(sizeProblems({ memory: '64Mi' }, undefined)).toEqual([
    { problem: 'memory_too_small', memory: '64Mi', meant: undefined },
  ]);
});

test('Cloud Run gives 1 CPU where none is set, and keeps the live one', () => {
  expect(sizeProblems({ concurrency: 80 }, undefined, false)).toEqual([]);
  expect(sizeProblems({ concurrency: 80, memory: '256Mi' }, undefined, false)).toEqual([]);
  expect(sizeProblems({ concurrency: 80 }, { cpu: '0.5' }, false)).toEqual([
    { problem: 'cpu_below_one', cpu: '0.5', concurrency: 80, derived: false },
  ]);
});
