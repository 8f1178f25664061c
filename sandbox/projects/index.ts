import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';
import { aroundApis } from './around.ts';
import { cloudBuildApi } from './builds.ts';
import { resourceManagerApi } from './resourcemanager.ts';
import { orgPolicyApi, serviceUsageApi } from './services.ts';
import { projectsOf } from './state.ts';

/** Serves the project, its folder and its organisation, and the list of enabled services. */
export function projectsApis(world: World): ApiDefinition[] {
  const state = projectsOf(world);
  addSetting(world, 'orgPolicies', (value) => {
    for (const [constraint, policy] of Object.entries((value ?? {}) as Record<string, never>)) {
      if (policy === null) state.orgPolicies.delete(constraint);
      else state.orgPolicies.set(constraint, policy);
    }
  });
  world.views.set('orgPolicies', () => Object.fromEntries(state.orgPolicies));
  return [
    resourceManagerApi(world),
    serviceUsageApi(world),
    cloudBuildApi(world),
    orgPolicyApi(world),
    ...aroundApis(world),
  ];
}
