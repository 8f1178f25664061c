import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';

/** Placeholder until the run part is in. */
export function runApis(_world: World): ApiDefinition[] {
  return [];
}
