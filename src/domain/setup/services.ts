import type { TargetKind } from '../deploy/kind.ts';
import { apiChecks, isNeededBy } from '../preflight/permissions.ts';

/** The APIs of a login without a key, and of the set-up itself. Those of the release are the preflight's. */
const forLogin = ['iam', 'iamcredentials', 'sts'].map((name) => `${name}.googleapis.com`);

/** Every API that has to be on. Those of gateways are needed only by who releases one. */
export function neededServices(target: TargetKind): string[] {
  const ofRelease = apiChecks
    .filter(({ of, stage }) => stage !== 'Gateway' && isNeededBy(of, target))
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

/** Models and pipelines of Vertex AI. */
export const vertexServices: readonly string[] = ['aiplatform.googleapis.com'];
export const bucketServices: readonly string[] = ['storage.googleapis.com'];
