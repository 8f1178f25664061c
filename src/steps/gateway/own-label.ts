import { slug } from '../../domain/product.ts';

/** The label of configurations that this action made. Only those are ever removed. */
export const ownLabel = { 'managed-by': slug } as const;
