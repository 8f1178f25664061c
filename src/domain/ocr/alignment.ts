import { type Interned, lastRow } from '../data/edit-distance.ts';

/** One run of edits of the same kind: it covers `aLength` units of text a from index `a`, and `bLength` of text b from index `b`. */
export interface Run {
  kind: 'equal' | 'substitute' | 'delete' | 'insert';
  a: number;
  b: number;
  aLength: number;
  bLength: number;
}

export interface Counts {
  substitutions: number;
  deletions: number;
  insertions: number;
  correct: number;
}

class Runs {
  readonly list: Run[] = [];

  add(kind: Run['kind'], a: number, b: number, length: number): void {
    if (length === 0) return;
    const aLength = kind === 'insert' ? 0 : length;
    const bLength = kind === 'delete' ? 0 : length;
    const last = this.list.at(-1);
    if (last?.kind === kind) {
      last.aLength += aLength;
      last.bLength += bLength;
    } else this.list.push({ kind, a, b, aLength, bLength });
  }
}

/** Below this many cells, filling the whole table is cheaper than halving. */
const smallCells = 1024;

/** Aligns two short sequences with the full table of costs. */
function tableAlign(a: Int32Array, b: Int32Array, aStart: number, bStart: number, runs: Runs): void {
  const width = b.length + 1;
  const cost = new Int32Array((a.length + 1) * width);
  for (let j = 0; j < width; j++) cost[j] = j;
  for (let i = 1; i <= a.length; i++) {
    cost[i * width] = i;
    for (let j = 1; j < width; j++) {
      const diagonal = (cost[(i - 1) * width + j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const best = Math.min(cost[(i - 1) * width + j] as number, cost[i * width + j - 1] as number) + 1;
      cost[i * width + j] = Math.min(diagonal, best);
    }
  }
  const path: [Run['kind'], number, number][] = [];
  let i = a.length;
  let j = b.length;
  while (i > 0 || j > 0) {
    const here = cost[i * width + j] as number;
    const same = i > 0 && j > 0 && a[i - 1] === b[j - 1];
    if (i > 0 && j > 0 && (cost[(i - 1) * width + j - 1] as number) + (same ? 0 : 1) === here)
      path.push([same ? 'equal' : 'substitute', --i, --j]);
    else if (i > 0 && (cost[(i - 1) * width + j] as number) + 1 === here) path.push(['delete', --i, j]);
    else path.push(['insert', i, --j]);
  }
  for (const [kind, x, y] of path.reverse()) runs.add(kind, aStart + x, bStart + y, 1);
}

/** Splits `a` in the middle, finds the best place to split `b`, and aligns both halves. */
function halve(
  a: Int32Array,
  b: Int32Array,
  symbols: number,
  aStart: number,
  bStart: number,
  runs: Runs,
): void {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  const room = Math.min(a.length, b.length) - head;
  while (tail < room && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  runs.add('equal', aStart, bStart, head);
  const innerA = a.subarray(head, a.length - tail);
  const innerB = b.subarray(head, b.length - tail);
  const x = aStart + head;
  const y = bStart + head;
  if (innerA.length === 0) runs.add('insert', x, y, innerB.length);
  else if (innerB.length === 0) runs.add('delete', x, y, innerA.length);
  else if (innerA.length === 1 || innerB.length === 1 || innerA.length * innerB.length <= smallCells)
    tableAlign(innerA, innerB, x, y, runs);
  else {
    const middle = innerA.length >> 1;
    const upper = innerA.subarray(0, middle);
    const lower = innerA.subarray(middle);
    const forward = lastRow(upper, innerB, symbols);
    const backward = lastRow(lower.slice().reverse(), innerB.slice().reverse(), symbols);
    let split = 0;
    let best = Number.MAX_SAFE_INTEGER;
    for (let j = 0; j <= innerB.length; j++) {
      const sum = (forward[j] as number) + (backward[innerB.length - j] as number);
      if (sum < best) {
        best = sum;
        split = j;
      }
    }
    halve(upper, innerB.subarray(0, split), symbols, x, y, runs);
    halve(lower, innerB.subarray(split), symbols, x + middle, y + split, runs);
  }
  runs.add('equal', aStart + a.length - tail, bStart + b.length - tail, tail);
}

/**
 * One alignment of least cost, after Hirschberg (CACM 18(6), 1975). It needs linear memory and about twice the time of
 * the distance alone, because each half takes its row from the bit-parallel loop.
 */
export function align({ a, b, symbols }: Interned): Run[] {
  const runs = new Runs();
  halve(a, b, symbols, 0, 0, runs);
  return runs.list;
}

/** How many units were replaced, left out, added and read correctly. */
export function countRuns(runs: readonly Run[]): Counts {
  const counts = { substitutions: 0, deletions: 0, insertions: 0, correct: 0 };
  for (const run of runs) {
    if (run.kind === 'equal') counts.correct += run.aLength;
    else if (run.kind === 'substitute') counts.substitutions += run.aLength;
    else if (run.kind === 'delete') counts.deletions += run.aLength;
    else counts.insertions += run.bLength;
  }
  return counts;
}
