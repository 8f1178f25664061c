import { permissionDenied, requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import { ApiError, type Call } from '../core/types.ts';
import { deniedSentence, mayUse } from '../registry/access.ts';
import { isServed, parseReference } from '../registry/reference.ts';
import { type Template, withDefaults } from './template.ts';

/** The caller must be able to act as the account of the new revision (cloud.google.com/run/docs/securing/service-identity). */
export function requireActAs(world: World, call: Call, account: string): void {
  requirePermission(
    world,
    call.principal,
    'iam.serviceAccounts.actAs',
    `//iam.googleapis.com/projects/${world.project}/serviceAccounts/${account}`,
  );
}

/** Cloud Run's sentence when the caller, or its service agent, may not pull an image. */
function unreadable(world: World, image: string, host: string, path: string, tag: string): string {
  const [project = ''] = path.split('/');
  const own = project === world.project || project === world.projectNumber;
  const foreign = own
    ? ''
    : ` Note that the image is from project [${project}], which is not the same as this project [${world.project}]. Permission must be granted to the User from this project. See https://cloud.google.com/run/docs/deploying#other-projects`;
  return (
    `User must have permission to read the image, ${image}. Ensure that the provided container image URL is correct and that the ` +
    `above account has permission to access the image. If you just enabled the Cloud Run API, the permissions might take a few minutes to propagate.${foreign}\n` +
    ` Cause: 403 Forbidden\nGET https://${host}/v2/${path}/manifests/${tag}\n` +
    JSON.stringify({
      errors: [{ code: 'DENIED', message: deniedSentence(world, host, path, 'downloadArtifacts') }],
    })
  );
}

/** Since January 2025 whoever deploys an image must be able to read it (cloud.google.com/run/docs/deploying, "Required roles"). */
export function requireImages(world: World, call: Call, { containers = [] }: Template): void {
  const { principal } = call;
  if (!principal) throw permissionDenied('run.services.create');
  for (const { image = '' } of containers) {
    const reference = parseReference(image);
    if (!reference || !isServed(world, reference)) continue;
    const { host, path, tag, digest } = reference;
    if (path.startsWith('cloudrun/') || mayUse(world, principal, host, path, 'downloadArtifacts')) continue;
    throw new ApiError(
      403,
      'PERMISSION_DENIED',
      unreadable(world, image, host, path, digest ?? tag ?? 'latest'),
    );
  }
}

/** Everything that a caller needs for a new revision. Called before anything changes. */
export function requireDeploy(world: World, call: Call, template: Template, ownBuild: boolean): void {
  requireActAs(world, call, withDefaults(world, template).serviceAccount ?? '');
  if (!ownBuild) requireImages(world, call, template);
  else
    requirePermission(
      world,
      call.principal,
      'cloudbuild.builds.create',
      `//cloudresourcemanager.googleapis.com/projects/${world.project}`,
    );
}
