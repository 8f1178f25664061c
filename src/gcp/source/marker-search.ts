/**
 * Searches bytes for many markers at once (Wu and Manber, "A fast algorithm for multi-pattern searching", 1994). The time grows
 * with the bytes, and hardly with the number of markers.
 */
export interface Hit<T> {
  marker: T;
  at: number;
}

/** Bytes of a marker that the search looks at first. Every marker has at least as many. */
const core = 3;

/** How rare each byte is in text and code. The search looks at the rarest part of a marker, so that it stops less often. */
const rarity = new Uint8Array(256).fill(2);
for (const [rank, bytes] of [
  'etaoinsrlcdu \n',
  'bfghjkmpqvwxyz',
  '',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
].entries())
  for (const byte of Buffer.from(bytes)) rarity[byte] = rank;

/** The first of the rarest parts. */
function rarestPart(bytes: Buffer): number {
  let rarest = 0;
  let best = -1;
  for (let start = 0; start + core <= bytes.length; start++) {
    let score = 0;
    for (let at = start; at < start + core; at++) score += rarity[bytes[at] as number] as number;
    if (score > best) [rarest, best] = [start, score];
  }
  return rarest;
}

export function markerSearch<T extends { bytes: Buffer }>(
  markers: readonly T[],
): (view: Buffer) => Generator<Hit<T>> {
  /** For each pair of bytes: how far the search may go on if it has just read this pair. */
  const shifts = new Uint8Array(1 << 16).fill(core - 1);
  /** Markers by the last pair of their core, with the place of that pair. */
  const byPair = new Map<number, { marker: T; end: number }[]>();
  for (const marker of markers) {
    const start = rarestPart(marker.bytes);
    for (let at = 1; at < core; at++) {
      const pair = ((marker.bytes[start + at - 1] as number) << 8) | (marker.bytes[start + at] as number);
      const shift = core - 1 - at;
      if (shift < (shifts[pair] as number)) shifts[pair] = shift;
      if (shift === 0) byPair.set(pair, [...(byPair.get(pair) ?? []), { marker, end: start + at }]);
    }
  }
  /** The next place where the last pair of a core may end. A function of its own, because V8 does not optimise a loop in a generator. */
  const nextStop = (view: Buffer, from: number): number => {
    const length = view.length;
    for (let at = from; at < length; ) {
      const shift = shifts[((view[at - 1] as number) << 8) | (view[at] as number)] as number;
      if (shift === 0) return at;
      at += shift;
    }
    return -1;
  };
  return function* (view) {
    for (let at = nextStop(view, core - 1); at >= 0; at = nextStop(view, at + 1)) {
      const pair = ((view[at - 1] as number) << 8) | (view[at] as number);
      for (const { marker, end } of byPair.get(pair) ?? [])
        if (isAt(view, marker.bytes, at - end)) yield { marker, at: at - end };
    }
  };
}

function isAt(view: Buffer, marker: Buffer, start: number): boolean {
  if (start < 0 || start + marker.length > view.length) return false;
  for (let at = 0; at < marker.length; at++) if (view[start + at] !== marker[at]) return false;
  return true;
}
