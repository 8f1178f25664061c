import { factsOf, type TargetKind } from '../deploy/kind.ts';
import {
  actionPermissions,
  aliasMoves,
  type Bound,
  modelFileReads,
  modelReads,
  type OtherAction,
} from '../preflight/action-permissions.ts';
import {
  alertingReads,
  alertingWrites,
  fieldMetricReads,
  fieldMetricWrites,
  snoozePermissions,
} from '../preflight/alerting.ts';
import {
  isNeededBy,
  type NeededFor,
  type PermissionCheck,
  permissionChecks,
} from '../preflight/permissions.ts';
import { stagesOf } from '../preflight/stages.ts';
import { roleId } from './names.ts';

/** A role that holds exactly what one identity's actions ask for, taken from the one table of permissions. */
export interface CustomRole {
  id: string;
  title: string;
  permissions: readonly string[];
}

const closes = 'run.services.setIamPolicy';
const actAs = 'iam.serviceAccounts.actAs';
const checks: readonly PermissionCheck[] = permissionChecks;

/** The permissions of these stages. actAs is granted on the one account that it is about, and closing is a role of its own. */
const permissionsOf = (
  stages: readonly NeededFor[],
  which: (check: PermissionCheck) => boolean = () => true,
): string[] =>
  [
    ...new Set(
      checks
        .filter((check) => stages.includes(check.stage) && which(check))
        .map(({ permission }) => permission)
        .filter((permission) => permission !== closes && permission !== actAs),
    ),
  ].sort();

export const deployerRole = (target: TargetKind): CustomRole => ({
  id: roleId(factsOf(target).role[0]),
  title: factsOf(target).role[1],
  permissions: permissionsOf([...stagesOf.release, 'Watch', 'Open alerts', 'Examine'], ({ of }) =>
    isNeededBy(of, target),
  ),
});

export const readerRole: CustomRole = {
  id: roleId('Reader'),
  title: 'Checks releases and changes nothing',
  permissions: permissionsOf(['State', 'Guard', 'Watch'], ({ when }) => when !== 'new'),
};

/** What moves the traffic. It is granted on one service. What a rollback only reads of the project, the reader's role holds. */
export const rollbackRole: CustomRole = {
  id: roleId('Rollback'),
  title: 'Moves the traffic of a service',
  permissions: permissionsOf(stagesOf.rollback, ({ on }) => on === 'service'),
};

export const closerRole: CustomRole = {
  id: roleId('Closer'),
  title: 'Closes a service that is open',
  permissions: [closes],
};

/** What keeps SLOs, alert policies and dashboards as the SLO file has them, and the metrics that count what the code logs. */
export const alertsRole: CustomRole = {
  id: roleId('Alerts'),
  title: 'Keeps SLOs, alert policies and dashboards',
  permissions: [
    ...[...alertingReads, ...alertingWrites, ...snoozePermissions],
    ...[...fieldMetricReads, ...fieldMetricWrites],
  ].sort(),
};

/** What makes a configuration of a document, moves the gateway to it and back, and removes old configurations. */
export const gatewayRole: CustomRole = {
  id: roleId('Gateway'),
  title: 'Releases API gateways',
  permissions: permissionsOf(['Gateway']),
};

/** What reads the host of a gateway in front of a service, to go in there as its users do. `gatewayRole` has it too. */
export const doorRole: CustomRole = {
  id: roleId('FrontDoor'),
  title: 'Reads where API gateways are',
  permissions: permissionsOf(['Front door']),
};

/** What an action needs on something that no part of a release needs there. */
const ofAction = (action: OtherAction, place: Bound, prefix = ''): string[] =>
  actionPermissions[action]
    .filter(({ on, permission }) => on === place && permission.startsWith(prefix))
    .map(({ permission }) => permission)
    .sort();

/** What a drill does with a bucket: it reads how it is protected, and writes, deletes and restores objects. */
export const drillRole: CustomRole = {
  id: roleId('Drill'),
  title: 'Drills the restore of a bucket',
  permissions: ofAction('drill', 'bucket'),
};

/** The same for the copy of a bucket, into which a replication writes. */
export const drillCopyRole: CustomRole = {
  id: roleId('DrillCopy'),
  title: 'Drills the restore from the copy of a bucket',
  permissions: ofAction('drill', 'copy of a bucket'),
};

/** What compares the services of two regions. */
export const regionsRole: CustomRole = {
  id: roleId('Regions'),
  title: 'Compares what regions serve',
  permissions: ofAction('drill', 'project'),
};

/** What a measurement of capacity needs beyond a release: it deletes the revisions that it made. */
export const capacityRole: CustomRole = {
  id: roleId('Capacity'),
  title: 'Deletes the revisions of a measurement',
  permissions: ofAction('capacity', 'service', 'run.revisions.delete'),
};

/** Whoever makes a revision by hand has to be able to read its image. */
export const imageRole: CustomRole = {
  id: roleId('Images'),
  title: 'Reads images',
  permissions: ofAction('capacity', 'project', 'artifactregistry.'),
};

export const pipelineRole: CustomRole = {
  id: roleId('Pipelines'),
  title: 'Runs pipelines of Vertex AI',
  permissions: ofAction('pipeline', 'project', 'aiplatform.'),
};

/** What a release of a model reads. */
export const modelRole: CustomRole = {
  id: roleId('Models'),
  title: 'Reads models of Vertex AI',
  permissions: modelReads,
};

/** What moves the alias of a model to what serves, and back. */
export const modelAliasRole: CustomRole = {
  id: roleId('ModelAlias'),
  title: 'Moves aliases of models of Vertex AI',
  permissions: aliasMoves,
};

/** What reads the files of a model. The service reads them too. */
export const modelFilesRole: CustomRole = {
  id: roleId('ModelFiles'),
  title: 'Reads the files of models',
  permissions: modelFileReads,
};

/** What reads the protections of a service. It changes nothing, and reads no secret. */
export const postureRole: CustomRole = {
  id: roleId('Posture'),
  title: 'Reads the protections of a service',
  permissions: ofAction('posture', 'project'),
};

export const invokerRole = 'roles/run.invoker';
export const loginRole = 'roles/iam.workloadIdentityUser';
/** What the tasks of a pipeline do in Vertex AI, and in the bucket of the pipeline. */
export const taskRole = 'roles/aiplatform.user';
export const taskFilesRole = 'roles/storage.objectUser';
export const actAsRole = 'roles/iam.serviceAccountUser';
