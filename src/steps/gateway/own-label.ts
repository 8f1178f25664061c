/** The label of configurations that this action made. Only those are ever removed. */
export const ownLabel = { 'managed-by': 'backstay' } as const;
