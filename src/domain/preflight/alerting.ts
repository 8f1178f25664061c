/**
 * What `slo` needs on the project to keep objectives in Cloud Monitoring. A release needs none of it, so it is not in the table
 * of checks of a release.
 */

const of = (what: string, ...verbs: string[]) => verbs.map((verb) => `monitoring.${what}.${verb}`);

/** For `plan` and `verify`. `roles/monitoring.viewer` has it. */
export const alertingReads: readonly string[] = [
  ...of('services', 'get'),
  ...of('slos', 'list'),
  ...of('alertPolicies', 'list'),
  ...of('dashboards', 'get', 'list'),
];

/**
 * For objectives by what the code logs besides, also of a release that reads their budget. `roles/logging.viewer` has what reads, and
 * `roles/logging.configWriter` all of it.
 */
export const fieldMetricReads: readonly string[] = ['logging.logMetrics.get', 'logging.logMetrics.list'];
export const fieldMetricWrites: readonly string[] = ['create', 'update', 'delete'].map(
  (verb) => `logging.logMetrics.${verb}`,
);

/** For `snooze_alerts` of a release, besides the list of alert policies. */
export const snoozePermissions: readonly string[] = of('snoozes', 'create', 'update');

/** For `apply` besides. `roles/monitoring.editor` has it. What deletes is used with `prune` alone. */
export const alertingWrites: readonly string[] = [
  ...of('services', 'create', 'update'),
  ...['slos', 'alertPolicies', 'dashboards'].flatMap((what) => of(what, 'create', 'update', 'delete')),
];
