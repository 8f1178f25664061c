/** So many items at even distances, so that a sample of a grid has every fault and every phase. All of them if there are no more. */
export function spread<T>(items: readonly T[], sample = items.length): T[] {
  const count = Math.min(sample, items.length);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);
}
