import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';

export function identityApis(_world: World): ApiDefinition[] {
  return [{ name: 'oidc', routes: [] }];
}
