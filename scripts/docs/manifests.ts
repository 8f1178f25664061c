import { manifests } from './tables/actions.ts';
import { actionYaml } from './tables/manifest.ts';

/** Writes the action.yml of every action from the table of inputs and the action's manifest. */
export const generate = () =>
  Object.fromEntries(
    manifests.map((manifest) => [
      manifest.action === 'release' ? 'action.yml' : `actions/${manifest.action}/action.yml`,
      actionYaml(manifest),
    ]),
  );
