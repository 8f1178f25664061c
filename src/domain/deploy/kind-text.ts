import { detachFunction } from '../data/commands.ts';
import type { Located } from '../data/resource-name.ts';
import { factsOf, isOfFunctions, type TargetKind } from './kind.ts';

/** What a thing of this kind is, as part of a sentence. */
export const kindText = (kind: TargetKind): string => factsOf(kind).text;

/** How to deploy such a thing. */
export function kindRemedy(kind: TargetKind, place: Located): { fix: string; commands?: string[] } {
  const { fix } = factsOf(kind);
  return isOfFunctions(kind) ? { fix, commands: [detachFunction(place)] } : { fix };
}
