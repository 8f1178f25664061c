import { registerModel } from '../../../../../sandbox/vertex/models/index.ts';
import { here } from '../../printed/here.ts';
import type { Stage } from '../stage.ts';

const project = `projects/${here.project}`;

/** Registers the model `ocr`, gives the deployer everything that a release of it needs, and then takes one thing away. */
export const withModel = (takeAway: (stage: Stage) => unknown) => async (stage: Stage) => {
  await stage.set({ services: { 'aiplatform.googleapis.com': 'ENABLED' } });
  const model = registerModel(stage.sandbox.world, `${project}/locations/${here.region}/models/ocr`);
  model.versionAliases.push('candidate');
  const deployer = `serviceAccount:${here.deployer}`;
  stage.grant(`cloudresourcemanager.googleapis.com/${project}`, 'roles/aiplatform.user', deployer);
  await takeAway(stage);
};
