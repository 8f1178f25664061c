/**
 * Edit distance over integer ids, so that code points, graphemes, jamo and words all use one loop.
 * The algorithm is bit-parallel: Myers (J. ACM 46(3), 1999) in Hyyrö's block form, 32 rows at a time. It runs one strip
 * of rows over the whole of `b` before it starts the next strip, so memory stays linear.
 */

/** Two sequences as ids from 0 to `symbols - 1`; equal units have equal ids. */
export interface Interned {
  a: Int32Array;
  b: Int32Array;
  symbols: number;
}

/** Gives every different unit of `a` and `b` an id. */
export function intern(a: readonly string[], b: readonly string[]): Interned {
  const ids = new Map<string, number>();
  const map = (units: readonly string[]) => {
    const mapped = new Int32Array(units.length);
    for (let i = 0; i < units.length; i++) {
      const unit = units[i] as string;
      let id = ids.get(unit);
      if (id === undefined) {
        id = ids.size;
        ids.set(unit, id);
      }
      mapped[i] = id;
    }
    return mapped;
  };
  const mapped = { a: map(a), b: map(b) };
  return { ...mapped, symbols: ids.size };
}

/** Differences along the bottom row: element `j` is D[a.length][j + 1] - D[a.length][j]. */
function bottomDeltas(a: Int32Array, b: Int32Array, symbols: number): Int8Array {
  const deltas = new Int8Array(b.length).fill(1);
  const matches = new Int32Array(symbols);
  for (let start = 0; start < a.length; start += 32) {
    const end = Math.min(start + 32, a.length);
    for (let i = start; i < end; i++) matches[a[i] as number]! |= 1 << (i - start);
    const last = end - start - 1;
    let up = -1;
    let down = 0;
    for (let j = 0; j < b.length; j++) {
      const above = deltas[j] as number;
      const falls = above >>> 31;
      let equal = matches[b[j] as number] as number;
      const vertical = equal | down;
      equal |= falls;
      const horizontal = ((((equal & up) + up) | 0) ^ up) | equal;
      let plus = down | ~(horizontal | up);
      let minus = up & horizontal;
      deltas[j] = ((plus >>> last) & 1) - ((minus >>> last) & 1);
      plus = (plus << 1) | (-above >>> 31);
      minus = (minus << 1) | falls;
      up = minus | ~(vertical | plus);
      down = plus & vertical;
    }
    for (let i = start; i < end; i++) matches[a[i] as number] = 0;
  }
  return deltas;
}

/** Distances from the whole of `a` to every prefix of `b`: element `j` is D[a.length][j]. */
export function lastRow(a: Int32Array, b: Int32Array, symbols: number): Int32Array {
  const row = new Int32Array(b.length + 1);
  row[0] = a.length;
  const deltas = bottomDeltas(a, b, symbols);
  for (let j = 0; j < b.length; j++) row[j + 1] = (row[j] as number) + (deltas[j] as number);
  return row;
}

/** The smallest number of substitutions, deletions and insertions that turns `a` into `b`. */
export function distance({ a, b, symbols }: Interned): number {
  let start = 0;
  let endA = a.length;
  let endB = b.length;
  while (start < endA && start < endB && a[start] === b[start]) start++;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const deltas = bottomDeltas(a.subarray(start, endA), b.subarray(start, endB), symbols);
  let sum = endA - start;
  for (let j = 0; j < deltas.length; j++) sum += deltas[j] as number;
  return sum;
}
