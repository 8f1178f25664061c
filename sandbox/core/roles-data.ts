/**
 * Predefined roles with the permissions that this sandbox checks (cloud.google.com/iam/docs/roles-permissions). The
 * lists are a selection: what matters is that each role holds, and lacks, what Google's holds and lacks among these.
 */

interface Definition {
  title: string;
  permissions: readonly string[];
}

const named = (prefix: string, verbs: string) => verbs.split(' ').map((verb) => `${prefix}.${verb}`);

const runRead = [
  ...named('run.services', 'get getIamPolicy list listEffectiveTags listTagBindings'),
  ...named('run.revisions', 'get list'),
  ...named('run.routes', 'get list'),
  ...named('run.configurations', 'get list'),
  ...named('run.locations', 'list'),
  ...named('run.operations', 'get list'),
];
const runWrite = [
  ...named('run.services', 'create delete update'),
  ...named('run.revisions', 'delete'),
  ...named('run.operations', 'delete'),
];
const invoke = ['run.routes.invoke'];
const functionsRead = [
  ...named('cloudfunctions.functions', 'get getIamPolicy list'),
  ...named('cloudfunctions.locations', 'list'),
  ...named('cloudfunctions.operations', 'get list'),
  ...named('cloudfunctions.runtimes', 'list'),
];
const functionsWrite = named(
  'cloudfunctions.functions',
  'call create delete invoke sourceCodeGet sourceCodeSet update',
);
const projectRead = ['resourcemanager.projects.get', 'resourcemanager.projects.list'];
const serviceRead = named('serviceusage.services', 'get list');
const buildRead = named('cloudbuild.builds', 'get list');
const logRead = named('logging.logEntries', 'list');
const monitoringRead = named('monitoring.timeSeries', 'list').concat(
  named('monitoring.metricDescriptors', 'get list'),
);
const poolRead = [
  ...named('iam.workloadIdentityPools', 'get list'),
  ...named('iam.workloadIdentityPoolProviders', 'get list'),
];
const accountRead = [
  ...named('iam.serviceAccounts', 'get getIamPolicy list'),
  ...named('iam.serviceAccountKeys', 'get list'),
];
const roleRead = named('iam.roles', 'get list');
const denyRead = named('iam.denypolicies', 'get list');
const orgPolicyRead = named('orgpolicy.policy', 'get');
const act = ['iam.serviceAccounts.actAs'];

const viewer = [
  ...runRead,
  ...functionsRead,
  ...projectRead,
  ...serviceRead,
  ...buildRead,
  ...logRead,
  ...monitoringRead,
  ...poolRead,
  ...accountRead,
  ...roleRead,
  'resourcemanager.projects.getIamPolicy',
];
const editor = [...viewer, ...runWrite, ...invoke, ...functionsWrite, ...act, 'cloudbuild.builds.create'];

export const predefinedRoles: Readonly<Record<string, Definition>> = {
  'roles/owner': {
    title: 'Owner',
    permissions: [
      ...editor,
      'run.services.setIamPolicy',
      'cloudfunctions.functions.setIamPolicy',
      'iam.serviceAccounts.setIamPolicy',
      'resourcemanager.projects.setIamPolicy',
      ...denyRead,
    ],
  },
  'roles/editor': { title: 'Editor', permissions: editor },
  'roles/viewer': { title: 'Viewer', permissions: viewer },
  'roles/run.invoker': { title: 'Cloud Run Invoker', permissions: [...invoke, 'run.jobs.run'] },
  'roles/run.servicesInvoker': { title: 'Cloud Run Service Invoker', permissions: invoke },
  'roles/run.viewer': { title: 'Cloud Run Viewer', permissions: [...runRead, ...projectRead] },
  'roles/run.developer': {
    title: 'Cloud Run Developer',
    permissions: [...runRead, ...runWrite, ...invoke, ...projectRead],
  },
  'roles/run.sourceDeveloper': {
    title: 'Cloud Run Source Developer',
    permissions: [...runRead, ...runWrite, ...invoke, ...projectRead, ...buildRead, ...serviceRead],
  },
  'roles/run.admin': {
    title: 'Cloud Run Admin',
    permissions: [...runRead, ...runWrite, ...invoke, 'run.services.setIamPolicy', ...projectRead],
  },
  'roles/cloudfunctions.invoker': {
    title: 'Cloud Functions Invoker',
    permissions: ['cloudfunctions.functions.invoke'],
  },
  'roles/cloudfunctions.viewer': {
    title: 'Cloud Functions Viewer',
    permissions: [...functionsRead, ...projectRead, ...buildRead, ...serviceRead],
  },
  'roles/cloudfunctions.developer': {
    title: 'Cloud Functions Developer',
    permissions: [
      ...functionsRead,
      ...functionsWrite,
      ...projectRead,
      ...buildRead,
      ...serviceRead,
      ...runRead,
      ...runWrite,
    ],
  },
  'roles/cloudfunctions.admin': {
    title: 'Cloud Functions Admin',
    permissions: [
      ...functionsRead,
      ...functionsWrite,
      'cloudfunctions.functions.setIamPolicy',
      ...projectRead,
      ...buildRead,
      ...serviceRead,
      ...runRead,
      ...runWrite,
      'run.services.setIamPolicy',
    ],
  },
  'roles/iam.workloadIdentityUser': {
    title: 'Workload Identity User',
    permissions: named('iam.serviceAccounts', 'get getAccessToken getOpenIdToken list'),
  },
  'roles/iam.serviceAccountTokenCreator': {
    title: 'Service Account Token Creator',
    permissions: named(
      'iam.serviceAccounts',
      'get getAccessToken getOpenIdToken implicitDelegation list signBlob signJwt',
    ),
  },
  'roles/iam.serviceAccountOpenIdTokenCreator': {
    title: 'Service Account OpenID Connect Identity Token Creator',
    permissions: ['iam.serviceAccounts.getOpenIdToken'],
  },
  'roles/iam.serviceAccountUser': {
    title: 'Service Account User',
    permissions: [...named('iam.serviceAccounts', 'actAs get list'), ...projectRead],
  },
  'roles/iam.workloadIdentityPoolViewer': {
    title: 'IAM Workload Identity Pool Viewer',
    permissions: [...poolRead, ...projectRead],
  },
  'roles/iam.securityReviewer': {
    title: 'Security Reviewer',
    permissions: [
      ...named('run.services', 'getIamPolicy list'),
      ...named('cloudfunctions.functions', 'getIamPolicy list'),
      ...named('iam.serviceAccounts', 'getIamPolicy list'),
      ...named('iam.serviceAccountKeys', 'list'),
      ...named('iam.workloadIdentityPools', 'list'),
      ...named('iam.workloadIdentityPoolProviders', 'list'),
      ...roleRead,
      ...denyRead,
      'resourcemanager.projects.getIamPolicy',
      'resourcemanager.folders.getIamPolicy',
      'resourcemanager.organizations.getIamPolicy',
      'iap.webServices.getIamPolicy',
      'storage.buckets.getIamPolicy',
      'artifactregistry.repositories.getIamPolicy',
      'apigateway.gateways.list',
    ],
  },
  'roles/iam.roleViewer': { title: 'Role Viewer', permissions: [...roleRead, ...projectRead] },
  'roles/iam.denyReviewer': { title: 'Deny Reviewer', permissions: denyRead },
  'roles/browser': {
    title: 'Browser',
    permissions: [
      ...projectRead,
      'resourcemanager.projects.getIamPolicy',
      ...named('resourcemanager.folders', 'get list'),
      'resourcemanager.organizations.get',
    ],
  },
  'roles/resourcemanager.projectIamAdmin': {
    title: 'Project IAM Admin',
    permissions: [
      ...projectRead,
      'resourcemanager.projects.getIamPolicy',
      'resourcemanager.projects.setIamPolicy',
    ],
  },
  'roles/resourcemanager.folderAdmin': {
    title: 'Folder Admin',
    permissions: named('resourcemanager.folders', 'get getIamPolicy list setIamPolicy'),
  },
  'roles/resourcemanager.organizationAdmin': {
    title: 'Organization Administrator',
    permissions: named('resourcemanager.organizations', 'get getIamPolicy setIamPolicy').concat(
      named('resourcemanager.folders', 'get getIamPolicy list setIamPolicy'),
      projectRead,
    ),
  },
  'roles/orgpolicy.policyViewer': { title: 'Organization Policy Viewer', permissions: orgPolicyRead },
  'roles/iap.httpsResourceAccessor': {
    title: 'IAP-Secured Web App User',
    permissions: ['iap.webServiceVersions.accessViaIAP'],
  },
  'roles/logging.viewer': { title: 'Logs Viewer', permissions: [...logRead, 'resourcemanager.projects.get'] },
  'roles/monitoring.viewer': {
    title: 'Monitoring Viewer',
    permissions: [...monitoringRead, 'resourcemanager.projects.get'],
  },
  'roles/cloudbuild.builds.viewer': {
    title: 'Cloud Build Viewer',
    permissions: [...buildRead, ...projectRead],
  },
  'roles/serviceusage.serviceUsageConsumer': {
    title: 'Service Usage Consumer',
    permissions: [...serviceRead, 'serviceusage.services.use'],
  },
  'roles/serviceusage.serviceUsageViewer': { title: 'Service Usage Viewer', permissions: serviceRead },
  'roles/storage.objectViewer': {
    title: 'Storage Object Viewer',
    permissions: ['storage.objects.get', 'storage.objects.list'],
  },
};
