import { can } from '../core/iam.ts';
import { serviceAccount as principal } from '../core/principals.ts';
import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import { mountProblem } from '../secrets/state.ts';
import type { RevisionSettings } from './model.ts';

/** What stands outside of the source and keeps a build or a revision from succeeding. All are absent by default. */
interface Obstacles {
  /** The build account needs roles/cloudbuild.builds.builder, as in organisations that grant it nothing by default. */
  buildAccountNeedsRole: boolean;
  /** Cloud Run's service agent needs roles/artifactregistry.reader on the repository of the images. */
  agentNeedsReader: boolean;
  /** The last image was deleted. The next build makes another one. */
  imageGone: boolean;
  /** MiB that the function uses while it starts. 0 for as much as it has. */
  memoryUsed: number;
  /** CPUs that all instances of a function may have together. 0 for no limit. */
  cpuQuota: number;
  /** Names of the VPC connectors that exist. Undefined if connectors are not checked. */
  connectors: string[] | undefined;
}

const none: Obstacles = {
  buildAccountNeedsRole: false,
  agentNeedsReader: false,
  imageGone: false,
  memoryUsed: 0,
  cpuQuota: 0,
  connectors: undefined,
};

export const obstaclesOf = (world: World): Obstacles => world.extension('obstacles', () => ({ ...none }));

/** `PATCH /settings {obstacles: {memoryUsed: 300}}` sets these and resets all others. */
export function obstacleSettings(world: World): void {
  const obstacles = obstaclesOf(world);
  addSetting(world, 'obstacles', (value) => {
    Object.assign(obstacles, none, value ?? {});
  });
  world.views.set('obstacles', () => obstacles);
}

/** Why Google cannot build for this change, in Google's words. */
export function buildObstacle(world: World, account: string): string | undefined {
  const project = `//cloudresourcemanager.googleapis.com/projects/${world.project}`;
  const email = account.slice(account.lastIndexOf('/') + 1);
  if (!obstaclesOf(world).buildAccountNeedsRole) return undefined;
  if (can(world, principal(email), 'cloudbuild.builds.create', project)) return undefined;
  return (
    "Build failed with status: FAILURE. Could not build the function due to a missing permission on the build service account. If you didn't " +
    'revoke that permission explicitly, this could be caused by a change in the organization policies. Please refer to the following ' +
    'documentation for more details and resolution: https://cloud.google.com/functions/docs/troubleshooting#build-service-account'
  );
}

/** What a revision needs besides its image. */
export interface Needs {
  secrets: readonly { secret: string; version: string }[];
  connector?: string | undefined;
}

/** Why a revision cannot become ready although its container was never started, in Cloud Run's words. */
export function revisionObstacle(
  world: World,
  settings: RevisionSettings,
  { secrets, connector }: Needs,
): string | undefined {
  const obstacles = obstaclesOf(world);
  if (obstacles.imageGone) return `Image '${settings.image}' not found.`;
  return (
    agentObstacle(world, settings.image) ??
    secretObstacle(world, secrets, settings.serviceAccount) ??
    connectorObstacle(obstacles, connector) ??
    quotaObstacle(obstacles, settings)
  );
}

/** The account with which Cloud Run pulls images. */
export const agentOf = (world: World): string =>
  `service-${world.projectNumber}@serverless-robot-prod.iam.gserviceaccount.com`;

/** The service agent reads the images of its own project, unless an obstacle says otherwise, and no others. */
function agentObstacle(world: World, image: string): string | undefined {
  const repository = image.split('/').slice(0, 3).join('/');
  const [host = '', project = '', name = ''] = repository.split('/');
  const location = host.endsWith('-docker.pkg.dev') ? host.replace('-docker.pkg.dev', '') : world.region;
  const own = project === world.project || project === world.projectNumber || project === 'cloudrun';
  if (own && !obstaclesOf(world).agentNeedsReader) return undefined;
  const resource = `//artifactregistry.googleapis.com/projects/${project}/locations/${location}/repositories/${name}`;
  const agent = agentOf(world);
  if (can(world, principal(agent), 'artifactregistry.repositories.get', resource)) return undefined;
  const foreign = own
    ? ''
    : ` Note that the image is from project [${project}], which is not the same as this project [${world.project}]. Permission must be granted to the Google Cloud Run Service Agent from this project.`;
  return `Google Cloud Run Service Agent ${agent} must have permission to read the image, ${image}. Ensure that the provided container image URL is correct and that the above account has permission to access the image. If you just enabled the Cloud Run API, the permissions might take a few minutes to propagate.${foreign}`;
}

function secretObstacle(world: World, secrets: Needs['secrets'], account: string): string | undefined {
  const problems = secrets.flatMap(({ secret, version }, index) => {
    const problem = mountProblem(world, secret.slice(secret.lastIndexOf('/') + 1), version, account);
    return problem
      ? [`spec.template.spec.containers[0].env[${index}].value_from.secret_key_ref.name: ${problem}`]
      : [];
  });
  return problems.length > 0 ? problems.join('\n') : undefined;
}

function connectorObstacle({ connectors }: Obstacles, wanted: string | undefined): string | undefined {
  if (!connectors || !wanted) return undefined;
  if (connectors.includes(wanted.slice(wanted.lastIndexOf('/') + 1))) return undefined;
  return `VPC connector ${wanted} does not exist, or Cloud Run does not have permission to use it.`;
}

function quotaObstacle({ cpuQuota }: Obstacles, settings: RevisionSettings): string | undefined {
  const cpu = Number.parseFloat(settings.cpu) / (settings.cpu.endsWith('m') ? 1000 : 1);
  const asked = Math.round(cpu * settings.maxInstances * 1000);
  if (cpuQuota === 0 || asked <= cpuQuota * 1000) return undefined;
  return `Max instances must be set to ${Math.floor(cpuQuota / cpu)} or fewer in order to set the requested total CPU. Quota violated: CpuAllocPerProjectRegion requested: ${asked} allowed: ${cpuQuota * 1000}`;
}

const mebibytes = (text: string) =>
  Number.parseFloat(text) * (/G/.test(text) ? 1024 : /k/i.test(text) ? 1 / 1024 : 1);

/** The line that Cloud Run writes to the log if a container uses more memory than it has. */
export function memoryObstacle(world: World, { memory }: RevisionSettings): string | undefined {
  const { memoryUsed } = obstaclesOf(world);
  const limit = Math.round(mebibytes(memory));
  if (memoryUsed <= limit) return undefined;
  return `Memory limit of ${limit} MiB exceeded with ${memoryUsed} MiB used. Consider increasing the memory limit, see https://cloud.google.com/run/docs/configuring/memory-limits`;
}
