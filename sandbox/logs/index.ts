import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';

/** Placeholder until the logs part is in. */
export function logsApis(_world: World): ApiDefinition[] {
  return [];
}
