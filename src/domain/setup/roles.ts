import { factsOf, type TargetKind } from '../deploy/kind.ts';
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

export const invokerRole = 'roles/run.invoker';
export const loginRole = 'roles/iam.workloadIdentityUser';
export const actAsRole = 'roles/iam.serviceAccountUser';
