import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';

/** Placeholder until the functions part is in. */
export function functionsApis(_world: World): ApiDefinition[] {
  return [];
}
