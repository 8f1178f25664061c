import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';

export function projectsApis(_world: World): ApiDefinition[] {
  return [{ name: 'projects', routes: [] }];
}
