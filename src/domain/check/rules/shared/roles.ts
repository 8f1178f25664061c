/** Roles of Google Cloud, as far as a check of files has to know them. The guard reads what each role allows; a file cannot. */

const invoking = [
  'roles/run.invoker',
  'roles/run.servicesInvoker',
  'roles/run.admin',
  'roles/run.developer',
  'roles/run.sourceDeveloper',
  'roles/cloudfunctions.invoker',
  'roles/cloudfunctions.admin',
  'roles/cloudfunctions.developer',
  'roles/iap.httpsResourceAccessor',
  'roles/iam.serviceAccountTokenCreator',
  'roles/iam.serviceAccountOpenIdTokenCreator',
  'roles/iam.workloadIdentityUser',
  'roles/owner',
  'roles/editor',
];

/** Roles that read and never call. */
const harmless =
  /^roles\/(viewer|browser|run\.viewer|cloudfunctions\.viewer|monitoring\.viewer|logging\.viewer)$/;

export const invokes = (role: string): boolean => invoking.includes(role);
export const isHarmless = (role: string): boolean => harmless.test(role);

/** Everyone, in IAM's words. */
export const isPublicMember = (member: string): boolean =>
  /^(allUsers|allAuthenticatedUsers)$/i.test(member.trim());

/** Roles that let their holder do far more than deploy a function. */
export const strongRoles: Readonly<Record<string, string>> = {
  'roles/owner': 'do everything, including changes of IAM',
  'roles/editor': 'change nearly everything',
  'roles/iam.securityAdmin': 'change every IAM policy',
  'roles/resourcemanager.projectIamAdmin': 'grant itself any role',
  'roles/run.admin': 'change and open every service of the project',
  'roles/cloudfunctions.admin': 'change and open every function of the project',
  'roles/iam.serviceAccountTokenCreator': 'act as every service account of the project',
  'roles/iam.serviceAccountKeyAdmin': 'create keys of every service account',
  'roles/iam.workloadIdentityPoolAdmin': 'change who may log in',
};
