import fc from 'fast-check';

/** Any value at all, as a hostile API could send it after parsing. */
export const anything = fc.anything({
  withNullPrototype: true,
  withSparseArray: true,
  withBigInt: true,
  withDate: true,
  withMap: true,
  maxDepth: 4,
});
