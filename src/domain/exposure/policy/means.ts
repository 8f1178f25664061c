/**
 * The ways in which a principal can act as a service account, by permission
 * (cloud.google.com/iam/docs/service-account-impersonation, /best-practices-for-managing-service-account-keys).
 */
export interface Means {
  permission: string;
  /** Completes "X may ... ACCOUNT". */
  may: string;
  /** `delegate`: reaches only accounts as which this account may act itself. `deploy`: needs a deploy permission too. */
  needs?: 'delegate' | 'deploy';
}

const table: readonly Means[] = [
  { permission: 'iam.serviceAccounts.getOpenIdToken', may: 'mint ID tokens of' },
  { permission: 'iam.serviceAccounts.getAccessToken', may: 'mint access tokens of' },
  { permission: 'iam.serviceAccounts.signJwt', may: 'sign tokens as' },
  { permission: 'iam.serviceAccounts.signBlob', may: 'sign tokens as' },
  { permission: 'iam.serviceAccountKeys.create', may: 'create keys of' },
  { permission: 'iam.serviceAccounts.setIamPolicy', may: 'grant itself any role on' },
  { permission: 'iam.serviceAccounts.actAs', may: 'deploy code that runs as', needs: 'deploy' },
  { permission: 'iam.serviceAccounts.implicitDelegation', may: 'mint tokens through', needs: 'delegate' },
];

/** Permissions to start code that runs as a service account, if the caller may act as that account. */
const deploying =
  /^(cloudfunctions\.functions\.(create|update)|run\.(services|jobs)\.(create|update)|cloudbuild\.builds\.create|compute\.instances\.(create|setServiceAccount)|compute\.instanceTemplates\.create|cloudscheduler\.jobs\.(create|update)|workflows\.workflows\.(create|update)|dataflow\.jobs\.create|dataproc\.(clusters|batches)\.create|composer\.environments\.(create|update)|notebooks\.instances\.create|aiplatform\.customJobs\.create|appengine\.versions\.create|eventarc\.triggers\.(create|update)|pubsub\.subscriptions\.(create|update))$/;

export const mayDeploy = (permissions: readonly string[]): boolean =>
  permissions.some((name) => deploying.test(name));

/** The first of these ways that the permissions allow. */
export function meansIn(
  permissions: readonly string[],
  also: { canDeploy: boolean; canDelegate: boolean },
): Means | undefined {
  return table.find(
    ({ permission, needs }) =>
      permissions.includes(permission) &&
      (needs !== 'deploy' || also.canDeploy) &&
      (needs !== 'delegate' || also.canDelegate),
  );
}

/** What gives the build account to others: a build, and nothing else. */
export const meansOfBuild = (permissions: readonly string[]): Means | undefined =>
  permissions.includes('cloudbuild.builds.create')
    ? { permission: 'cloudbuild.builds.create', may: 'run builds as' }
    : undefined;
