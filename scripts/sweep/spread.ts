/** Which cells of a grid are wanted. Absent: all. */
export interface Wanted {
  /** So many, at even distances. */
  sample?: number | undefined;
  /** `3/20`: the third of twenty parts, which have no cell in common and are the whole grid together. */
  part?: string | undefined;
}

/** The cells that are wanted. The grid has to be in the same order each time. */
export function wantedOf<T>(items: readonly T[], { sample, part = '1/1' }: Wanted): T[] {
  const [own = 0, of = 0] = part.split('/').map(Number);
  if (!(Number.isInteger(own) && Number.isInteger(of) && own >= 1 && own <= of))
    throw new Error(`--part is ${part}, expected such as 3/20`);
  return spread(
    items.filter((_, at) => at % of === own - 1),
    sample,
  );
}

/** So many items at even distances, so that a sample of a grid has every fault and every phase. All of them if there are no more. */
export function spread<T>(items: readonly T[], sample = items.length): T[] {
  const count = Math.min(sample, items.length);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);
}
