import { supplyOf } from '../../domain/capacity/supply.ts';
import { exhaustedText } from '../../domain/invocation/supply.ts';
import type { RunService } from '../ports/services.ts';

/** What a service takes at once, as it is set now, in words. Undefined if its sizes cannot be read. */
export function supplyWords({ raw, scaling }: Pick<RunService, 'raw' | 'scaling'>): string | undefined {
  const supply = supplyOf(raw, scaling);
  return supply && exhaustedText(supply);
}
