import { factsOf, type TargetKind } from '../deploy/kind.ts';

/**
 * Every permission that a release needs: on what, for which stage, and the smallest role of the README that has it.
 * The same table serves every action, each with its own stages.
 */

/**
 * The stages of a release that need something of Google Cloud, by the names that the report gives them. Only a doctor has
 * `Examine`, and only the action `logs` has `Explain`: a release that may not read the log goes without an explanation.
 */
export type NeededFor =
  | 'State'
  | 'Open alerts'
  | 'Guard'
  | 'Traffic'
  | 'Build'
  | 'Smoke test'
  | 'Watch'
  | 'Gateway'
  | 'Front door'
  | 'Model'
  | 'Roll back'
  | 'Explain'
  | 'Examine';

/** What a permission is held on. A permission that is held on the project holds on everything in it. */
export type Place =
  | 'project'
  | 'function'
  | 'service'
  | 'runtime account'
  | 'build account'
  | 'serving account'
  | 'gateway account'
  /** The project of a model that is not in the project of the release. */
  | 'model project'
  | 'model bucket';

/** These are not in the project of the release, or may not be. So what that project grants says nothing about them. */
export const isApart = (place: Place): boolean => place === 'model project' || place === 'model bucket';

/**
 * What a missing thing does. `stop` ends the release before it changes anything, `warn` is told, and `note` is only in
 * the report, because most releases never need it.
 */
export type Weight = 'stop' | 'warn' | 'note';

/** Kinds of deployment that need something. `run`: those of Cloud Run. `source`: those that are built from source. */
export type NeededBy = TargetKind | 'run' | 'source';

/** Does a kind of deployment need what names these kinds? What names none, every kind needs. */
export function isNeededBy(of: NeededBy | undefined, kind: TargetKind): boolean {
  const { api, from } = factsOf(kind);
  return of === undefined || of === kind || of === api || of === from;
}

export interface PermissionCheck {
  permission: string;
  on: Place;
  stage: NeededFor;
  role: string;
  weight: Weight;
  of?: NeededBy;
  /** Absent: always. `new` and `existing` say for which functions the permission is needed. */
  when?: 'new' | 'existing';
  /** What happens without it, as a sentence. */
  without: string;
}

const developer = 'roles/cloudfunctions.developer';
const sourceDeveloper = 'roles/run.sourceDeveloper';
const actAs = 'iam.serviceAccounts.actAs';
/** Without it, nobody can say beforehand which APIs are off. */
export const listsApis = 'serviceusage.services.get';
const accountUser = 'roles/iam.serviceAccountUser';
const gatewayAdmin = 'roles/apigateway.admin';
const modelUser = 'roles/aiplatform.user';
const fileReader = 'roles/storage.objectViewer';

export const permissionChecks = [
  {
    permission: 'cloudfunctions.functions.get',
    of: 'function',
    on: 'function',
    stage: 'State',
    role: developer,
    weight: 'stop',
    without: 'The function cannot be read.',
  },
  {
    permission: 'run.services.get',
    on: 'service',
    stage: 'State',
    role: developer,
    weight: 'stop',
    without: 'The service and its traffic cannot be read.',
  },
  {
    permission: 'run.revisions.get',
    on: 'service',
    stage: 'Roll back',
    role: developer,
    weight: 'stop',
    when: 'existing',
    without: 'The release cannot see whether the revision to go back to is ready.',
  },
  {
    permission: 'run.revisions.list',
    on: 'service',
    stage: 'Watch',
    role: developer,
    weight: 'warn',
    when: 'existing',
    without:
      'Where several revisions serve, a watch does not find the newest one, and the doctor no way back.',
  },
  {
    permission: listsApis,
    of: 'function',
    on: 'project',
    stage: 'State',
    role: developer,
    weight: 'warn',
    without: 'An API that is switched off is found only when it refuses a call.',
  },
  {
    permission: listsApis,
    of: 'run',
    on: 'project',
    stage: 'State',
    role: 'roles/serviceusage.serviceUsageViewer',
    weight: 'warn',
    without: 'An API that is switched off is found only when it refuses a call.',
  },
  {
    permission: 'run.services.list',
    on: 'project',
    stage: 'State',
    role: developer,
    weight: 'warn',
    when: 'new',
    without: 'A service of the same name in another region is not found.',
  },
  {
    permission: 'run.services.getIamPolicy',
    on: 'service',
    stage: 'Guard',
    role: developer,
    weight: 'stop',
    without: 'The guard cannot prove that the function is private.',
  },
  {
    permission: 'resourcemanager.projects.getIamPolicy',
    on: 'project',
    stage: 'Guard',
    role: 'roles/browser',
    weight: 'stop',
    without: 'The guard cannot see who may call the function through the project.',
  },
  {
    permission: 'resourcemanager.projects.get',
    on: 'project',
    stage: 'Guard',
    role: 'roles/browser',
    weight: 'warn',
    without: 'The guard does not learn in which folder and organisation the project is.',
  },
  {
    permission: 'run.services.setIamPolicy',
    on: 'service',
    stage: 'Guard',
    role: 'roles/run.admin',
    weight: 'note',
    without: 'If the function is open, the guard cannot close it, and the release stops.',
  },
  {
    permission: 'run.services.update',
    on: 'service',
    stage: 'Traffic',
    role: developer,
    weight: 'stop',
    without: 'The traffic can be moved neither to the new revision nor back.',
  },
  {
    permission: 'run.services.create',
    of: 'run',
    on: 'project',
    stage: 'Build',
    role: 'roles/run.developer',
    weight: 'stop',
    when: 'new',
    without: 'The service cannot be created.',
  },
  {
    permission: 'artifactregistry.repositories.downloadArtifacts',
    of: 'run-image',
    on: 'project',
    stage: 'Build',
    role: 'roles/artifactregistry.reader',
    // The repository itself may grant it. The image is looked up anyway, and a refusal stops the release.
    weight: 'note',
    without: 'The image can be deployed only if its repository lets this identity read it.',
  },
  {
    permission: 'cloudbuild.builds.create',
    of: 'run-function',
    on: 'project',
    stage: 'Build',
    role: sourceDeveloper,
    weight: 'stop',
    without: 'Cloud Run refuses to build the source.',
  },
  {
    permission: 'storage.buckets.list',
    of: 'run-function',
    on: 'project',
    stage: 'Build',
    role: sourceDeveloper,
    weight: 'stop',
    without: 'The release cannot see whether the bucket for the source belongs to this project.',
  },
  {
    permission: 'storage.buckets.create',
    of: 'run-function',
    on: 'project',
    stage: 'Build',
    role: sourceDeveloper,
    weight: 'warn',
    when: 'new',
    without: 'If the project has no bucket for sources in this region yet, the source cannot be uploaded.',
  },
  {
    permission: 'storage.objects.create',
    of: 'run-function',
    on: 'project',
    stage: 'Build',
    role: sourceDeveloper,
    // The bucket itself may grant it, which is not asked.
    weight: 'warn',
    without: 'The source cannot be uploaded, unless the bucket itself allows it.',
  },
  {
    permission: 'storage.objects.get',
    of: 'run-function',
    on: 'project',
    stage: 'Build',
    role: sourceDeveloper,
    weight: 'warn',
    without: 'The release cannot name the upload that is built, unless the bucket itself allows it.',
  },
  {
    permission: 'artifactregistry.repositories.get',
    of: 'run-function',
    on: 'project',
    stage: 'Build',
    role: sourceDeveloper,
    weight: 'warn',
    when: 'new',
    without: 'If the repository for images does not exist yet, it is not made.',
  },
  {
    permission: 'artifactregistry.repositories.create',
    of: 'run-function',
    on: 'project',
    stage: 'Build',
    role: sourceDeveloper,
    weight: 'warn',
    when: 'new',
    without: 'If the repository for images does not exist yet, it cannot be made.',
  },
  {
    permission: 'run.operations.get',
    of: 'run-function',
    on: 'project',
    stage: 'Build',
    role: sourceDeveloper,
    weight: 'warn',
    without: 'A build that fails may be noticed only at the deadline.',
  },
  {
    permission: 'cloudbuild.builds.list',
    of: 'run-function',
    on: 'project',
    stage: 'Build',
    role: sourceDeveloper,
    weight: 'note',
    without: 'If the build fails, the error shows no part of its log.',
  },
  {
    permission: 'cloudfunctions.functions.create',
    of: 'function',
    on: 'project',
    stage: 'Build',
    role: developer,
    weight: 'stop',
    when: 'new',
    without: 'The function cannot be created.',
  },
  {
    permission: 'cloudfunctions.functions.update',
    of: 'function',
    on: 'function',
    stage: 'Build',
    role: developer,
    weight: 'stop',
    when: 'existing',
    without: 'The function cannot be updated.',
  },
  {
    permission: 'cloudfunctions.functions.sourceCodeSet',
    of: 'function',
    on: 'project',
    stage: 'Build',
    role: developer,
    weight: 'stop',
    without: 'The source cannot be uploaded.',
  },
  {
    permission: 'cloudfunctions.operations.get',
    of: 'function',
    on: 'project',
    stage: 'Build',
    role: developer,
    weight: 'stop',
    without: 'The release cannot see when the build has ended.',
  },
  {
    permission: 'cloudfunctions.operations.list',
    of: 'function',
    on: 'project',
    stage: 'Build',
    role: developer,
    weight: 'warn',
    without: 'A deploy that is already running is found only when Google refuses this one.',
  },
  {
    permission: 'cloudfunctions.functions.list',
    of: 'function',
    on: 'project',
    stage: 'State',
    role: developer,
    weight: 'warn',
    when: 'new',
    without: 'A function of the same name in another region is not found.',
  },
  {
    permission: actAs,
    on: 'runtime account',
    stage: 'Build',
    role: accountUser,
    weight: 'stop',
    without: 'Google refuses to deploy code that runs as this account.',
  },
  {
    permission: actAs,
    on: 'build account',
    stage: 'Build',
    role: accountUser,
    weight: 'stop',
    without: 'Google refuses to build as this account.',
  },
  {
    permission: actAs,
    on: 'serving account',
    stage: 'Roll back',
    role: accountUser,
    weight: 'warn',
    when: 'existing',
    without: 'Google may refuse to give the traffic back to the revision that serves now.',
  },
  {
    // https://docs.cloud.google.com/api-gateway/docs/configure-dev-env#configure_a_service_account
    permission: actAs,
    on: 'gateway account',
    stage: 'Gateway',
    role: accountUser,
    weight: 'stop',
    without: 'Google refuses to make a configuration that calls the function as this account.',
  },
  {
    permission: 'logging.logEntries.list',
    on: 'project',
    stage: 'Watch',
    role: 'roles/logging.viewer',
    weight: 'stop',
    without: 'The request logs cannot be read.',
  },
  {
    permission: 'logging.logEntries.list',
    on: 'project',
    stage: 'Explain',
    role: 'roles/logging.viewer',
    weight: 'note',
    without: 'The log cannot explain a failure.',
  },
  {
    permission: 'monitoring.timeSeries.list',
    on: 'project',
    stage: 'Watch',
    role: 'roles/monitoring.viewer',
    weight: 'stop',
    without: 'The request metrics cannot be read.',
  },
  {
    permission: 'monitoring.metricDescriptors.get',
    on: 'project',
    stage: 'Watch',
    role: 'roles/monitoring.viewer',
    weight: 'stop',
    without: 'How late the request metrics arrive cannot be read.',
  },
  {
    permission: 'monitoring.alerts.list',
    on: 'project',
    stage: 'Open alerts',
    // The watch needs this role as well. For this permission alone, roles/monitoring.alertViewer is enough.
    role: 'roles/monitoring.viewer',
    // What happens without it depends on `on_alert`, and the release says it when it asks.
    weight: 'note',
    without: 'The release cannot see whether an alert on the service is open.',
  },
  {
    permission: 'apigateway.gateways.get',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'stop',
    without: 'The gateway cannot be read, so there is no way back.',
  },
  {
    permission: 'apigateway.apiconfigs.get',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'stop',
    without: 'The configuration cannot be looked at before the gateway is moved to it.',
  },
  {
    permission: 'apigateway.apis.get',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'stop',
    without: 'The API cannot be read.',
  },
  {
    permission: 'apigateway.apis.create',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'note',
    without: 'An API that does not exist yet is not made.',
  },
  {
    permission: 'apigateway.apiconfigs.create',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'stop',
    without: 'No configuration can be made of the document.',
  },
  {
    permission: 'apigateway.apiconfigs.update',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'note',
    without: 'A run of actions/gateway that is killed cannot be taken back by the next one.',
  },
  {
    permission: 'apigateway.gateways.create',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'note',
    without: 'A gateway that does not exist yet is not made.',
  },
  {
    permission: 'apigateway.gateways.update',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'stop',
    without: 'The gateway can be moved neither forward nor back.',
  },
  {
    permission: 'apigateway.operations.get',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'stop',
    without: 'The reason is not known if Google refuses the document.',
  },
  {
    permission: 'apigateway.apiconfigs.list',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'note',
    without: 'Old configurations are not removed.',
  },
  {
    permission: 'apigateway.gateways.list',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'note',
    without: 'Old configurations are not removed, because a gateway could name them.',
  },
  {
    permission: 'apigateway.apiconfigs.delete',
    on: 'project',
    stage: 'Gateway',
    role: gatewayAdmin,
    weight: 'note',
    without: 'Old configurations are not removed.',
  },
  {
    permission: 'apigateway.gateways.get',
    on: 'project',
    stage: 'Front door',
    role: 'roles/apigateway.viewer',
    weight: 'stop',
    without: 'The host of the gateway cannot be read, so the smoke suite cannot go in there.',
  },
  {
    permission: 'aiplatform.models.get',
    on: 'project',
    stage: 'Model',
    role: modelUser,
    weight: 'stop',
    without: 'The version of the model cannot be read.',
  },
  {
    permission: 'aiplatform.models.list',
    on: 'project',
    stage: 'Model',
    role: modelUser,
    weight: 'stop',
    without: 'The release cannot see which version the alias of the model names.',
  },
  {
    permission: 'aiplatform.models.update',
    on: 'project',
    stage: 'Model',
    role: modelUser,
    weight: 'stop',
    without: 'The alias of the model cannot follow the traffic.',
  },
  {
    permission: 'storage.objects.get',
    on: 'model bucket',
    stage: 'Model',
    role: fileReader,
    // A managed folder or a condition on the name may grant it, and a bucket does not tell. Whoever may not read the model is stopped
    // when the release reads it, before the first change.
    weight: 'warn',
    without: 'The model can be released only if its folder lets this identity read it.',
  },
  {
    permission: 'storage.objects.list',
    on: 'model bucket',
    stage: 'Model',
    role: fileReader,
    weight: 'warn',
    without: 'The folder of the model can be released only if the folder itself lets this identity list it.',
  },
  {
    permission: 'logging.sinks.get',
    on: 'project',
    stage: 'Examine',
    role: 'roles/logging.viewer',
    weight: 'warn',
    without: 'The doctor cannot see whether a filter leaves request logs out.',
  },
  {
    permission: 'artifactregistry.dockerimages.list',
    on: 'project',
    stage: 'Examine',
    role: 'roles/artifactregistry.reader',
    weight: 'warn',
    without: 'The doctor cannot see whether the image of the revision to go back to is still there.',
  },
  {
    permission: 'artifactregistry.repositories.get',
    on: 'project',
    stage: 'Examine',
    role: 'roles/artifactregistry.reader',
    weight: 'warn',
    without:
      'The doctor cannot see whether a clean-up policy deletes the image of the revision to go back to.',
  },
] as const satisfies readonly PermissionCheck[];

/** What happens without a permission, as a sentence. */
export const withoutText = (permission: string, place: Place): string | undefined =>
  (permissionChecks as readonly PermissionCheck[]).find(
    (check) => check.permission === permission && check.on === place,
  )?.without;

/** What an input names, and nothing else of a release needs. */
export type NamedThing = 'secret' | 'vertex model' | 'storage model';

/** The APIs that a stage calls, or that Cloud Functions or Cloud Run calls for it. */
export const apiChecks: readonly {
  service: string;
  stage: NeededFor;
  of?: NeededBy;
  /** Needed only if the release names such a thing. */
  names?: NamedThing;
}[] = [
  { service: 'cloudfunctions.googleapis.com', stage: 'State', of: 'function' },
  { service: 'run.googleapis.com', stage: 'State' },
  { service: 'cloudresourcemanager.googleapis.com', stage: 'Guard' },
  { service: 'cloudbuild.googleapis.com', stage: 'Build', of: 'source' },
  { service: 'artifactregistry.googleapis.com', stage: 'Build', of: 'source' },
  { service: 'storage.googleapis.com', stage: 'Build', of: 'run-function' },
  // https://docs.cloud.google.com/run/docs/configuring/services/secrets#before_you_begin
  { service: 'secretmanager.googleapis.com', stage: 'Build', names: 'secret' },
  { service: 'logging.googleapis.com', stage: 'Watch' },
  { service: 'monitoring.googleapis.com', stage: 'Watch' },
  { service: 'apigateway.googleapis.com', stage: 'Gateway' },
  { service: 'apigateway.googleapis.com', stage: 'Front door' },
  { service: 'aiplatform.googleapis.com', stage: 'Model', names: 'vertex model' },
  { service: 'storage.googleapis.com', stage: 'Model', names: 'storage model' },
];

/** The permission with which a caller may call the service. */
export const invokePermission = 'run.routes.invoke';
export const invokerRole = 'roles/run.invoker';
