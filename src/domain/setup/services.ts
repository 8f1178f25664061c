import type { TargetKind } from '../deploy/kind.ts';
import { apiChecks, isNeededBy, type NeededFor } from '../preflight/permissions.ts';
import { optionalStages, stagesOf } from '../preflight/stages.ts';

/** The APIs of a login without a key, and of the set-up itself. Those of the release are the preflight's. */
const forLogin = ['iam', 'iamcredentials', 'sts'].map((name) => `${name}.googleapis.com`);

const ofEveryRelease: readonly NeededFor[] = [...stagesOf.release, ...optionalStages];

/** Every API that has to be on, whatever the inputs of a release name. Those of gateways and models come with their rights. */
export function neededServices(target: TargetKind): string[] {
  const ofRelease = apiChecks
    .filter(({ of, stage, names }) => !names && ofEveryRelease.includes(stage) && isNeededBy(of, target))
    .map(({ service }) => service);
  // Images are pulled from Artifact Registry, although nothing is built.
  return [...new Set([...forLogin, ...ofRelease, 'artifactregistry.googleapis.com'])].sort();
}

/**
 * What API Gateway needs to be on. The three that Google lists under "Enable the required Google services":
 * https://docs.cloud.google.com/api-gateway/docs/configure-dev-env#enable_required_services.
 */
export const gatewayServices: readonly string[] = [
  ...apiChecks.filter(({ stage }) => stage === 'Gateway').map(({ service }) => service),
  ...['servicecontrol.googleapis.com', 'servicemanagement.googleapis.com'],
];

/** What reads where a gateway is. Its owner has switched on the rest. */
export const doorServices: readonly string[] = apiChecks
  .filter(({ stage }) => stage === 'Front door')
  .map(({ service }) => service);

/** Models and pipelines of Vertex AI. */
export const vertexServices: readonly string[] = ['aiplatform.googleapis.com'];
export const bucketServices: readonly string[] = ['storage.googleapis.com'];
