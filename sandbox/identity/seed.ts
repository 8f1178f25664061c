import { organizationResource, projectResource } from '../core/iam.ts';
import { grant } from '../core/policies.ts';
import { serviceAccount } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import { accountResource, addAccount, addJob, identityOf } from './state.ts';

export interface Seeded {
  /** `projects/NUMBER/locations/global/workloadIdentityPools/github/providers/gh` */
  provider: string;
  deployer: string;
  invoker: string;
  reader: string;
  /** The deployer's access token for gcloud. It lives for one day. */
  deployerToken: string;
  requestToken: string;
}

/**
 * The roles of the deployer on the project. It may deploy functions, read and write their services and policies, and read
 * logs and metrics. It has no role above the project, so it cannot read folders or the organisation. As on Google Cloud,
 * run.admin and cloudfunctions.developer include run.routes.invoke, so the deployer can also call functions.
 */
const deployerRoles = [
  'roles/run.admin',
  'roles/cloudfunctions.developer',
  'roles/cloudfunctions.viewer',
  'roles/browser',
  'roles/logging.viewer',
  'roles/monitoring.viewer',
  'roles/iam.roleViewer',
  'roles/iam.workloadIdentityPoolViewer',
  'roles/serviceusage.serviceUsageConsumer',
  'roles/cloudbuild.builds.viewer',
  'roles/artifactregistry.writer',
  'roles/run.sourceDeveloper',
];

const readerRoles = [
  'roles/run.viewer',
  'roles/cloudfunctions.viewer',
  'roles/logging.viewer',
  'roles/monitoring.viewer',
  'roles/iam.workloadIdentityPoolViewer',
  'roles/serviceusage.serviceUsageViewer',
  'roles/apigateway.viewer',
];

/** The roles of the reader on every level: it reads policies, deny policies, organisation policies and the hierarchy. */
const readerOrganizationRoles = [
  'roles/iam.securityReviewer',
  'roles/iam.denyReviewer',
  'roles/browser',
  'roles/orgpolicy.policyViewer',
];

/** The person who owns the project. */
export const owner = 'owner@example.com';

/** The repository whose workflows may log in by default. */
export const repository = 'acme/ocr';

/** Sets up the project as a careful owner would. */
export function seed(world: World): Seeded {
  const state = identityOf(world);
  world.accountEmail = (id) => [...state.accounts.values()].find(({ uniqueId }) => uniqueId === id)?.email;
  const pool = `projects/${world.projectNumber}/locations/global/workloadIdentityPools/github`;
  const provider = `${pool}/providers/gh`;
  state.pools.set(pool, { name: pool, displayName: 'GitHub', state: 'ACTIVE' });
  state.providers.set(provider, {
    name: provider,
    displayName: 'GitHub Actions',
    state: 'ACTIVE',
    attributeMapping: {
      'google.subject': 'assertion.sub',
      'attribute.repository': 'assertion.repository',
      'attribute.repository_id': 'assertion.repository_id',
      'attribute.repository_owner_id': 'assertion.repository_owner_id',
      'attribute.ref': 'assertion.ref',
    },
    attributeCondition: "assertion.repository_owner_id == '4211'",
    oidc: { issuerUri: world.urls.get('oidc') as string },
  });
  const account = (id: string, displayName: string) =>
    addAccount(world, `${id}@${world.project}.iam.gserviceaccount.com`, displayName).email;
  const deployer = account('deployer', 'Deploys');
  const invoker = account('invoker', 'Only calls');
  const reader = account('reader', 'Only reads');
  const runtime = addAccount(
    world,
    `${world.projectNumber}-compute@developer.gserviceaccount.com`,
    'Default compute service account',
  ).email;

  const workflows = `principalSet://iam.googleapis.com/${pool}/attribute.repository/${repository}`;
  const project = projectResource(world);
  // A federated identity that logs in without a service account gets the deployer's roles.
  for (const role of deployerRoles)
    grant(world.policies, project, role, `serviceAccount:${deployer}`, workflows);
  for (const role of readerRoles) grant(world.policies, project, role, `serviceAccount:${reader}`);
  for (const role of readerOrganizationRoles)
    grant(world.policies, organizationResource(world), role, `serviceAccount:${reader}`);
  // A new service has no invoker at Google. With run.invoker on the project, only this account can call new functions.
  grant(world.policies, project, 'roles/run.invoker', `serviceAccount:${invoker}`);
  grant(world.policies, project, 'roles/owner', `user:${owner}`);
  grant(
    world.policies,
    accountResource(world, runtime),
    'roles/iam.serviceAccountUser',
    `serviceAccount:${deployer}`,
    workflows,
  );
  for (const email of [deployer, invoker, reader])
    grant(world.policies, accountResource(world, email), 'roles/iam.workloadIdentityUser', workflows);

  const day = 24 * 3600 * 1000;
  const scopes = ['https://www.googleapis.com/auth/cloud-platform'];
  const deployerToken = world.tokens.issue(
    { principal: serviceAccount(deployer), scopes, expires: world.now() + day },
    'ya29.c.',
  );
  return { provider, deployer, invoker, reader, deployerToken, requestToken: addJob(world) };
}
