import { bucketPermissions, checkRole, copyPermissions, restoreRole } from '../drill/permissions.ts';
import { alertingReads, alertingWrites, fieldMetricReads, fieldMetricWrites } from './alerting.ts';
import { type PermissionCheck, type Place, permissionChecks } from './permissions.ts';

/**
 * What actions need besides those of a release. A release asks for none of it beforehand, unless it takes a gateway or a model with it.
 * The roles of `init`, the table of the set-up page and the second table of the doctor follow from this table.
 */

export type Bound =
  | 'project'
  | 'service'
  | 'bucket'
  | 'copy of a bucket'
  | 'model bucket'
  | 'runtime account'
  | 'pipeline account'
  | 'gateway account';

export interface ActionPermission {
  permission: string;
  on: Bound;
  /** The smallest role of Google that has it. */
  role: string;
}

const on = (place: Bound, role: string, permissions: readonly string[]): ActionPermission[] =>
  permissions.map((permission) => ({ permission, on: place, role }));

const actAs = 'iam.serviceAccounts.actAs';
const accountUser = 'roles/iam.serviceAccountUser';
const runViewer = 'roles/run.viewer';
const runDeveloper = 'roles/run.developer';
const ofBucket = (permission: string): boolean => permission.startsWith('storage.buckets.');

const inBucket = (place: Bound, permissions: readonly string[]) => [
  ...on(place, checkRole, permissions.filter(ofBucket)),
  ...on(
    place,
    restoreRole,
    permissions.filter((one) => !ofBucket(one)),
  ),
];

/** What a comparison of two regions reads of both services. */
const regionReads: readonly string[] = ['run.services.get', 'run.services.getIamPolicy', 'run.revisions.get'];

/** What a release of a model of Vertex AI reads, and what moves its alias. */
export const modelReads: readonly string[] = ['aiplatform.models.get'];
export const aliasMoves: readonly string[] = ['aiplatform.models.list', 'aiplatform.models.update'];
/** What reads a model in Cloud Storage. */
export const modelFileReads: readonly string[] = ['storage.objects.get', 'storage.objects.list'];

/**
 * The protections that are in the project itself. What lies above it, an account of the project cannot be given. The names of the
 * files in an upload are part of the upload, and nobody should read every object for them.
 */
const postureReads = [
  ...on('project', runViewer, ['run.services.get', 'run.services.getIamPolicy', 'run.revisions.get']),
  ...on('project', 'roles/cloudfunctions.viewer', ['cloudfunctions.functions.get']),
  ...on('project', 'roles/browser', [
    'resourcemanager.projects.get',
    'resourcemanager.projects.getIamPolicy',
  ]),
  ...on('project', 'roles/iam.securityReviewer', [
    'artifactregistry.repositories.getIamPolicy',
    'cloudfunctions.functions.getIamPolicy',
    'iam.roles.get',
    'iam.serviceAccounts.getIamPolicy',
    'iap.webServices.getIamPolicy',
    'secretmanager.secrets.getIamPolicy',
    'storage.buckets.getIamPolicy',
  ]),
  ...on('project', 'roles/apigateway.viewer', ['apigateway.apiconfigs.get', 'apigateway.gateways.list']),
  ...on('project', 'roles/compute.viewer', [
    'compute.backendServices.list',
    'compute.regionNetworkEndpointGroups.list',
    'compute.securityPolicies.get',
  ]),
  ...on('project', 'roles/secretmanager.viewer', [
    'secretmanager.secrets.get',
    'secretmanager.versions.list',
  ]),
  ...on('project', 'roles/containeranalysis.occurrences.viewer', ['containeranalysis.occurrences.list']),
  ...on('project', 'roles/binaryauthorization.policyViewer', ['binaryauthorization.policy.get']),
  ...on('project', 'roles/cloudkms.viewer', ['cloudkms.cryptoKeys.get']),
  ...on('project', 'roles/monitoring.viewer', [
    'monitoring.alertPolicies.list',
    'monitoring.notificationChannels.list',
  ]),
  ...on('project', checkRole, ['storage.buckets.get']),
];

/** What a release with a document of a gateway needs for that stage, the action `gateway` needs too. */
const isOfGateway = (check: PermissionCheck): check is PermissionCheck & { on: Bound & Place } =>
  check.stage === 'Gateway';
const gatewayPermissions: readonly ActionPermission[] = (permissionChecks as readonly PermissionCheck[])
  .filter(isOfGateway)
  .map(({ permission, on: place, role }) => ({ permission, on: place, role }));

export const actionPermissions = {
  gateway: gatewayPermissions,
  slo: [
    ...on('project', 'roles/monitoring.viewer', alertingReads),
    ...on('project', 'roles/monitoring.editor', alertingWrites),
    ...on('project', 'roles/logging.viewer', fieldMetricReads),
    ...on('project', 'roles/logging.configWriter', fieldMetricWrites),
  ],
  posture: postureReads,
  drill: [
    ...inBucket('bucket', bucketPermissions),
    ...inBucket('copy of a bucket', copyPermissions),
    ...on('project', runViewer, regionReads),
  ],
  capacity: [
    ...on('service', runDeveloper, [
      'run.services.get',
      'run.services.getIamPolicy',
      'run.services.update',
      'run.revisions.get',
      'run.revisions.list',
      'run.revisions.delete',
    ]),
    ...on('project', 'roles/browser', [
      'resourcemanager.projects.get',
      'resourcemanager.projects.getIamPolicy',
    ]),
    // Whoever names an image in a template must be able to read it, also that of a function.
    ...on('project', 'roles/artifactregistry.reader', ['artifactregistry.repositories.downloadArtifacts']),
    ...on('runtime account', accountUser, [actAs]),
  ],
  // A release with a model needs the same. Its preflight asks for it.
  model: [
    ...on('project', 'roles/aiplatform.user', [...modelReads, ...aliasMoves]),
    ...on('model bucket', 'roles/storage.objectViewer', modelFileReads),
  ],
  pipeline: [
    ...on('project', 'roles/aiplatform.user', [
      'aiplatform.pipelineJobs.create',
      'aiplatform.pipelineJobs.get',
      'aiplatform.pipelineJobs.cancel',
    ]),
    ...on('project', 'roles/logging.viewer', ['logging.logEntries.list']),
    ...on('pipeline account', accountUser, [actAs]),
  ],
} as const satisfies Record<string, readonly ActionPermission[]>;

export type OtherAction = keyof typeof actionPermissions;
