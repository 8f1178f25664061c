import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';

export function githubApis(_world: World): ApiDefinition[] {
  return [{ name: 'github', routes: [] }];
}
